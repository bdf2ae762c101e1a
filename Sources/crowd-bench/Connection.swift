import Bytes
import LoadGenerator
import NIOCore

/// A participant's WebSocket, on an event loop where nothing else is computed: however busy the machine is with what all
/// the others do, hello is said in time and pings are answered.
final class Connection: ChannelInboundHandler, @unchecked Sendable {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  let loop: any EventLoop
  /// To be set on the event loop.
  let lag: Lag
  private let host: String
  /// Said as soon as the node listens.
  private let hello: String
  /// Called on the event loop with the messages that have arrived together, and with nil when it is over.
  private let deliver: @Sendable (_ messages: [[UInt8]]?) -> Void
  private var client = WebSocketClient()
  private var arrived: [[UInt8]] = []
  private var context: ChannelHandlerContext?
  private(set) var saidHello: Instant?

  /// `delay` is that of every byte, each way.
  init(
    loop: any EventLoop, host: String, hello: String, delay: TimeAmount = .zero,
    deliver: @escaping @Sendable (_ messages: [[UInt8]]?) -> Void
  ) {
    self.loop = loop
    lag = Lag(delay)
    self.host = host
    self.hello = hello
    self.deliver = deliver
  }

  /// From any thread; nothing happens when it is over.
  func send(_ text: String) {
    loop.execute { self.write(text.utf8, opcode: 1) }
  }

  /// It never came to be.
  func fail() { deliver(nil) }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func channelActive(context: ChannelHandlerContext) {
    let request = WebSocketClient.request(host: host, path: "/ws", subprotocol: "tertulia.1")
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    client.receive(unwrapInboundIn(data))
    while let event = client.next() {
      switch event {
      case .opened:
        saidHello = .now
        write(hello.utf8, opcode: 1)
      case .text(let bytes): arrived.append(bytes)
      case .ping(let bytes): write(bytes, opcode: 10)
      case .closed: context.close(promise: nil)
      }
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if !arrived.isEmpty { deliver(arrived) }
    arrived = []
    context.fireChannelReadComplete()
  }

  func channelInactive(context: ChannelHandlerContext) {
    self.context = nil
    deliver(nil)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  private func write(_ payload: some Collection<UInt8>, opcode: UInt8) {
    guard let context else { return }
    let frame = WebSocketClient.frame(payload, opcode: opcode, allocator: context.channel.allocator)
    context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
  }
}
