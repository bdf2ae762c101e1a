import RTCCore
import RTCSecurity
import Testing

/// RFC 5769, every vector: sample request, IPv4 and IPv6 response, request with long-term authentication.
@Suite struct STUNVectorTests {
  static let password = Array("VOkJxbRl1RmTxUk/WvJxBt".utf8)
  static let transactionID = STUNTransactionID(high: 0xB7E7_A701, low: 0xBC34_D686_FA87_DFAE)

  static let request: [UInt8] =
    [
      0x00, 0x01, 0x00, 0x58, 0x21, 0x12, 0xA4, 0x42, 0xB7, 0xE7, 0xA7, 0x01, 0xBC, 0x34, 0xD6, 0x86, 0xFA, 0x87, 0xDF,
      0xAE,
    ]
    + [0x80, 0x22, 0x00, 0x10] + Array("STUN test client".utf8)
    + [0x00, 0x24, 0x00, 0x04, 0x6E, 0x00, 0x01, 0xFF]
    + [0x80, 0x29, 0x00, 0x08, 0x93, 0x2F, 0xF9, 0xB1, 0x51, 0x26, 0x3B, 0x36]
    + [0x00, 0x06, 0x00, 0x09] + Array("evtj:h6vY".utf8) + [0x20, 0x20, 0x20]
    + [0x00, 0x08, 0x00, 0x14, 0x9A, 0xEA, 0xA7, 0x0C, 0xBF, 0xD8, 0xCB, 0x56, 0x78, 0x1E, 0xF2, 0xB5]
    + [0xB2, 0xD3, 0xF2, 0x49, 0xC1, 0xB5, 0x71, 0xA2]
    + [0x80, 0x28, 0x00, 0x04, 0xE5, 0x7A, 0x3B, 0xCF]

  static let responseIPv4: [UInt8] =
    [
      0x01, 0x01, 0x00, 0x3C, 0x21, 0x12, 0xA4, 0x42, 0xB7, 0xE7, 0xA7, 0x01, 0xBC, 0x34, 0xD6, 0x86, 0xFA, 0x87, 0xDF,
      0xAE,
    ]
    + [0x80, 0x22, 0x00, 0x0B] + Array("test vector".utf8) + [0x20]
    + [0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xA1, 0x47, 0xE1, 0x12, 0xA6, 0x43]
    + [0x00, 0x08, 0x00, 0x14, 0x2B, 0x91, 0xF5, 0x99, 0xFD, 0x9E, 0x90, 0xC3, 0x8C, 0x74, 0x89, 0xF9]
    + [0x2A, 0xF9, 0xBA, 0x53, 0xF0, 0x6B, 0xE7, 0xD7]
    + [0x80, 0x28, 0x00, 0x04, 0xC0, 0x7D, 0x4C, 0x96]

  static let responseIPv6: [UInt8] =
    [
      0x01, 0x01, 0x00, 0x48, 0x21, 0x12, 0xA4, 0x42, 0xB7, 0xE7, 0xA7, 0x01, 0xBC, 0x34, 0xD6, 0x86, 0xFA, 0x87, 0xDF,
      0xAE,
    ]
    + [0x80, 0x22, 0x00, 0x0B] + Array("test vector".utf8) + [0x20]
    + [0x00, 0x20, 0x00, 0x14, 0x00, 0x02, 0xA1, 0x47, 0x01, 0x13, 0xA9, 0xFA, 0xA5, 0xD3, 0xF1, 0x79]
    + [0xBC, 0x25, 0xF4, 0xB5, 0xBE, 0xD2, 0xB9, 0xD9]
    + [0x00, 0x08, 0x00, 0x14, 0xA3, 0x82, 0x95, 0x4E, 0x4B, 0xE6, 0x7B, 0xF1, 0x17, 0x84, 0xC9, 0x7C]
    + [0x82, 0x92, 0xC2, 0x75, 0xBF, 0xE3, 0xED, 0x41]
    + [0x80, 0x28, 0x00, 0x04, 0xC8, 0xFB, 0x0B, 0x4C]

  static let longTerm: [UInt8] =
    [
      0x00, 0x01, 0x00, 0x60, 0x21, 0x12, 0xA4, 0x42, 0x78, 0xAD, 0x34, 0x33, 0xC6, 0xAD, 0x72, 0xC0, 0x29, 0xDA, 0x41,
      0x2E,
    ]
    + [0x00, 0x06, 0x00, 0x12] + Array("\u{30DE}\u{30C8}\u{30EA}\u{30C3}\u{30AF}\u{30B9}".utf8) + [0x00, 0x00]
    + [0x00, 0x15, 0x00, 0x1C] + Array("f//499k954d6OL34oL9FSTvy64sA".utf8)
    + [0x00, 0x14, 0x00, 0x0B] + Array("example.org".utf8) + [0x00]
    + [0x00, 0x08, 0x00, 0x14, 0xF6, 0x70, 0x24, 0x65, 0x6D, 0xD6, 0x4A, 0x3E, 0x02, 0xB8, 0xE0, 0x71]
    + [0x2E, 0x85, 0xC9, 0xA2, 0x8C, 0xA8, 0x96, 0x66]

  /// MD5 of "マトリックス:example.org:TheMatrIX" (RFC 8489 §9.2.2).
  static let longTermKey: [UInt8] = [
    0xE8, 0xCA, 0x7A, 0xD5, 0x9D, 0x5E, 0xB0, 0x51, 0x8E, 0x31, 0x29, 0x11, 0xD2, 0xDA, 0xB2, 0xA9,
  ]

  @Test("RFC 5769 §2.1: the sample request parses and authenticates")
  func sampleRequest() throws {
    try Self.request.withSTUN { message in
      #expect(message.type == .bindingRequest)
      #expect(message.transactionID == Self.transactionID)
      #expect(message.username.map { String(decoding: $0, as: UTF8.self) } == "evtj:h6vY")
      #expect(message.priority == 0x6E00_01FF)
      #expect(message.iceControlled == 0x932F_F9B1_5126_3B36)
      #expect(message.unknownAttributes.isEmpty)
      #expect(message.hasValidFingerprint)
      #expect(Self.password.withUnsafeBytes { message.hasValidIntegrity(key: $0, using: OpenSSLPrimitives.self) })
    }
  }

  @Test(
    "RFC 5769 §2.2, §2.3: the sample responses parse, authenticate and give the mapped address",
    arguments: [
      (responseIPv4, "192.0.2.1"), (responseIPv6, "2001:db8:1234:5678:11:2233:4455:6677"),
    ])
  func sampleResponses(bytes: [UInt8], address: String) throws {
    try bytes.withSTUN { message in
      #expect(message.type == .bindingSuccess)
      #expect(message.xorMappedAddress == TransportAddress.parse(address, port: 32853))
      #expect(message.hasValidFingerprint)
      #expect(Self.password.withUnsafeBytes { message.hasValidIntegrity(key: $0, using: OpenSSLPrimitives.self) })
    }
  }

  @Test("RFC 5769 §2.4: the long-term request authenticates under its key, and has no fingerprint")
  func longTermRequest() throws {
    try Self.longTerm.withSTUN { message in
      #expect(!message.hasFingerprint)
      #expect(Self.longTermKey.withUnsafeBytes { message.hasValidIntegrity(key: $0, using: OpenSSLPrimitives.self) })
    }
  }

  @Test("every single bit of the sample request is covered by its fingerprint, and all before it by its integrity")
  func everyBitCounts() throws {
    for bit in 0..<(Self.request.count * 8) {
      var damaged = Self.request
      damaged[bit / 8] ^= 1 << (bit % 8)
      guard damaged.stunError == nil else { continue }
      try damaged.withSTUN { message in
        #expect(!message.hasValidFingerprint, "bit \(bit)")
        guard bit / 8 < Self.request.count - 8 else { return }
        #expect(
          !Self.password.withUnsafeBytes { message.hasValidIntegrity(key: $0, using: OpenSSLPrimitives.self) },
          "bit \(bit)")
      }
    }
  }

  @Test("the writer's response is read back, for both families", arguments: ["192.0.2.1", "2001:db8::11"])
  func writerRoundTrip(text: String) throws {
    let address = try #require(TransportAddress.parse(text, port: 4242))
    let bytes = [UInt8](unsafeUninitializedCapacity: 200) { buffer, count in
      var writer = STUNWriter(
        UnsafeMutableRawBufferPointer(buffer), type: .bindingSuccess, transactionID: Self.transactionID)
      writer.writeSoftware(Array("test vector".utf8))
      writer.writeXORMappedAddress(address)
      count = Self.password.withUnsafeBytes { writer.finish(key: $0, using: OpenSSLPrimitives.self) } ?? 0
    }
    try bytes.withSTUN { message in
      #expect(message.xorMappedAddress == address)
      #expect(message.hasValidFingerprint)
      #expect(Self.password.withUnsafeBytes { message.hasValidIntegrity(key: $0, using: OpenSSLPrimitives.self) })
    }
  }

  @Test("a message that does not fit is not finished, whatever the room", arguments: 0...115)
  func tooSmall(room: Int) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: room, alignment: 1)
    defer { buffer.deallocate() }
    var writer = STUNWriter(buffer, type: .bindingRequest, transactionID: Self.transactionID)
    writer.writeUsername(Array(repeating: 0x41, count: 64))
    #expect(Self.password.withUnsafeBytes { writer.finish(key: $0, using: OpenSSLPrimitives.self) } == nil)
  }
}
