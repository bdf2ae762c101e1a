package import Bytes
internal import CLinuxNet
internal import Glibc
package import RTCCore
package import SFU

/// Clients over real sockets, one each, run by one thread: the load generator. Not for use by two threads at once.
///
/// Signalling is the caller's: `add`, read `offer(of:)`, bring back the answer, then `run`.
package final class SocketFleet<Security: RTCSecurityProvider> {
  /// A client and its socket.
  struct Member: ~Copyable {
    var client: ClientPeer<Security>
    let socket: Int32
  }

  package enum Failure: Error {
    case socket(errno: Int32)
    case outOfMemory
    /// As many members as there is place for.
    case full
    /// The other end's description cannot be used.
    case description(ClientError)
  }

  /// Members at most.
  package let capacity: Int
  /// Members now.
  package private(set) var count = 0
  /// Wakes `run`, from any thread: see `interrupt`.
  package let event: Int32

  let poller: Int32
  let members: UnsafeMutablePointer<Member>
  let sink: UnsafeMutablePointer<SocketSink>
  let receiving: OpaquePointer
  let received: UnsafeMutablePointer<lnet_datagram>
  let ready: UnsafeMutablePointer<UInt32>
  var deadlines: DeadlineHeap
  var lastTurn = Instant.zero
  private(set) var isTaken: [Bool]
  /// Of those ever taken.
  private(set) var places = 0
  private let security: Security
  private let address: TransportAddress
  private var nextSeed: UInt64

  static var eventTag: UInt32 { .max }

  /// Nobody yet. Sockets will be bound to free ports of `address`. Seeds of clients count up from `seed`. `loss` is the share
  /// of datagrams, 0...1, that is dropped each way as a network would.
  package init(
    capacity: Int, security: Security, bind address: TransportAddress, seed: UInt64, loss: Double = 0
  ) throws(Failure) {
    poller = lnet_multitude_create()
    guard poller >= 0 else { throw .socket(errno: -poller) }
    event = lnet_event_create()
    guard event >= 0, lnet_multitude_add(poller, event, Self.eventTag) == 0 else {
      lnet_close(poller)
      throw .socket(errno: max(0, -event))
    }
    guard let sink = SocketSink(loss: loss, seed: seed), let receiving = lnet_batch_create() else { throw .outOfMemory }
    self.sink = .allocate(capacity: 1)
    self.sink.initialize(to: sink)
    self.receiving = receiving
    received = lnet_batch_datagrams(receiving)
    self.sink.pointee.family = address.isIPv6 ? AF_INET6 : AF_INET
    self.capacity = capacity
    self.security = security
    self.address = address
    nextSeed = seed
    members = .allocate(capacity: max(1, capacity))
    ready = .allocate(capacity: capacity + 1)
    isTaken = Array(repeating: false, count: capacity)
    deadlines = DeadlineHeap(capacity: capacity)
  }

  /// One client for each of `configurations`, in their order.
  package convenience init(
    _ configurations: [ClientConfiguration], security: Security, bind address: TransportAddress, seed: UInt64
  ) throws(Failure) {
    try self.init(capacity: configurations.count, security: security, bind: address, seed: seed)
    for configuration in configurations { _ = try add(configuration) }
  }

  deinit {
    for index in 0..<places where isTaken[index] { take(index) }
    members.deallocate()
    ready.deallocate()
    sink.deinitialize(count: 1)
    sink.deallocate()
    lnet_batch_destroy(receiving)
    lnet_close(event)
    lnet_close(poller)
  }

  /// The numbers of the members.
  package var numbers: [Int] { (0..<places).filter { isTaken[$0] } }

  /// A client that offers. Returns its number, which is free again once it is removed.
  package func add(_ configuration: ClientConfiguration) throws(Failure) -> Int {
    try add { security, address, seed in
      ClientPeer(configuration, security: security, address: address, seed: seed)
    }
  }

  /// A client that answers `offer`, and connects. Returns its number.
  package func add(answering offer: String) throws(Failure) -> Int {
    let index = try add { (security, address, seed) throws(ClientError) in
      try ClientPeer.answering(offer, security: security, address: address, seed: seed, now: Self.now)
    }
    schedule(index)
    return index
  }

  private func add(
    _ make: (Security, TransportAddress, UInt64) throws(ClientError) -> ClientPeer<Security>
  ) throws(Failure) -> Int {
    guard let index = isTaken.firstIndex(of: false) else { throw .full }
    let socket = lnet_udp_open(address.withPort(0).linux, false, 1 << 20)
    guard socket >= 0 else { throw .socket(errno: -socket) }
    let status = lnet_multitude_add(poller, socket, UInt32(index))
    guard status == 0 else {
      lnet_close(socket)
      throw .socket(errno: -status)
    }
    let local = address.withPort(UInt16(clamping: lnet_local_port(socket)))
    defer { nextSeed &+= 1 }
    do throws(ClientError) {
      (members + index).initialize(to: Member(client: try make(security, local, nextSeed), socket: socket))
    } catch {
      lnet_close(socket)
      throw .description(error)
    }
    isTaken[index] = true
    count += 1
    places = max(places, index + 1)
    return index
  }

  /// Says goodbye for a client and forgets it.
  package func remove(_ index: Int) {
    precondition(isTaken[index])
    close(index)
    take(index)
  }

  private func take(_ index: Int) {
    lnet_close(members[index].socket)
    (members + index).deinitialize(count: 1)
    deadlines.forget(index)
    isTaken[index] = false
    count -= 1
  }

  package func offer(of index: Int) -> (sdp: String, mids: OfferedMids) {
    (members[index].client.offer, members[index].client.mids)
  }

  /// What a client that answers says; nil of one that offers.
  package func answer(of index: Int) -> String? { members[index].client.answer }

  /// `now` is the time unless the caller has a clock of its own.
  package func accept(answer: String, for index: Int, now: Instant? = nil) throws(ClientError) {
    precondition(isTaken[index])
    try members[index].client.accept(answer: answer, now: now ?? Self.now)
    schedule(index)
  }

  /// Borrows a client, to read its statistics or mute it.
  package func withClient<Result>(_ index: Int, _ body: (inout ClientPeer<Security>) -> Result) -> Result {
    precondition(isTaken[index])
    defer { schedule(index) }
    return body(&members[index].client)
  }

  package var connectedCount: Int { (0..<places).count { isTaken[$0] && members[$0].client.state == .connected } }

  /// Says goodbye for everybody.
  package func close() {
    for index in 0..<places where isTaken[index] { close(index) }
  }

  private func close(_ index: Int) {
    sink.pointee.socket = members[index].socket
    members[index].client.close(now: Self.now, into: &sink.pointee)
    sink.pointee.flush()
  }

  /// Nobody waits at the sockets any more, so that sending to them wakes nobody and tells no poller. From now on they are
  /// looked at by `step` only.
  package func stopWaiting() {
    for index in 0..<places where isTaken[index] { lnet_multitude_remove(poller, members[index].socket) }
  }

  func schedule(_ index: Int) { deadlines.schedule(index, at: members[index].client.nextDeadline) }

  /// The clock that clients are handed.
  package static var now: Instant { Instant(nanoseconds: lnet_now()) }
}
