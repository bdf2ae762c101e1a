import Glibc
import NIOCore
import NIOEmbedded
import Testing

@testable import Server

/// What stands around TLS, with nothing in its place.
@Suite("Connection buffers")
struct ConnectionBuffersTests {
  private func address(_ buffer: ByteBuffer) -> UnsafeRawPointer? {
    buffer.withVeryUnsafeBytes { $0.baseAddress }
  }

  @Test("plaintext is handed on in a buffer of its own, no larger than it must be")
  func copiesPlaintext() throws {
    let channel = EmbeddedChannel()
    try ConnectionBuffers.keepSmall(channel)
    var buffer = channel.allocator.buffer(capacity: 32_768)
    buffer.writeString("offer")
    try channel.writeInbound(buffer)
    let received = try #require(try channel.readInbound(as: ByteBuffer.self))
    #expect(received == buffer)
    #expect(address(received) != address(buffer))
    #expect(received.storageCapacity < 1_024)
    _ = try channel.finish()
  }

  @Test("what a long message touched goes back to the system once it was copied")
  func forgetsPlaintext() throws {
    let channel = EmbeddedChannel()
    try ConnectionBuffers.keepSmall(channel)
    var buffer = channel.allocator.buffer(capacity: 32_768)
    buffer.writeRepeatingByte(7, count: 16_384)
    try channel.writeInbound(buffer)
    let received = try #require(try channel.readInbound(as: ByteBuffer.self))
    #expect(received.readableBytesView.allSatisfy { $0 == 7 } && received.readableBytes == 16_384)
    let kept = buffer.readableBytesView.count { $0 == 7 }
    // At both ends a part of a page is not the message's alone.
    #expect(kept < 2 * Int(sysconf(Int32(_SC_PAGESIZE))))
    _ = try channel.finish()
  }

  @Test("what was written last is held, so that whoever wrote it begins its next write in fresh memory")
  func holdsCiphertext() throws {
    let channel = EmbeddedChannel()
    try ConnectionBuffers.keepSmall(channel)
    var buffer = channel.allocator.buffer(capacity: 16_384)
    for text in ["list", "pong"] {
      buffer.writeString(text)
      let before = address(buffer)
      try channel.writeOutbound(buffer)
      #expect(try channel.readOutbound(as: ByteBuffer.self).map { String(buffer: $0) } == text)
      buffer.clear()
      #expect(address(buffer) != before)
    }
    _ = try channel.finish()
  }
}
