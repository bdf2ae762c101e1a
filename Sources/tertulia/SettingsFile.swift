import ArgumentParser
import Foundation

/// Looks through a settings file for names that mean nothing: a slip of the pen would otherwise go unnoticed.
enum SettingsFile {
  /// Every name that a command reads.
  static let known = [
    "bind", "data", "host", "log-format", "log-level", "max-accounts", "max-invitations", "max-kept-rooms",
    "max-knocks", "max-participants", "max-rooms", "max-waiting", "media-threads", "metrics-bind", "metrics-port",
    "port", "public-address", "registration", "tls-cert", "tls-key", "web",
  ]

  /// Throws at the first name that is not known, with the one that was probably meant.
  static func check(_ text: String, path: String) throws {
    let names = path.hasSuffix(".json") ? try namesInJSON(text, path) : namesInYAML(text)
    for name in names where !known.contains(name) {
      let guess = nearest(to: name).map { " Did you mean '\($0)'?" } ?? ""
      throw ValidationError("There is no setting '\(name)' (in \(path)).\(guess)")
    }
  }

  private static func namesInJSON(_ text: String, _ path: String) throws -> [String] {
    guard let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)), let members = object as? [String: Any]
    else { throw ValidationError("Cannot read the settings in \(path): it is no JSON object.") }
    return members.keys.sorted()
  }

  /// The names at the left margin: settings are not nested.
  private static func namesInYAML(_ text: String) -> [String] {
    text.split(whereSeparator: \.isNewline).compactMap { line in
      guard let first = line.first, !first.isWhitespace, !"#-%.".contains(first), let colon = line.firstIndex(of: ":")
      else { return nil }
      return line[..<colon].trimmingCharacters(in: CharacterSet(charactersIn: " \"'"))
    }
  }

  /// Nil when nothing is near: more than a third of the letters would have to change.
  static func nearest(to name: String) -> String? {
    let name = name.lowercased().replacing("_", with: "-")
    let distances = known.map { (distance: distance($0, name), name: $0) }
    guard let best = distances.min(by: { $0 < $1 }), best.distance <= max(1, name.count / 3) else { return nil }
    return best.name
  }

  /// Letters to change, insert or leave out (Levenshtein).
  private static func distance(_ a: String, _ b: String) -> Int {
    let letters = Array(b)
    var row = Array(0...letters.count)
    for (line, letter) in a.enumerated() {
      var diagonal = row[0]
      row[0] = line + 1
      for column in letters.indices {
        let change = diagonal + (letters[column] == letter ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(change, row[column] + 1, diagonal + 1)
      }
    }
    return row[letters.count]
  }
}
