package import Bytes
internal import CLinuxNet
internal import Glibc
package import RTCCore
package import SFU

/// Clients over real sockets, one each, run by one thread: the load generator. Not for use by two threads at once.
///
/// Signalling is the caller's: read `offer(of:)`, bring back the answer, then `run`.
package final class SocketFleet<Security: RTCSecurityProvider> {
  /// A client and its socket.
  private struct Member: ~Copyable {
    var client: ClientPeer<Security>
    let socket: Int32
  }

  package enum Failure: Error {
    case socket(errno: Int32)
    case outOfMemory
  }

  package let count: Int
  private let members: UnsafeMutablePointer<Member>
  private var polls: [pollfd]
  private let family: Int32
  private var sink: SocketSink
  private let receiving: OpaquePointer
  private let received: UnsafeMutablePointer<lnet_datagram>

  /// One client for each of `configurations`, each bound to a free port of `address`. Seeds count up from `seed`.
  package init(
    _ configurations: [ClientConfiguration], security: Security, bind address: TransportAddress, seed: UInt64
  ) throws(Failure) {
    guard let sink = SocketSink(), let receiving = lnet_batch_create() else { throw .outOfMemory }
    var sockets: [Int32] = []
    for _ in configurations {
      let socket = lnet_udp_open(address.withPort(0).linux, false, 1 << 20)
      guard socket >= 0 else {
        for socket in sockets { lnet_close(socket) }
        lnet_batch_destroy(receiving)
        throw .socket(errno: -socket)
      }
      sockets.append(socket)
    }
    self.sink = sink
    self.receiving = receiving
    received = lnet_batch_datagrams(receiving)
    family = address.isIPv6 ? AF_INET6 : AF_INET
    count = sockets.count
    polls = sockets.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    members = .allocate(capacity: count)
    for (index, socket) in sockets.enumerated() {
      let local = address.withPort(UInt16(clamping: lnet_local_port(socket)))
      let client = ClientPeer(
        configurations[index], security: security, address: local, seed: seed &+ UInt64(index))
      (members + index).initialize(to: Member(client: client, socket: socket))
    }
  }

  deinit {
    for index in 0..<count { lnet_close(members[index].socket) }
    members.deinitialize(count: count)
    members.deallocate()
    lnet_batch_destroy(receiving)
  }

  package func offer(of index: Int) -> (sdp: String, mids: OfferedMids) {
    (members[index].client.offer, members[index].client.mids)
  }

  /// `now` is the time unless the caller has a clock of its own.
  package func accept(answer: String, for index: Int, now: Instant? = nil) throws(ClientError) {
    try members[index].client.accept(answer: answer, now: now ?? Self.now)
  }

  /// Borrows a client, to read its statistics or mute it.
  package func withClient<Result>(_ index: Int, _ body: (inout ClientPeer<Security>) -> Result) -> Result {
    body(&members[index].client)
  }

  package var connectedCount: Int { (0..<count).count { members[$0].client.state == .connected } }

  /// Serves all clients for `duration`, or until `isDone` (asked about once a millisecond) says so.
  package func run(for duration: TimeDelta, until isDone: (SocketFleet) -> Bool = { _ in false }) {
    let end = Self.now + duration
    while true {
      let now = Self.now
      guard now < end, !isDone(self) else { return }
      var deadline = end
      for index in 0..<count { deadline = min(deadline, serve(index, now: now)) }
      // A millisecond is the finest that poll waits, and coarse enough for batches.
      let wait = max(1, min(10, (deadline - Self.now).milliseconds))
      _ = poll(&polls, nfds_t(polls.count), Int32(wait))
    }
  }

  /// Serves all clients once at `now`, for callers with a clock of their own.
  package func step(to now: Instant) {
    for index in 0..<count {
      polls[index].revents = Int16(POLLIN)
      _ = serve(index, now: now)
    }
  }

  /// Says goodbye to the node.
  package func close() {
    for index in 0..<count {
      (sink.socket, sink.family) = (members[index].socket, family)
      members[index].client.close(now: Self.now, into: &sink)
      sink.flush()
    }
  }

  /// The clock that clients are handed.
  package static var now: Instant { Instant(nanoseconds: lnet_now()) }

  private func serve(_ index: Int, now: Instant) -> Instant {
    (sink.socket, sink.family) = (members[index].socket, family)
    if polls[index].revents != 0 {
      var count: Int
      repeat {
        count = max(0, Int(lnet_receive(receiving, members[index].socket)))
        for place in 0..<count where !received[place].is_truncated { deliver(received[place], to: index, now: now) }
      } while count == LNET_BATCH
    }
    if members[index].client.nextDeadline <= now { members[index].client.advance(to: now, into: &sink) }
    sink.flush()
    return members[index].client.nextDeadline
  }

  private func deliver(_ datagram: lnet_datagram, to index: Int, now: Instant) {
    let bytes = UnsafeMutableRawBufferPointer(start: datagram.data, count: datagram.length)
    members[index].client.handle(bytes, from: TransportAddress(datagram.address), now: now, into: &sink)
  }
}
