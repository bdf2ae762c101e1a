import NIOCore
import NIOWebSocket
import Signaling
import Synchronization

/// Bytes that messages may take in this node before they are complete, beyond what each connection may have anyway
/// (`Limits.message`). Commits are large and rare; thousands of connections that all begin one are an attack.
package final class InboundBudget: Sendable {
  private let free: Mutex<Int>

  package init(bytes: Int) { free = Mutex(bytes) }

  /// False, taking nothing, when there is not so much.
  package func take(_ count: Int) -> Bool {
    free.withLock { free in
      guard free >= count else { return false }
      free -= count
      return true
    }
  }

  package func give(_ count: Int) { free.withLock { $0 += count } }
}

/// What one connection holds of the budget.
struct InboundShare {
  private let budget: InboundBudget
  private var taken = 0

  init(_ budget: InboundBudget) { self.budget = budget }

  /// Whether `bytes` may be held now.
  mutating func hold(_ bytes: Int) -> Bool {
    let wanted = max(0, bytes - Limits.message)
    guard wanted > taken else { return true }
    guard budget.take(wanted - taken) else { return false }
    taken = wanted
    return true
  }

  mutating func release() {
    budget.give(taken)
    taken = 0
  }
}

/// Stands before the decoder of frames, which keeps a frame until it is complete, and cuts the connection when there is no room
/// for so much.
final class FrameMeter: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private var share: InboundShare
  private var pending = 0

  init(_ budget: InboundBudget) { share = InboundShare(budget) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    pending += unwrapInboundIn(data).readableBytes
    guard share.hold(pending) else {
      context.close(promise: nil)
      return
    }
    context.fireChannelRead(data)
  }

  func handlerRemoved(context: ChannelHandlerContext) { share.release() }

  fileprivate func frameIsComplete() {
    pending = 0
    share.release()
  }
}

/// Stands after the decoder.
final class FrameMeterReset: ChannelInboundHandler {
  typealias InboundIn = WebSocketFrame
  typealias InboundOut = WebSocketFrame

  private let meter: FrameMeter

  init(_ meter: FrameMeter) { self.meter = meter }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    meter.frameIsComplete()
    context.fireChannelRead(data)
  }
}
