import ClientCore
import NativeCrypto
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
  }

  @Test(
    "anything else is refused",
    arguments: [
      "", "1", "1.", "1AAECAwQFBgcICQoLDA0OD", "1AAECAwQFBgcICQoLDA0ODwA", "1AAECAwQFBgcICQoLDA0ODx",
      "1AAECAwQFBgcICQoLDA0ODw==", "1AAECAwQFBgcICQoLDA0OD+", "1AAECAwQFBgcICQoLDA0ODw.",
      "1AAECAwQFBgcICQoLDA0ODw.AAEC", "1AAECAwQFBgcICQoLDA0ODw.AAECAwQFBgcICQ.AA", "1AAECAwQFBgcICQoLDA0O\u{00f1}",
    ])
  func malformed(_ fragment: String) {
    #expect(throws: LinkError.malformed) { try MeetingLink(fragment: Array(fragment.utf8)) }
  }

  @Test("another version says so, however long it is")
  func otherVersion() {
    #expect(throws: LinkError.unknownVersion) { try MeetingLink(fragment: Array("2AAECAwQFBgcICQoLDA0ODw".utf8)) }
    #expect(throws: LinkError.malformed) { try MeetingLink(fragment: [UInt8](repeating: 0x31, count: 100_000)) }
  }

  @Test("gate and sender keys are what an independent HKDF computes")
  func keySchedule() throws {
    let keys = try LinkKeySource<NativeCrypto>(link: MeetingLink(fragment: Array(Participant.fragment.utf8)))
    #expect(keys.gate.hex == "ed8e6888f9412086519783760a275149f3d8825d0adf52dbbc9f9775ac584c27")
    let join = try #require(JoinID(Array(16..<32)))
    let sender = try #require(Sender(index: 513, join: join))
    #expect(keys.baseKey(of: sender, epochBits: 0)?.hex == "5e2de05978958cd048254c98df5e9c61")
    #expect(keys.baseKey(of: sender, epochBits: 1) == nil)
  }

  @Test("key IDs lay out context, index and epoch as RFC 9605 §5.2 does")
  func keyIDs() throws {
    let join = try #require(JoinID(Array(0..<16)))
    let sender = try #require(Sender(index: 1023, join: join))
    #expect(Sender(index: 1024, join: join) == nil)
    for context in StreamContext.allCases {
      let keyID = StreamKeyID(context: context, sender: sender, epoch: 0x1ff)
      #expect(keyID.value == UInt64(context.rawValue) << 18 | 1023 << 8 | 0xff)
      #expect(StreamKeyID(keyID.value) == keyID)
    }
    for unknown in [7 << 18, 1 << 26, UInt64.max] as [UInt64] { #expect(StreamKeyID(unknown) == nil) }
  }
}
