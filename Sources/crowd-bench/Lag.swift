import NIOCore

/// The way to the node: every byte and the handshake of TCP take as long as on a network that is so far, beneath TLS and
/// WebSocket. Neither bandwidth nor loss.
final class Lag: ChannelDuplexHandler, @unchecked Sendable {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// One way. To be set on the event loop, and not to be lowered while a connection stands.
  var delay: TimeAmount
  private var context: ChannelHandlerContext?
  private var unflushed: [NIOAny] = []

  init(_ delay: TimeAmount) { self.delay = delay }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func channelActive(context: ChannelHandlerContext) {
    after(delay + delay) { $0.fireChannelActive() }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = unwrapInboundIn(data)
    after(delay) { context in
      context.fireChannelRead(NIOAny(bytes))
      context.fireChannelReadComplete()
    }
  }

  /// Each read is completed as it is handed on.
  func channelReadComplete(context: ChannelHandlerContext) {}

  func channelInactive(context: ChannelHandlerContext) {
    after(delay) { $0.fireChannelInactive() }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    unflushed.append(data)
    promise?.succeed()
  }

  func flush(context: ChannelHandlerContext) {
    let bytes = unflushed.map { unwrapOutboundIn($0) }
    unflushed = []
    guard !bytes.isEmpty else { return }
    after(delay) { context in
      for part in bytes { context.write(NIOAny(part), promise: nil) }
      context.flush()
    }
  }

  /// At once without a delay, so that nothing is measured that is not there.
  private func after(_ delay: TimeAmount, _ action: @escaping @Sendable (ChannelHandlerContext) -> Void) {
    guard let context else { return }
    guard delay > .zero else { return action(context) }
    context.eventLoop.scheduleTask(in: delay) {
      if let context = self.context { action(context) }
    }
  }
}
