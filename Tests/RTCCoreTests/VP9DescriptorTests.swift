import RTCCore
import Testing

@Suite("VP9 payload descriptor")
struct VP9DescriptorTests {
  private func parse(_ payload: [UInt8]) -> VP9Descriptor? { payload.withUnsafeBytes { VP9Descriptor($0) } }

  @Test("all fields of the non-flexible mode are read (RFC 9628 §4.2)")
  func fields() throws {
    // I P L B Z; picture 0x1234; temporal 1, switching up, spatial 2, inter-layer; TL0PICIDX 0x56.
    let descriptor = try #require(parse([0b1110_1001, 0x92, 0x34, 0b001_1_010_1, 0x56, 0xFF]))
    #expect(descriptor.numbers.length == 5)
    #expect(descriptor.numbers.pictureID == 0x1234)
    #expect(descriptor.numbers.pictureIDBits == 15)
    #expect(descriptor.numbers.tl0PictureIndex == 0x56)
    #expect(descriptor.isInterPredicted)
    #expect(descriptor.startsFrame && !descriptor.endsFrame)
    #expect(descriptor.isNoReferenceAbove)
    #expect(descriptor.temporalID == 1)
    #expect(descriptor.spatialID == 2)
    #expect(descriptor.isSwitchingUpPoint && descriptor.usesLayerBelow)
    #expect(descriptor.layerCount == 0)
    #expect(!descriptor.startsKeyPicture)
  }

  @Test("in the flexible mode one to three references follow, and no TL0PICIDX")
  func references() throws {
    for count in 1...3 {
      let distances = (1...count).map { UInt8($0) << 1 | ($0 < count ? 1 : 0) }
      let descriptor = try #require(parse([0b1111_1100, 0x05, 0x02] + distances + [0xFF]))
      #expect(descriptor.numbers.length == 3 + count)
      #expect(descriptor.numbers.pictureID == 5)
      #expect(descriptor.numbers.pictureIDBits == 7)
      #expect(descriptor.numbers.tl0PictureIndex == nil)
    }
    #expect(parse([0b1111_1100, 0x05, 0x02, 0x03, 0x03, 0x03, 0xFF]) == nil, "a fourth is one too many")
    #expect(parse([0b1111_1100, 0x05, 0x02, 0x00, 0xFF]) == nil, "no picture depends on itself")
    #expect(parse([0b0111_1100, 0x02, 0x02, 0xFF]) == nil, "the flexible mode needs picture ids")
  }

  @Test("the scalability structure tells the heights of the layers (RFC 9628 §4.2.1)")
  func structure() throws {
    // Three layers with sizes, and a group of two pictures with one reference each.
    let sizes: [UInt8] = [0x01, 0x40, 0x00, 0xB4, 0x02, 0x80, 0x01, 0x68, 0x05, 0x00, 0x02, 0xD0]
    let group: [UInt8] = [0x02, 0b000_0_01_00, 0x01, 0b001_1_01_00, 0x01]
    let descriptor = try #require(
      parse([0b1010_1010, 0x80, 0x01, 0x00, 0x07, 0b010_1_1_000] + sizes + group + [0xFF]))
    #expect(descriptor.numbers.length == 6 + sizes.count + group.count)
    #expect(descriptor.layerCount == 3)
    #expect((0..<3).map { descriptor.heights[$0] } == [180, 360, 720])
    #expect(descriptor.startsKeyPicture)
    let plain = try #require(parse([0b1010_1010, 0x80, 0x01, 0x00, 0x07, 0b010_0_0_000, 0xFF]))
    #expect(plain.layerCount == 3)
    #expect((0..<3).map { plain.heights[$0] } == [0, 0, 0], "sizes may be left out")
  }

  @Test("a key picture begins with the first packet of its lowest layer")
  func keyPicture() throws {
    #expect(try #require(parse([0b1010_1000, 0x01, 0x00, 0x01, 0xFF])).startsKeyPicture)
    #expect(try !#require(parse([0b1010_0100, 0x01, 0x00, 0x01, 0xFF])).startsKeyPicture, "a later packet")
    #expect(try !#require(parse([0b1010_1000, 0x01, 0x03, 0x01, 0xFF])).startsKeyPicture, "a higher layer")
    #expect(try !#require(parse([0b1110_1000, 0x01, 0x00, 0x01, 0xFF])).startsKeyPicture, "an inter picture")
    #expect(try #require(parse([0b0000_1000, 0xFF])).startsKeyPicture, "a stream without layers has one")
  }

  @Test("a descriptor cut short, and one with nothing behind it, are refused")
  func truncated() {
    let sizes: [UInt8] = [0x01, 0x40, 0x00, 0xB4]
    for whole: [UInt8] in [
      [0b1110_1101, 0x92, 0x34, 0x35, 0x56, 0xFF], [0b1111_1101, 0x92, 0x34, 0x35, 0x03, 0x04, 0xFF],
      [0b1010_1010, 0x05, 0x00, 0x01, 0b000_1_1_000] + sizes + [0x01, 0b000_0_01_00, 0x01, 0xFF],
    ] {
      for length in 0..<whole.count { #expect(parse(Array(whole.prefix(length))) == nil, "\(length)") }
      #expect(parse(whole)?.numbers.length == whole.count - 1)
    }
  }

  @Test("new numbers are written over the old ones, and nothing else")
  func rewrite() throws {
    var payload: [UInt8] = [0b1110_1001, 0x92, 0x34, 0b001_1_010_1, 0x56, 0xFF]
    var descriptor = try #require(parse(payload))
    payload.withUnsafeMutableBytes { descriptor.numbers.rewrite(pictureID: 0x4321, tl0PictureIndex: 7, in: $0) }
    #expect(payload == [0b1110_1001, 0xC3, 0x21, 0b001_1_010_1, 0x07, 0xFF])
    #expect(parse(payload)?.numbers == descriptor.numbers)
    payload = [0b1101_1000, 0x05, 0x04, 0xFF]
    descriptor = try #require(parse(payload))
    payload.withUnsafeMutableBytes { descriptor.numbers.rewrite(pictureID: 0x1FF, tl0PictureIndex: 7, in: $0) }
    #expect(payload == [0b1101_1000, 0x7F, 0x04, 0xFF])
  }
}
