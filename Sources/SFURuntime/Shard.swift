import Bytes
import CLinuxNet
import RTCCore
import RTCSecurity
import SFU

/// One media thread: a socket, a mailbox and a node that nothing else touches. A turn of its loop waits for packets, commands
/// or the node's deadline, hands over what has come, and sends everything that followed with one flush.
struct Shard: Sendable {
  let socket: UDPSocket
  let mailbox: Mailbox
  let poller: Int32
  let security: OpenSSLSecurity
  let configuration: MediaNodeConfiguration
  let exchange: ShardExchange
  /// Called on the shard's thread; must not block.
  let deliver: @Sendable ([MediaEvent]) -> Void

  /// Batches taken in before timers and commands have their turn.
  private static var maximumBatches: Int { 8 }

  init(
    socket: UDPSocket, mailbox: Mailbox, security: OpenSSLSecurity, configuration: MediaNodeConfiguration,
    exchange: ShardExchange, deliver: @escaping @Sendable ([MediaEvent]) -> Void
  ) throws(MediaPlaneError) {
    poller = lnet_poller_create(socket.descriptor, mailbox.event)
    guard poller >= 0 else { throw .resources(errno: -poller) }
    self.socket = socket
    self.mailbox = mailbox
    self.security = security
    self.configuration = configuration
    self.exchange = exchange
    self.deliver = deliver
  }

  /// The body of the thread; returns after a stop command, with the socket closed. The node is a local variable on
  /// purpose: nothing on the packet path goes through a reference.
  func run() {
    var path = PacketPath(
      socket: socket, configuration: configuration, security: security, exchange: exchange)
    var isRunning = true
    while isRunning {
      let ready = wait(until: path.node.nextDeadline)
      var now = Self.now
      if ready & LNET_EVENT_READY != 0 {
        for command in mailbox.drain() {
          switch command {
          case .media(let command): path.apply(command, now: now)
          case .routes(let routes): path.learn(routes)
          case .report(let answer): answer(path.counters)
          case .stop: isRunning = false
          }
        }
        path.takeHandedOver(now: now)
      }
      if ready & LNET_SOCKET_READY != 0 {
        var batches = 1
        while path.receive(now: now), batches < Self.maximumBatches {
          batches += 1
          now = Self.now
        }
      }
      if now >= path.node.nextDeadline { path.advance(to: now) }
      path.flush()
      if path.node.hasEvents { deliverEvents(of: &path.node) }
    }
    lnet_close(poller)
    socket.close()
    mailbox.close(with: path.counters)
  }

  @inline(__always)
  private static var now: Instant { Instant(nanoseconds: lnet_now()) }

  private func wait(until deadline: Instant) -> Int {
    guard deadline != .distantFuture else { return Int(lnet_poller_wait(poller, -1)) }
    return Int(lnet_poller_wait(poller, max(0, (deadline - Self.now).nanoseconds)))
  }

  private func deliverEvents(of node: inout MediaNode<OpenSSLSecurity>) {
    var events: [MediaEvent] = []
    node.drainEvents { events.append($0) }
    deliver(events)
  }
}
