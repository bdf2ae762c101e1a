import NIOCore
import NIOSSL
import NIOWebSocket
import Signaling

/// One WebSocket from its opening to its end: frames in to a `ClientSession`, frames out of an `Outbox`.
struct WebSocketConnection {
  let channel: NIOAsyncChannel<WebSocketFrame, WebSocketFrame>
  let services: ClientSession.Services

  /// After the last frame was written: time for it to be read, and for the other side to close.
  private static let linger = TimeAmount.seconds(2)

  func run() async {
    let rawChannel = channel.channel
    let metrics = services.metrics
    let outbox = Outbox { reason in
      if reason == .slow { metrics.closed(.slow) }
      Self.cut(rawChannel)
    }
    // An error here says that the other side went away, which needs no answer.
    try? await channel.executeThenClose { inbound, outbound in
      await withDiscardingTaskGroup { group in
        group.addTask {
          await Self.write(outbox, to: outbound)
          rawChannel.eventLoop.scheduleTask(in: Self.linger) { rawChannel.close(promise: nil) }
        }
        var frames = inbound.makeAsyncIterator()
        if let id = services.connections.open(outbox, now: services.clock.now) {
          let network = SourceMeter.network(of: rawChannel.remoteAddress)
          let peer = Peer(id: id, outbox: outbox, source: services.directory.sources.digest(of: network))
          var session = ClientSession(peer, services)
          await converse(&frames, &session, peer)
          await session.close()
          outbox.send(.close(code: 1000))
        }
        // Closing a socket with something unread would take back what was just said on it.
        while (try? await frames.next()) != nil {}
      }
    }
  }

  /// Closes below TLS, whose goodbye somebody who is gone would never answer: the room would learn of it 5 s late.
  private static func cut(_ channel: any Channel) {
    channel.eventLoop.execute {
      if let tls = try? channel.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self) {
        tls.close(promise: nil)
      } else {
        channel.close(promise: nil)
      }
    }
  }

  private static func write(_ outbox: Outbox, to outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>) async {
    for await frame in outbox.frames {
      guard (try? await outbound.write(WebSocketFrame(frame))) != nil else { return }
    }
  }

  private func converse(
    _ frames: inout NIOAsyncChannelInboundStream<WebSocketFrame>.AsyncIterator, _ session: inout ClientSession,
    _ peer: Peer
  ) async {
    var assembly = MessageAssembly(budget: services.connections.budget)
    defer { assembly.release() }
    do {
      while let frame = try await frames.next() {
        services.connections.heard(peer.id, now: services.clock.now)
        switch assembly.take(frame, limit: session.messageLimit) {
        case .incomplete: continue
        case .text(let bytes): guard await session.receive(bytes) else { return }
        case .ping(let bytes): peer.outbox.send(.pong(bytes))
        case .closed: return
        case .refused(let code, let detail): return session.refuseFrame(code, detail)
        }
      }
    } catch NIOWebSocketError.invalidFrameLength {
      session.refuseFrame(.tooLarge, "frame")
    } catch {
      session.refuseFrame(.badMessage, "frame")
    }
  }
}

extension WebSocketFrame {
  fileprivate init(_ frame: OutgoingFrame) {
    switch frame {
    case .text(let bytes): self.init(fin: true, opcode: .text, data: ByteBuffer(bytes: bytes))
    case .ping: self.init(fin: true, opcode: .ping, data: ByteBuffer())
    case .pong(let bytes): self.init(fin: true, opcode: .pong, data: ByteBuffer(bytes: bytes))
    case .close(let code): self.init(fin: true, opcode: .connectionClose, data: ByteBuffer(integer: code))
    }
  }
}
