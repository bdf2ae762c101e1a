import Bytes
import CLinuxNet
import RTCCore
import SFU

/// One media thread: a socket, a mailbox and a `MediaNode` that nothing else touches. A turn of its loop waits for packets,
/// commands or the node's deadline, hands over at most 64 packets, and sends everything they caused with one flush.
struct Shard<Security: RTCSecurityProvider>: Sendable {
  let socket: UDPSocket
  let mailbox: Mailbox
  let poller: Int32
  let security: Security
  let configuration: MediaNodeConfiguration
  /// Called on the shard's thread; must not block.
  let deliver: @Sendable ([MediaEvent]) -> Void

  init(
    socket: UDPSocket, mailbox: Mailbox, security: Security, configuration: MediaNodeConfiguration,
    deliver: @escaping @Sendable ([MediaEvent]) -> Void
  ) throws(MediaPlaneError) {
    poller = lnet_poller_create(socket.descriptor, mailbox.event)
    guard poller >= 0 else { throw .resources(errno: -poller) }
    self.socket = socket
    self.mailbox = mailbox
    self.security = security
    self.configuration = configuration
    self.deliver = deliver
  }

  /// The body of the thread; returns after a stop command, with the socket closed. The node is a local variable on
  /// purpose: nothing on the packet path goes through a reference.
  func run() {
    var node = MediaNode(configuration: configuration, security: security)
    var inbound = ReceiveBatch()
    var outbound = SendBatch(socket: socket)
    var received = NetworkCounters()
    var isRunning = true
    while isRunning {
      let ready = wait(until: node.nextDeadline)
      let now = Instant(nanoseconds: lnet_now())
      if ready & LNET_EVENT_READY != 0 {
        for command in mailbox.drain() {
          switch command {
          case .media(let command): node.apply(command, now: now, into: &outbound)
          case .report(let answer): answer(Self.counters(node.counters, received, outbound.counters))
          case .stop: isRunning = false
          }
        }
      }
      if ready & LNET_SOCKET_READY != 0 {
        inbound.receive(from: socket, counters: &received)
        Self.handle(inbound, with: &node, now: now, counters: &received, into: &outbound)
      }
      if now >= node.nextDeadline { node.advance(to: now, into: &outbound) }
      outbound.flush()
      if node.hasEvents { deliverEvents(of: &node) }
    }
    lnet_close(poller)
    socket.close()
    mailbox.close(with: Self.counters(node.counters, received, outbound.counters))
  }

  @inline(__always)
  private static func handle(
    _ inbound: borrowing ReceiveBatch, with node: inout MediaNode<Security>, now: Instant,
    counters: inout NetworkCounters, into outbound: inout SendBatch
  ) {
    counters.datagramsIn &+= UInt64(inbound.count)
    for index in 0..<inbound.count {
      guard let bytes = inbound.bytes(at: index) else {
        counters.oversized &+= 1
        continue
      }
      counters.bytesIn &+= UInt64(bytes.count)
      node.handle(bytes, from: inbound.source(at: index), now: now, into: &outbound)
    }
  }

  private func wait(until deadline: Instant) -> Int {
    guard deadline != .distantFuture else { return Int(lnet_poller_wait(poller, -1)) }
    return Int(lnet_poller_wait(poller, max(0, (deadline - Instant(nanoseconds: lnet_now())).nanoseconds)))
  }

  private func deliverEvents(of node: inout MediaNode<Security>) {
    var events: [MediaEvent] = []
    node.drainEvents { events.append($0) }
    deliver(events)
  }

  private static func counters(
    _ media: MediaCounters, _ received: NetworkCounters, _ sent: NetworkCounters
  ) -> MediaPlaneCounters {
    var counters = MediaPlaneCounters()
    counters.media = media
    counters.network = received
    counters.network.datagramsOut = sent.datagramsOut
    counters.network.bytesOut = sent.bytesOut
    counters.network.sends = sent.sends
    counters.network.sendBufferFull = sent.sendBufferFull
    counters.network.unreachable = sent.unreachable
    counters.cpuTime = TimeDelta(nanoseconds: lnet_thread_cpu_time())
    return counters
  }
}
