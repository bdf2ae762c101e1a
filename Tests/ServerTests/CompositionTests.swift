import AccountServices
import Bytes
import Crypto
import Foundation
import Testing

@testable import Server
@testable import Signaling

@Suite("Composition")
struct CompositionTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "tertulia-\(UUID().uuidString)")

  @Test("a link is random, has the room in Crockford's base 32 and the secret after #")
  func link() throws {
    let text = RoomLink.fresh(host: "meet.example.org", port: 8443, governedBy: .nobody).text
    let parts = text.split(separator: "#")
    let room = try #require(parts.first?.split(separator: "/").last)
    #expect(parts[0] == "https://meet.example.org:8443/r/\(room)")
    #expect(Hello.isRoom(String(room)))
    #expect(parts[1].first == "1")
    #expect(Base64URL.decode(String(parts[1].dropFirst()))?.count == 16)
    #expect(text != RoomLink.fresh(host: "meet.example.org", port: 8443, governedBy: .nobody).text)
    #expect(RoomLink.fresh(host: "::1", port: 443, governedBy: .nobody).text.hasPrefix("https://[::1]/r/"))
  }

  @Test("the link of a host ends in the seed of the key that it names; nobody else's link has either")
  func hostLink() throws {
    let text = RoomLink.fresh(host: "meet.example.org", port: 443, governedBy: .reader).text
    let fragment = try #require(text.split(separator: "#").last)
    let match = try #require(try /1([\w-]{22})\.([\w-]{14})!([\w-]{43})/.wholeMatch(in: fragment))
    let seed = try #require(Base64URL.decode(String(match.3)))
    let key = try Curve25519.Signing.PrivateKey(rawRepresentation: seed)
    let digest = SHA256.hash(data: key.publicKey.rawRepresentation).prefix(10)
    #expect(Base64URL.decode(String(match.2)) == Array(digest))
    #expect(text != RoomLink.fresh(host: "meet.example.org", port: 443, governedBy: .reader).text)
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

  static let outside: [@Sendable (inout NodeLimits) -> Void] = [
    { $0.keptRooms = -1 }, { $0.keptRooms = 1_000_001 }, { $0.invitations = -1 }, { $0.invitations = 257 },
    { $0.waiting = 0 }, { $0.waiting = 257 }, { $0.knocksPerMinute = 0 }, { $0.knocksPerMinute = 1_001 },
    { $0.accounts.limit = -1 }, { $0.accounts.limit = 1_000_001 },
  ]

  @Test("limits outside of what they may be are refused with their name", arguments: outside.indices)
  func limits(index: Int) {
    var options = ServeOptions()
    Self.outside[index](&options.limits)
    let error = #expect(throws: ServeError.self) { try options.validate() }
    #expect(error?.description.contains(/--max-/) == true)
  }
}
