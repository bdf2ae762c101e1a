import Foundation

/// Offers recorded from browsers, which are not part of the repository.
enum Fixture {
  private static let folder: URL = {
    if let path = ProcessInfo.processInfo.environment["TERTULIA_FIXTURES"] {
      return URL(fileURLWithPath: path).appendingPathComponent("sdp")
    }
    // This file is in Tests/SFUTests/Support of the package.
    var package = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    for _ in 0..<4 { package = package.deletingLastPathComponent() }
    return package.appendingPathComponent("../shared/fixtures/sdp").standardized
  }()

  static var arePresent: Bool {
    FileManager.default.fileExists(atPath: folder.appendingPathComponent("chromium-simulcast-offer.sdp").path)
  }

  static func sdp(_ name: String) throws -> String {
    try String(contentsOf: folder.appendingPathComponent("\(name).sdp"), encoding: .utf8)
  }
}
