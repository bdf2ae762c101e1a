import NIOCore
import SFURuntime

/// Keeps what TLS holds of a connection small while nothing happens on it. NIOSSL has one buffer for plaintext that came
/// and one for ciphertext that goes. Both grow to the most that ever passed through at once and never shrink: of such
/// a block only what was touched costs memory, so little of it shall be touched, or nothing for long.
enum ConnectionBuffers {
  /// Bytes taken from the socket in one go. Messages are seldom longer.
  private static let piece = 2_048

  /// Call it when the channel begins, with TLS in the pipeline and nothing behind it.
  static func keepSmall(_ channel: any Channel) throws {
    // One piece at a time: what it completes is handed on before the next, and plaintext never piles up.
    try channel.syncOptions?.setOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: piece))
    try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(CiphertextHolder(), position: .first)
    try pipeline.addHandler(PlaintextCopier())
  }
}

/// Stands behind TLS and hands plaintext on in a buffer of its own: while somebody holds TLS's, even the part that has
/// nothing in it is copied at the next read. What is behind us in that buffer nobody reads again: TLS begins each read at its
/// start, and our copy is all that goes on. So the pages that a long message touched go back at once.
private final class PlaintextCopier: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let plaintext = unwrapInboundIn(data)
    let copy = context.channel.allocator.buffer(buffer: plaintext)
    plaintext.withVeryUnsafeBytes { LargeBlocks.forget($0, used: plaintext.writerIndex) }
    context.fireChannelRead(wrapInboundOut(copy))
  }
}

/// Stands before TLS and holds what it wrote last. TLS then begins its next write in a fresh buffer, and what a long one
/// had touched, such as the list of all who are there, goes back with the next short one.
private final class CiphertextHolder: ChannelOutboundHandler {
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private var last: ByteBuffer?

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    last = unwrapOutboundIn(data)
    context.write(data, promise: promise)
  }

  func handlerRemoved(context: ChannelHandlerContext) { last = nil }
}
