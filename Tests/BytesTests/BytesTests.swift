import Bytes
import Testing

@Suite("Bytes")
struct BytesTests {
  @Test("integers are read in network order, and nothing past the end")
  func reading() {
    let bytes: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]
    bytes.withUnsafeBytes { memory in
      var reader = ByteReader(memory)
      #expect(reader.readUInt8() == 1)
      #expect(reader.readUInt16() == 0x0203)
      #expect(reader.readUInt24() == 0x04_0506)
      #expect(reader.readUInt32() == 0x0708_090A)
      #expect(reader.readUInt64() == nil, "seven bytes are left")
      #expect(reader.offset == 10, "a read that fails takes nothing")
      #expect(reader.readBytes(9) == nil)
      #expect(reader.readBytes(-1) == nil)
      #expect([reader.skip(-1), reader.skip(6)] == [false, true])
      #expect(reader.readBytes(1).map { Array($0) } == [17])
      #expect(reader.isAtEnd)
      #expect(reader.readUInt8() == nil)
      #expect(memory.bigEndian16(at: 3) == 0x0405)
      #expect(memory.bigEndian32(at: 1) == 0x0203_0405)
      #expect(Array(memory.slice(2..<4)) == [3, 4])
    }
  }

  @Test("empty memory is read as its end")
  func empty() {
    var reader = ByteReader(UnsafeRawBufferPointer(start: nil, count: 0))
    #expect(reader.isAtEnd)
    #expect(reader.readUInt8() == nil)
    #expect(reader.readBytes(0)?.isEmpty == true)
  }

  @Test("a write that does not fit writes nothing and is remembered")
  func writing() {
    var storage = [UInt8](repeating: 0xEE, count: 21)
    storage.withUnsafeMutableBytes { memory in
      var writer = ByteWriter(memory)
      writer.write(UInt8(1))
      writer.write(UInt16(0x0203))
      writer.writeUInt24(0xFF04_0506)
      writer.write(UInt32(0x0708_090A))
      writer.write(UInt64(0x0B0C_0D0E_0F10_1112))
      writer.write([19])
      writer.patch(0xABCD, at: 1)
      #expect(!writer.overflowed)
      #expect(writer.remaining == 2)
      writer.writeUInt24(0)
      #expect(writer.overflowed)
      #expect(writer.offset == 19)
      writer.writeZeros(2)
      #expect(writer.remaining == 0)
    }
    #expect(storage == [1, 0xAB, 0xCD, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 0, 0])
  }

  @Test("only what is written can be patched")
  func patching() {
    var storage: [UInt8] = [0, 0, 0, 0]
    storage.withUnsafeMutableBytes { memory in
      var writer = ByteWriter(memory)
      writer.write(UInt16(1))
      writer.patch(7, at: 1)
      #expect(writer.overflowed)
    }
    #expect(storage == [0, 1, 0, 0])
  }

  @Test("instants saturate instead of wrapping")
  func instants() {
    #expect(Instant.distantFuture + .seconds(1) == .distantFuture)
    #expect(Instant(nanoseconds: .min) - .seconds(1) == Instant(nanoseconds: .min))
    #expect(Instant.zero + .milliseconds(1500) - .zero == .microseconds(1_500_000))
    #expect(Instant(nanoseconds: 1_999_999).milliseconds == 1)
    #expect((TimeDelta.seconds(3) / 2).milliseconds == 1500)
  }
}
