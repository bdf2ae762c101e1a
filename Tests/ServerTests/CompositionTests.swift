import Bytes
import Foundation
import Testing

@testable import Server
@testable import Signaling

@Suite("Composition")
struct CompositionTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "tertulia-\(UUID().uuidString)")

  @Test("a link is random, has the room in Crockford's base 32 and the secret after #")
  func link() throws {
    let text = RoomLink.fresh(host: "meet.example.org", port: 8443).text
    let parts = text.split(separator: "#")
    let room = try #require(parts.first?.split(separator: "/").last)
    #expect(parts[0] == "https://meet.example.org:8443/r/\(room)")
    #expect(Hello.isRoom(String(room)))
    #expect(parts[1].first == "1")
    #expect(Base64URL.decode(String(parts[1].dropFirst()))?.count == 16)
    #expect(text != RoomLink.fresh(host: "meet.example.org", port: 8443).text)
    #expect(RoomLink.fresh(host: "::1", port: 443).text.hasPrefix("https://[::1]/r/"))
  }

  @Test("the node's own certificate is kept, and made again when its names change")
  func certificate() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "tls/certificate.pem").path
    let key = folder.appending(path: "tls/key.pem").path
    #expect(try CertificateStore.selfSigned(names: ["localhost"], folder: folder.path).isPublic == false)
    let first = try String(contentsOfFile: path, encoding: .utf8)
    let mode = try FileManager.default.attributesOfItem(atPath: key)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    _ = try CertificateStore.selfSigned(names: ["localhost"], folder: folder.path)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == first)
    _ = try CertificateStore.selfSigned(names: ["localhost", "127.0.0.1"], folder: folder.path)
    #expect(try String(contentsOfFile: path, encoding: .utf8) != first)
    #expect(try CertificateStore.load(chain: path, key: key).isPublic)
  }

  @Test("what cannot be a certificate says what to do")
  func badCertificate() {
    #expect(throws: CertificateError.self) { try CertificateStore.load(chain: "/nowhere", key: "/nowhere") }
    #expect(throws: CertificateError.self) { try CertificateStore.selfSigned(names: ["a b"], folder: folder.path) }
  }

  @Test("a folder without a page is refused before anything starts")
  func noClient() throws {
    #expect(throws: StaticFilesError.missing(folder: "/nowhere")) { try StaticFiles(folder: "/nowhere") }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(throws: StaticFilesError.noIndex(folder: folder.path)) { try StaticFiles(folder: folder.path) }
  }

  @Test("personal data prints as hidden, however it is printed")
  func hidden() {
    let room = Hidden("0123456789ABCDEF")
    var dumped = ""
    dump(room, to: &dumped)
    for text in ["\(room)", String(describing: room), String(reflecting: room), "\([room: 1])", dumped] {
      #expect(!text.contains("0123456789ABCDEF"))
      #expect(text.contains("‹hidden›"))
    }
  }

  @Test("options that cannot work are refused in words")
  func options() {
    let changes: [(inout ServeOptions) -> Void] = [
      { $0.port = 0 }, { $0.port = 70_000 }, { $0.maximumRooms = 0 }, { $0.maximumParticipants = 1 },
      { $0.maximumParticipants = 2_000 }, { $0.tlsCertificate = "a" }, { $0.tlsKey = "a" }, { $0.host = "" },
      { $0.host = "https://a" }, { $0.host = "a b" }, { $0.mediaThreads = 0 }, { $0.mediaThreads = 17 },
      { $0.metricsPort = -1 }, { $0.metricsPort = $0.port },
    ]
    for change in changes {
      var options = ServeOptions()
      change(&options)
      #expect(throws: ServeError.self) { try options.validate() }
    }
    #expect(throws: Never.self) { try ServeOptions().validate() }
  }
}
