import RTCCore
import Testing

@Suite("VP8 payload descriptor")
struct VP8DescriptorTests {
  private func parse(_ payload: [UInt8]) -> VP8Descriptor? {
    payload.withUnsafeBytes { VP8Descriptor($0) }
  }

  private func startsKeyFrame(_ payload: [UInt8]) throws -> Bool {
    let descriptor = try #require(parse(payload))
    return payload.withUnsafeBytes { descriptor.startsKeyFrame(in: $0) }
  }

  @Test("all fields are read (RFC 7741 §4.2)")
  func fields() throws {
    let descriptor = try #require(parse([0xB2, 0xF0, 0x92, 0x34, 0x56, 0xB7, 0xFF]))
    #expect(descriptor.length == 6)
    #expect(descriptor.isNonReference)
    #expect(descriptor.startsPartition)
    #expect(descriptor.partitionIndex == 2)
    #expect(!descriptor.startsFrame)
    #expect(descriptor.pictureID == 0x1234)
    #expect(descriptor.pictureIDBits == 15)
    #expect(descriptor.tl0PictureIndex == 0x56)
    #expect(descriptor.temporalID == 2)
    #expect(descriptor.isLayerSync)
    #expect(descriptor.keyIndex == 0x17)
  }

  @Test("a seven-bit picture id and absent fields are told apart")
  func short() throws {
    let descriptor = try #require(parse([0x90, 0x80, 0x7F, 0x00]))
    #expect(descriptor.length == 3)
    #expect(descriptor.pictureID == 0x7F)
    #expect(descriptor.pictureIDBits == 7)
    #expect(descriptor.tl0PictureIndex == nil)
    #expect(descriptor.temporalID == nil)
    #expect(descriptor.keyIndex == nil)
    let bare = try #require(parse([0x10, 0x00]))
    #expect(bare.length == 1)
    #expect(bare.pictureID == nil)
    #expect(bare.startsFrame)
  }

  @Test("a descriptor cut short, and one with nothing behind it, are refused", arguments: 0..<7)
  func truncated(length: Int) {
    let whole: [UInt8] = [0x90, 0xF0, 0x92, 0x34, 0x56, 0xB7, 0x00]
    #expect((parse(Array(whole.prefix(length))) == nil) == (length < 7))
    #expect(parse(whole) != nil)
  }

  @Test("the P bit of an encrypted frame's first byte tells a key frame")
  func keyFrame() throws {
    // One clear byte, then ciphertext: nothing else of the frame may be needed.
    #expect(try startsKeyFrame([0x90, 0x80, 0x80, 0x01, 0x10]))
    #expect(try startsKeyFrame([0x90, 0x80, 0x80, 0x01, 0xFE, 0x9D]))
    #expect(try !startsKeyFrame([0x90, 0x80, 0x80, 0x01, 0x11, 0xC0, 0xFF]))
    #expect(try !startsKeyFrame([0x80, 0x80, 0x80, 0x01, 0x10]), "a later packet of a frame starts none")
    #expect(try !startsKeyFrame([0x91, 0x80, 0x80, 0x01, 0x10]), "nor does a later partition")
  }

  @Test("a key frame's size is read from its ten clear bytes")
  func size() throws {
    let payload: [UInt8] = [0x10, 0x50, 0x01, 0x00, 0x9D, 0x01, 0x2A, 0x00, 0x45, 0xD0, 0x02, 0xAA]
    let descriptor = try #require(parse(payload))
    let size = payload.withUnsafeBytes { descriptor.keyFrameSize(in: $0) }
    #expect(size?.width == 1280)
    #expect(size?.height == 720)
    for damaged in [
      Array(payload.prefix(10)), payload.map { $0 == 0x9D ? 0x9C : $0 },
      payload.enumerated().map { $0.offset == 7 || $0.offset == 8 ? 0 : $0.element },
    ] {
      #expect(damaged.withUnsafeBytes { descriptor.keyFrameSize(in: $0) } == nil)
    }
  }

  @Test(
    "rewriting changes the two numbers and nothing else",
    arguments: [
      ([0x90, 0xF0, 0x92, 0x34, 0x56, 0xB7, 0xEE], [0x90, 0xF0, 0xC3, 0x21, 0x07, 0xB7, 0xEE], 0x4321),
      ([0x90, 0x80, 0x12, 0xEE], [0x90, 0x80, 0x21, 0xEE], 0x21),
      ([0x90, 0x40, 0x12, 0xEE], [0x90, 0x40, 0x07, 0xEE], nil),
      ([0x10, 0xEE], [0x10, 0xEE], nil),
    ] as [([UInt8], [UInt8], UInt16?)])
  func rewrite(before: [UInt8], after: [UInt8], pictureID: UInt16?) throws {
    var descriptor = try #require(parse(before))
    var payload = before
    payload.withUnsafeMutableBytes { descriptor.numbers.rewrite(pictureID: 0xC321, tl0PictureIndex: 7, in: $0) }
    #expect(payload == after)
    #expect(descriptor.pictureID == pictureID)
    #expect(descriptor == parse(after))
  }

  @Test("rewriting a buffer shorter than the descriptor touches nothing")
  func rewriteShort() throws {
    var descriptor = try #require(parse([0x90, 0xF0, 0x92, 0x34, 0x56, 0xB7, 0xEE]))
    var payload: [UInt8] = [0x90, 0xF0, 0x92, 0x34]
    payload.withUnsafeMutableBytes { descriptor.numbers.rewrite(pictureID: 1, tl0PictureIndex: 7, in: $0) }
    #expect(payload == [0x90, 0xF0, 0x92, 0x34])
  }
}
