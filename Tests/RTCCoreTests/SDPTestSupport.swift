import Foundation
import RTCCore

/// Offers recorded from browsers, which are not part of the repository.
enum SDPFixtures {
  static let names = ["chromium", "firefox"].flatMap { browser in
    ["default", "recvonly", "simulcast"].map { "\(browser)-\($0)-offer.sdp" }
  }

  static let folder: URL = {
    if let path = ProcessInfo.processInfo.environment["TERTULIA_FIXTURES"] {
      return URL(fileURLWithPath: path).appendingPathComponent("sdp")
    }
    // This file is in Tests/RTCCoreTests of the package.
    let package = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return package.appendingPathComponent("../shared/fixtures/sdp").standardized
  }()

  static var arePresent: Bool {
    names.allSatisfy { FileManager.default.fileExists(atPath: folder.appendingPathComponent($0).path) }
  }

  static func text(_ name: String) throws -> String {
    try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
  }

  static func offer(_ name: String) throws -> SessionDescription {
    try SessionDescription(parsing: text(name))
  }
}

/// Why `text` is refused, or nil.
func sdpError(_ text: String) -> SDPError? {
  do throws(SDPError) {
    _ = try SessionDescription(parsing: text)
    return nil
  } catch {
    return error
  }
}

/// A small description: two lines that any has, then `lines`.
func sdp(_ lines: String...) -> String {
  (["v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0"] + lines).map { $0 + "\r\n" }.joined()
}
