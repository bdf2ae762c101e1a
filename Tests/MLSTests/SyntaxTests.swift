import MLS
import MLSWire
import NativeMLSCrypto
import Testing

@Suite("Parsers")
struct SyntaxTests {
  /// One message of each kind.
  private func samples() throws -> [MLSMessage] {
    var party = Party<NativeX25519Suite>(seed: 91)
    var members = try party.group(of: 3)
    let bundle = try party.bundle("new")
    let pending = try members[0].commit(
      CommitOptions([.add(bundle.keyPackage), .remove(LeafIndex(1))]), now: testNow, using: &party.random)
    let welcome = try #require(pending.welcome)
    return [
      pending.message, .welcome(welcome), .keyPackage(bundle.keyPackage),
      .groupInfo(try members[0].groupInfo(withTree: true, withExternalPub: true)),
      try members[0].seal([1], using: &party.random),
    ]
  }

  @Test("read back what is written, and refuse every prefix and every suffix of it")
  func prefixes() throws {
    for message in try samples() {
      let wire = message.wire
      #expect(try MLSMessage(wire: wire) == message)
      for count in wire.indices {
        #expect(throws: WireError.self) { try MLSMessage(wire: Array(wire.prefix(count))) }
      }
      #expect(throws: WireError.trailingBytes) { try MLSMessage(wire: wire + [0]) }
    }
  }

  @Test("give a value or an error for any bytes, and a value is written as it was read", arguments: 1...4)
  func mutations(seed: UInt64) throws {
    var random = SeededGenerator(seed: 900 + seed)
    for message in try samples() {
      let wire = message.wire
      for _ in 0..<400 {
        var bytes = wire
        for _ in 0...(random.next() % 3) {
          bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
        }
        if let parsed = try? MLSMessage(wire: bytes) { #expect(parsed.wire == bytes, "seed \(seed)") }
      }
    }
  }

  @Test(
    "vector lengths in a longer form than needed, or with the reserved prefix, are refused",
    arguments: [[0x40, 0x3f], [0x80, 0, 0x3f, 0xff], [0xc0], [0xff, 0xff, 0xff, 0xff]] as [[UInt8]])
  func longForms(header: [UInt8]) {
    #expect(throws: WireError.badVectorLength) {
      try header.withUnsafeBytes { bytes in
        var reader = WireReader(bytes)
        _ = try reader.vectorLength(limit: WireLimits.representable)
      }
    }
  }

  @Test("a vector that claims more than its field may have is refused before anything is kept")
  func limits() {
    #expect(throws: WireError.vectorTooLong) { try ExternalPub(wire: [0x80, 0x01, 0x00, 0x01]) }
    let tooMany = WireLimits.treeNodes + 1
    var writer = WireWriter()
    writer.write(opaque: [UInt8](repeating: 0, count: tooMany))
    #expect(throws: WireError.vectorTooLong) { try RatchetTreeExtension(wire: writer.bytes) }
  }

  @Test("a vector whose last element runs over its end is misaligned")
  func misaligned() {
    #expect(throws: WireError.misalignedVector) { try RequiredCapabilities(wire: [3, 0, 1, 0, 0, 0]) }
  }

  @Test("selectors that are not known are named")
  func selectors() {
    #expect(throws: WireError.unknownSelector(.protocolVersion)) { try MLSMessage(wire: [0, 2, 0, 1]) }
    #expect(throws: WireError.unknownSelector(.wireFormat)) { try MLSMessage(wire: [0, 1, 0, 9]) }
    #expect(throws: WireError.unknownSelector(.proposalType)) { try Proposal(wire: [0, 8]) }
    #expect(throws: WireError.unknownSelector(.credentialType)) { try Credential(wire: [0, 7]) }
    #expect(throws: WireError.badOptional) { try RatchetTreeExtension(wire: [1, 2]) }
  }

  @Test("padding other than zeros is refused")
  func padding() throws {
    let content = PrivateMessageContent(
      content: .application([1]), auth: FramedContentAuthData(signature: [2], confirmationTag: nil), padding: 3)
    #expect(try PrivateMessageContent(.application, wire: content.wire) == content)
    var bytes = content.wire
    bytes[bytes.count - 1] = 1
    #expect(throws: WireError.trailingBytes) { try PrivateMessageContent(.application, wire: bytes) }
  }
}
