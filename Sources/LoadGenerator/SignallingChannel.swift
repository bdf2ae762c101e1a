internal import Bytes
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import RTCCore

/// One WebSocket to a server. All of it happens on its event loop.
final class SignallingChannel: ChannelInboundHandler, @unchecked Sendable {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  enum Event {
    /// The server takes messages; its address.
    case opened(TransportAddress?)
    case message([UInt8])
    /// It is over, once.
    case ended(Fault)
  }

  private let target: LoadTarget
  private let deliver: (Event) -> Void
  private var client = WebSocketClient()
  private var context: ChannelHandlerContext?
  private var isOpen = false
  private var isEnded = false

  /// `deliver` is called on the event loop.
  init(_ target: LoadTarget, deliver: @escaping (Event) -> Void) {
    self.target = target
    self.deliver = deliver
  }

  /// Connects; what follows is delivered. `tls` is nil where there is none.
  func connect(on loop: any EventLoop, tls: NIOSSLContext?) {
    let name = tls == nil || target.host.isAddress ? nil : target.host
    let attempt = ClientBootstrap(group: loop).connectTimeout(.seconds(10)).channelInitializer { channel in
      channel.eventLoop.makeCompletedFuture {
        let pipeline = channel.pipeline.syncOperations
        if let tls { try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: name)) }
        try pipeline.addHandler(self)
      }
    }.connect(host: target.host, port: target.port)
    attempt.whenFailure { _ in self.end(.unreachable(self.target.place)) }
  }

  /// Sends a text message; nothing happens when it is over.
  func send(_ text: [UInt8]) { write(text, opcode: 1) }

  /// Ends it; nothing is delivered any more.
  func close() {
    isEnded = true
    context?.close(promise: nil)
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func channelActive(context: ChannelHandlerContext) {
    let (path, subprotocol) = target.isNode ? ("/ws", "tertulia.1") : ("/", "janus-protocol")
    let request = WebSocketClient.request(host: target.place, path: path, subprotocol: subprotocol)
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    client.receive(unwrapInboundIn(data))
    while !isEnded, let event = client.next() {
      switch event {
      case .opened:
        isOpen = true
        deliver(.opened(context.remoteAddress.flatMap(TransportAddress.init)))
      case .text(let bytes): deliver(.message(bytes))
      case .ping(let bytes): write(bytes, opcode: 10)
      case .closed(let status): end(status == nil && isOpen ? .closed : .nonsense)
      }
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    self.context = nil
    end(isOpen ? .closed : .unreachable(target.place))
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case NIOSSLError.handshakeFailed(BoringSSLError.sslError(let errors))
    where errors.contains(where: { $0.description.contains("CERTIFICATE_VERIFY_FAILED") }):
      end(.untrusted)
    case is NIOSSLError where !isOpen: end(.nonsense)
    default: end(.closed)
    }
    context.close(promise: nil)
  }

  private func end(_ fault: Fault) {
    guard !isEnded else { return }
    isEnded = true
    context?.close(promise: nil)
    deliver(.ended(fault))
  }

  private func write(_ payload: [UInt8], opcode: UInt8) {
    guard let context else { return }
    let frame = WebSocketClient.frame(payload, opcode: opcode, allocator: context.channel.allocator)
    context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
  }
}

extension TransportAddress {
  /// Nil for what is no IP address.
  init?(_ address: SocketAddress) {
    guard let text = address.ipAddress, let port = address.port,
      let parsed = TransportAddress.parse(text, port: UInt16(clamping: port))
    else { return nil }
    self = parsed
  }
}

extension String {
  /// A literal address, which TLS does not name.
  var isAddress: Bool { (try? SocketAddress(ipAddress: self, port: 0)) != nil }
}
