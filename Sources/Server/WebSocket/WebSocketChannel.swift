package import HummingbirdCore
package import Logging
package import NIOCore
import NIOHTTP1
package import NIOHTTPTypes
import NIOHTTPTypesHTTP1
package import NIOWebSocket
import Signaling

/// Child channel that speaks HTTP/1.1, and WebSocket to those who ask for it at `/ws` the way the client does.
package struct WebSocketChannel: ServerChildChannel, HTTPChannelHandler {
  /// What a connection turned out to be.
  package enum Kind: Sendable {
    case http(NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>)
    case webSocket(NIOAsyncChannel<WebSocketFrame, WebSocketFrame>)
  }

  package struct Value: ServerChildChannelValue {
    let kind: EventLoopFuture<Kind>
    package let channel: any Channel
  }

  package let responder: Responder
  private let services: ClientSession.Services

  /// From the first byte, TLS included, until a request is read; and between the requests of a connection.
  private static let openingDeadline = TimeAmount.seconds(10)
  private static let idleTimeout = Duration.seconds(30)
  private static let maximumHeaderBytes = 16 * 1024

  package init(responder: @escaping Responder, services: ClientSession.Services) {
    self.responder = responder
    self.services = services
  }

  package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    channel.eventLoop.makeCompletedFuture {
      let pipeline = channel.pipeline.syncOperations
      try ConnectionBuffers.keepSmall(channel)
      try pipeline.addHandler(OpeningDeadlineHandler(Self.openingDeadline))
      let upgrade = NIOTypedHTTPServerUpgradeConfiguration<Kind>(upgraders: [upgrader]) { channel in
        channel.eventLoop.makeCompletedFuture { .http(try Self.configureHTTP(channel, logger)) }
      }
      var configuration = NIOUpgradableHTTPServerPipelineConfiguration(upgradeConfiguration: upgrade)
      configuration.enablePipelining = false
      configuration.enableErrorHandling = true
      configuration.enableResponseHeaderValidation = false
      configuration.decoderConfiguration.maxHeaderListSize = Self.maximumHeaderBytes
      configuration.decoderConfiguration.maxHeaderFieldSize = Self.maximumHeaderBytes
      configuration.decoderConfiguration.maxHeaderFieldCount = 64
      let kind = try pipeline.configureUpgradableHTTPServerPipeline(configuration: configuration)
      return Value(kind: kind, channel: channel)
    }
  }

  package func handle(value: Value, logger: Logger) async {
    do {
      switch try await value.kind.get() {
      case .http(let channel): await handleHTTP(asyncChannel: channel, logger: logger)
      case .webSocket(let channel): await WebSocketConnection(channel: channel, services: services).run()
      }
    } catch {
      // It ended before it said what it was.
      value.channel.close(mode: .all, promise: nil)
    }
  }

  private var upgrader: NIOTypedWebSocketServerUpgrader<Kind> {
    let budget = services.connections.budget
    return NIOTypedWebSocketServerUpgrader(
      maxFrameSize: Limits.uploadMessage, enableAutomaticErrorHandling: false,
      shouldUpgrade: { channel, request in
        if let refusal = UpgradePolicy.refusal(uri: request.uri, { request.headers[$0] }) {
          return Self.refuse(refusal, channel)
        }
        return channel.eventLoop.makeSucceededFuture(["Sec-WebSocket-Protocol": Limits.subprotocol])
      },
      upgradePipelineHandler: { channel, _ in
        channel.eventLoop.makeCompletedFuture {
          try Self.removeDeadline(channel)
          return .webSocket(try Self.configureWebSocket(channel, budget))
        }
      })
  }

  private static func configureWebSocket(
    _ channel: any Channel, _ budget: InboundBudget
  ) throws -> NIOAsyncChannel<WebSocketFrame, WebSocketFrame> {
    let pipeline = channel.pipeline.syncOperations
    let meter = FrameMeter(budget)
    let decoder = try pipeline.handler(type: ByteToMessageHandler<WebSocketFrameDecoder>.self)
    try pipeline.addHandler(meter, position: .before(decoder))
    try pipeline.addHandler(FrameMeterReset(meter))
    return try NIOAsyncChannel(
      wrappingChannelSynchronously: channel,
      configuration: .init(backPressureStrategy: .init(lowWatermark: 1, highWatermark: 2)))
  }

  /// Answers and closes: after a request to upgrade the decoder reads no further one.
  private static func refuse(_ refusal: UpgradePolicy.Refusal, _ channel: any Channel) -> EventLoopFuture<HTTPHeaders?>
  {
    let head = HTTPResponseHead(
      version: .http1_1, status: refusal.status,
      headers: ["Content-Length": "0", "Cache-Control": "no-store", "Connection": "close"])
    let pipeline = channel.pipeline.syncOperations
    pipeline.write(NIOAny(HTTPServerResponsePart.head(head)), promise: nil)
    pipeline.writeAndFlush(NIOAny(HTTPServerResponsePart.end(nil)), promise: nil)
    channel.close(promise: nil)
    return channel.eventLoop.makeFailedFuture(refusal)
  }

  private static func configureHTTP(
    _ channel: any Channel, _ logger: Logger
  ) throws -> NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart> {
    let pipeline = channel.pipeline.syncOperations
    try removeDeadline(channel)
    try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: true))
    try pipeline.addHandler(HTTPConnectionStateHandler(idleTimeout: idleTimeout, logger: logger))
    return try NIOAsyncChannel(
      wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
  }

  private static func removeDeadline(_ channel: any Channel) throws {
    let pipeline = channel.pipeline.syncOperations
    pipeline.removeHandler(context: try pipeline.context(handlerType: OpeningDeadlineHandler.self), promise: nil)
  }
}

/// Cuts a connection that does not get to its first request, however slowly it sends.
private final class OpeningDeadlineHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = NIOAny

  private let deadline: TimeAmount
  private var scheduled: Scheduled<Void>?

  init(_ deadline: TimeAmount) { self.deadline = deadline }

  func handlerAdded(context: ChannelHandlerContext) {
    let channel = context.channel
    scheduled = context.eventLoop.scheduleTask(in: deadline) { channel.close(promise: nil) }
  }

  func handlerRemoved(context: ChannelHandlerContext) { scheduled?.cancel() }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is ChannelShouldQuiesceEvent { context.close(promise: nil) }
    context.fireUserInboundEventTriggered(event)
  }
}
