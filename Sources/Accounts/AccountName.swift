/// The name that a person signs in with. One name has one spelling, and no two accounts have names that look alike.
package struct AccountName: Hashable, Sendable {
  package let text: String
  /// What the name looks like: equal for names that a person could take for each other (after UTS #39 §4).
  package let skeleton: String

  private static let characters = 2...32

  /// Nil unless `text` has 2 to 32 characters, small letters of one script, digits, and single separators between them, as NFKC
  /// and lower case leave them.
  package init?(_ text: String) {
    var script: Script?
    var count = 0
    var isAfterSeparator = true
    var skeleton = ""
    for scalar in text.unicodeScalars {
      count += 1
      guard count <= Self.characters.upperBound else { return nil }
      if Self.isSeparator(scalar) {
        guard !isAfterSeparator else { return nil }
        isAfterSeparator = true
        skeleton.unicodeScalars.append("-")
        continue
      }
      isAfterSeparator = false
      if !Self.isDigit(scalar) {
        guard let its = Script(of: scalar), script == nil || script == its else { return nil }
        script = its
      }
      Self.append(LookAlikes.prototype(of: scalar), to: &skeleton)
    }
    guard Self.characters.contains(count), !isAfterSeparator else { return nil }
    self.text = text
    self.skeleton = skeleton
  }

  /// `rn` looks like `m`.
  private static func append(_ scalar: Unicode.Scalar, to skeleton: inout String) {
    if scalar == "n", skeleton.unicodeScalars.last == "r" {
      skeleton.unicodeScalars.removeLast()
      skeleton.unicodeScalars.append("m")
    } else {
      skeleton.unicodeScalars.append(scalar)
    }
  }

  private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "." || scalar == "_" || scalar == "-" || scalar == " "
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { "0"..."9" ~= scalar }
}

/// Scripts whose letters names may be made of. Only letters that NFKC leaves alone, and no marks: so text that passes is in
/// normal form, and no table of decompositions is needed.
private enum Script {
  case latin, greek, cyrillic, armenian, georgian, hebrew, arabic, eastAsian

  init?(of scalar: Unicode.Scalar) {
    switch scalar.value {
    case 0x61...0x7A, 0xDF...0xF6, 0xF8...0xFF: self = .latin
    // Ligatures, and letters that NFKC takes apart.
    case 0x133, 0x140, 0x149, 0x17F, 0x1C4...0x1CC, 0x1F1...0x1F3, 0x1E9A...0x1E9B: return nil
    case 0x100...0x1BA, 0x1BC...0x1BF, 0x1CD...0x24F, 0x1E00...0x1EFF:
      guard scalar.properties.isLowercase else { return nil }
      self = .latin
    case 0x3AC...0x3CE: self = .greek
    case 0x430...0x45F: self = .cyrillic
    case 0x460...0x481, 0x48A...0x52F:
      guard scalar.properties.isLowercase else { return nil }
      self = .cyrillic
    case 0x561...0x586: self = .armenian
    case 0x10D0...0x10FA: self = .georgian
    case 0x5D0...0x5EA: self = .hebrew
    case 0x675...0x678: return nil
    case 0x621...0x63A, 0x641...0x64A, 0x671...0x6D3: self = .arabic
    case 0x3041...0x3096, 0x30A1...0x30FA, 0x30FC, 0x4E00...0x9FFF, 0xAC00...0xD7A3: self = .eastAsian
    default: return nil
    }
  }
}

/// Letters and digits that look like others, small ones only (from the confusables of UTS #39 that names can hold).
private enum LookAlikes {
  static func prototype(of scalar: Unicode.Scalar) -> Unicode.Scalar {
    for (prototype, others) in table where others.unicodeScalars.contains(scalar) { return prototype }
    return scalar
  }

  private static let table: [(Unicode.Scalar, String)] = [
    ("a", "аα"), ("c", "сς"), ("e", "еҽ"), ("g", "ց"), ("h", "һհ"), ("i", "ıіι"), ("j", "јյ"), ("k", "кκ"),
    ("l", "1ӏוןا"), ("n", "ոηп"), ("o", "0оοօσסه"), ("p", "рρ"), ("q", "զԛ"), ("r", "г"), ("s", "ѕ"), ("t", "τт"),
    ("u", "սυ"), ("v", "νѵ"), ("w", "ωԝѡ"), ("x", "хχ"), ("y", "уγү"), ("á", "ά"), ("í", "ί"), ("ó", "ό"), ("ú", "ύ"),
    ("ë", "ё"), ("ï", "їϊ"),
  ]
}
