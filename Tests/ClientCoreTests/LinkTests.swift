import ClientCore
import MLS
import MLSWire
import NativeMLSCrypto
import RoomRules
import Testing

@Suite("Meeting link")
struct LinkTests {
  @Test("version 1 gives the secret, with or without the host's digest")
  func wellFormed() throws {
    let link = try MeetingLink(fragment: Array("1AAECAwQFBgcICQoLDA0ODw".utf8))
    #expect(link.secret == Array(0..<16))
    #expect(link.hostKeyDigest == nil)
    let longer = try MeetingLink(fragment: Array("1AAECAwQFBgcICQoLDA0ODw.AAECAwQFBgcICQ".utf8))
    #expect(longer.secret == link.secret)
    #expect(longer.hostKeyDigest == Array(0..<10))
    #expect(!longer.hasPassword && longer.invitation == nil)
  }

  @Test("a personal link has an invitation too, and version 2 says that a password is needed")
  func personal() throws {
    for version in ["1", "2"] {
      let fragment = "\(version)AAECAwQFBgcICQoLDA0ODw.AAECAwQFBgcICQ"
      let link = try MeetingLink(fragment: Array(fragment.utf8))
      #expect(link.hasPassword == (version == "2") && link.invitation == nil)
      let personal = try MeetingLink(fragment: Array("\(fragment).AAECAwQFBgcICQoLDA0ODw".utf8))
      #expect(personal.secret == link.secret && personal.hostKeyDigest == link.hostKeyDigest)
      #expect(personal.invitation == Array(0..<16) && personal.hasPassword == link.hasPassword)
      #expect(MeetingLink(link, invitation: Array(0..<16)) == personal)
      #expect(personal.fragment == Array("\(fragment).AAECAwQFBgcICQoLDA0ODw".utf8))
    }
  }

  @Test("whoever cuts the host off a link, or names another, or guesses the password, comes to another door")
  func gates() throws {
    func gate(_ fragment: String, password: [UInt8] = []) throws -> [UInt8] {
      LinkKeys<NativeX25519Suite>(try MeetingLink(fragment: Array(fragment.utf8)), password: password).gate
    }
    let secret = "AAECAwQFBgcICQoLDA0ODw"
    let password = [UInt8](repeating: 1, count: 32)
    let gates = [
      try gate("1\(secret)"), try gate("1\(secret).AAECAwQFBgcICQ"), try gate("1\(secret).AAECAwQFBgcICA"),
      try gate("2\(secret).AAECAwQFBgcICQ", password: password),
      try gate("2\(secret).AAECAwQFBgcICQ", password: [UInt8](repeating: 2, count: 32)),
    ]
    #expect(Set(gates).count == gates.count)
    #expect(try gate("1\(secret).AAECAwQFBgcICQ.AAECAwQFBgcICQoLDA0ODw") == gates[1])
    #expect(try gate("1\(secret).AAECAwQFBgcICQ", password: password) == gates[1])
  }

  @Test(
    "anything else is refused",
    arguments: [
      "", "1", "1.", "1AAECAwQFBgcICQoLDA0OD", "1AAECAwQFBgcICQoLDA0ODwA", "1AAECAwQFBgcICQoLDA0ODx",
      "1AAECAwQFBgcICQoLDA0ODw==", "1AAECAwQFBgcICQoLDA0OD+", "1AAECAwQFBgcICQoLDA0ODw.",
      "1AAECAwQFBgcICQoLDA0ODw.AAEC", "1AAECAwQFBgcICQoLDA0ODw.AAECAwQFBgcICQ.AA", "2AAECAwQFBgcICQoLDA0ODw",
      "2AAECAwQFBgcICQoLDA0ODw.",
      "1AAECAwQFBgcICQoLDA0ODw..AAECAwQFBgcICQoLDA0ODw", "1AAECAwQFBgcICQoLDA0ODw.AAECAwQFBgcICQ.",
      "1AAECAwQFBgcICQoLDA0ODw.AAECAwQFBgcICQ.AAECAwQFBgcICQoLDA0ODw.AA", "1AAECAwQFBgcICQoLDA0O\u{00f1}",
    ])
  func malformed(_ fragment: String) {
    #expect(throws: LinkError.malformed) { try MeetingLink(fragment: Array(fragment.utf8)) }
  }

  @Test("another version says so, however long it is")
  func otherVersion() {
    #expect(throws: LinkError.unknownVersion) { try MeetingLink(fragment: Array("3AAECAwQFBgcICQoLDA0ODw".utf8)) }
    #expect(throws: LinkError.malformed) { try MeetingLink(fragment: [UInt8](repeating: 0x31, count: 100_000)) }
  }

  @Test("a link is written as it is read, with the host's digest where there is one")
  func written() throws {
    var random = SeededGenerator(seed: 0x98_0001)
    let host = try HostKey<NativeX25519Suite>(seed: random.bytes(32))
    for digest in [nil, host.digest] {
      let link = MeetingLink(host: digest, using: &random)
      #expect(try MeetingLink(fragment: link.fragment) == link)
      #expect(link.fragment.count == (digest == nil ? 23 : 38))
    }
    #expect(host.digest == Array(NativeX25519Suite.hash(host.publicKey).prefix(10)))
    #expect(throws: PrimitiveError.invalidParameter) { try HostKey<NativeX25519Suite>(seed: [1, 2, 3]) }
  }

  @Test("key IDs lay out context, leaf and epoch as RFC 9605 §5.2 does")
  func keyIDs() {
    for context in StreamContext.allCases {
      let keyID = StreamKeyID(context: context, leaf: 1023, epoch: 0x1ff)
      #expect(keyID.value == UInt64(context.rawValue) << 18 | 1023 << 8 | 0xff)
      #expect(StreamKeyID(keyID.value) == keyID)
    }
    for unknown in [6 << 18, 1 << 26, UInt64.max] as [UInt64] { #expect(StreamKeyID(unknown) == nil) }
  }

  @Test("a join id is 16 bytes, ordered by them")
  func joinIDs() throws {
    let low = try #require(JoinID([UInt8](repeating: 1, count: 16)))
    let high = try #require(JoinID([1] + [UInt8](repeating: 2, count: 15)))
    #expect(low < high && low.bytes == [UInt8](repeating: 1, count: 16))
    #expect(JoinID(low.credential) == low)
    #expect(JoinID([UInt8](repeating: 1, count: 15)) == nil)
    #expect(JoinID(.x509(certificates: [])) == nil)
  }
}
