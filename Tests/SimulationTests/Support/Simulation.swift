import Bytes
import MediaClient
import RTCCore
import SFU

/// A node, clients and the paths between them in one thread, under a clock that jumps from event to event. Everything is
/// decided by the seed.
final class Simulation<Security: RTCSecurityProvider> {
  let seed: UInt64
  private(set) var now = Instant(nanoseconds: 1_000_000_000)
  private(set) var events: [MediaEvent] = []
  private(set) var count = 0
  var path: PathProfile
  /// From the node to the clients, where that differs.
  var downPath: PathProfile?
  var random: SeededRandom

  var node: MediaNode<Security>
  private let clients: UnsafeMutablePointer<ClientPeer<Security>>
  private let capacity: Int
  private var deadlines: [Instant] = []
  /// How long senders take to do what the node says of their layers; nil while they make all of them all the time.
  var obedience: TimeDelta?
  /// Whether obedient senders send one VP9 stream where they may.
  var sendsScalable = false
  private var orders: [(due: Instant, client: Int, layers: UInt8, isScalable: Bool)] = []
  /// Clients whose cable is cut.
  private var unplugged: Set<Int> = []
  private var network: VirtualNetwork
  private var outbox = Outbox()
  private let makeSecurity: (Int) -> Security
  private let nodeSecurity: Security

  static var nodeAddress: TransportAddress { TransportAddress(ipv4: 0x7F00_0001, port: 3_478) }
  static var room: RoomID { RoomID(1) }

  /// `startRate` is what the node takes a path to carry before it knows.
  init(
    seed: UInt64, capacity: Int, path: PathProfile, startRate: DataRate = .kilobits(300),
    security: @escaping (Int) -> Security
  ) {
    self.seed = seed
    self.path = path
    self.capacity = capacity
    random = SeededRandom(seed: seed)
    network = VirtualNetwork(seed: seed ^ 0xABCD)
    makeSecurity = security
    nodeSecurity = security(255)
    node = MediaNode(
      configuration: MediaNodeConfiguration(maximumPeers: capacity, seed: seed, startRate: startRate),
      security: nodeSecurity)
    clients = .allocate(capacity: capacity)
  }

  deinit {
    clients.deinitialize(count: count)
    clients.deallocate()
    outbox.free()
  }

  func id(_ index: Int) -> PeerID { PeerID(UInt64(index + 1)) }

  private func address(_ index: Int) -> TransportAddress {
    TransportAddress(ipv4: 0x7F00_0001, port: UInt16(20_000 + index))
  }

  /// A client joins: offer, answer, and the node learns of it.
  func join(_ configuration: ClientConfiguration) throws {
    let index = count
    let peer = ClientPeer(
      configuration, security: makeSecurity(index), address: address(index), seed: seed &+ UInt64(index) &* 7_919)
    (clients + index).initialize(to: peer)
    count += 1
    deadlines.append(.distantFuture)
    let result = try MediaNegotiator.negotiate(
      offer: clients[index].offer, mids: clients[index].mids,
      local: LocalDescription(
        fingerprint: nodeSecurity.fingerprint, candidates: [ICECandidate.host(Self.nodeAddress).text()]),
      using: &random)
    apply(.addPeer(room: Self.room, peer: id(index), configuration: result.peer))
    try clients[index].accept(answer: result.answer, now: now)
    deadlines[index] = clients[index].nextDeadline
  }

  func apply(_ command: MediaCommand) {
    node.apply(command, now: now, into: &outbox)
    flush(from: Self.nodeAddress)
  }

  func setSending(_ index: Int, _ kind: SourceKind, _ enabled: Bool) {
    clients[index].setSending(kind, enabled, now: now)
    deadlines[index] = clients[index].nextDeadline
  }

  /// Limits what reaches a client; nil lifts the limit.
  func limit(_ index: Int, to rate: DataRate?) {
    let port = address(index).port
    guard let rate else {
      network.bottlenecks[port] = nil
      return
    }
    if network.bottlenecks[port] == nil { network.bottlenecks[port] = Bottleneck(rate: rate) }
    network.bottlenecks[port]?.rate = rate
  }

  /// The longest that anything waited before a client's link since the last call.
  func takeWorstDelay(_ index: Int) -> TimeDelta {
    network.bottlenecks[address(index).port]?.takeWorst() ?? .zero
  }

  func unplug(_ index: Int) { unplugged.insert(index) }

  func state(_ index: Int) -> ClientPeer<Security>.State { clients[index].state }
  func statistics(_ index: Int) -> ClientStatistics { clients[index].statistics }
  func tracks(_ index: Int) -> [TrackStatistics] { clients[index].trackStatistics }

  // MARK: Time

  func run(_ time: TimeDelta) {
    let end = now + time
    while true {
      let (client, deadline) = nextClient()
      let next = min(min(network.nextArrival, orders.first?.due ?? .distantFuture), min(node.nextDeadline, deadline))
      guard next <= end else { break }
      now = max(now, next)
      if let order = orders.first, order.due <= now {
        orders.removeFirst()
        clients[order.client].setLayers(
          .camera, (0..<3).map { order.layers & 1 << UInt8($0) != 0 }, isScalable: order.isScalable)
      } else if let datagram = network.receive(at: now) {
        deliver(datagram)
      } else if node.nextDeadline <= now {
        node.advance(to: now, into: &outbox)
        flush(from: Self.nodeAddress)
      } else {
        clients[client].advance(to: now, into: &outbox)
        settle(client)
      }
    }
    now = end
  }

  private func nextClient() -> (Int, Instant) {
    var first = (index: 0, deadline: Instant.distantFuture)
    for index in 0..<count where deadlines[index] < first.deadline { first = (index, deadlines[index]) }
    return (first.index, first.deadline)
  }

  private func deliver(_ datagram: VirtualNetwork.Datagram) {
    var bytes = datagram.bytes
    if datagram.to == Self.nodeAddress {
      _ = bytes.withUnsafeMutableBytes { node.handle($0, from: datagram.from, now: now, into: &outbox) }
      flush(from: Self.nodeAddress)
    } else {
      let index = Int(datagram.to.port) - 20_000
      bytes.withUnsafeMutableBytes {
        clients[index].handle($0, from: datagram.from, now: now, into: &outbox)
      }
      settle(index)
    }
  }

  private func take(_ event: MediaEvent) {
    events.append(event)
    guard let obedience, case .sendLayers(let peer, .camera, let layers, let isScalable) = event else { return }
    orders.append((now + obedience, Int(peer.rawValue) - 1, layers, isScalable && sendsScalable))
  }

  private func settle(_ client: Int) {
    flush(from: address(client))
    deadlines[client] = clients[client].nextDeadline
  }

  private func flush(from source: TransportAddress) {
    for datagram in outbox.datagrams where !isCut(source) && !isCut(datagram.to) {
      let path = source == Self.nodeAddress ? downPath ?? path : path
      network.send(datagram.bytes, from: source, to: datagram.to, at: now, path)
    }
    outbox.empty()
    if node.hasEvents { node.drainEvents { take($0) } }
  }

  private func isCut(_ address: TransportAddress) -> Bool {
    !unplugged.isEmpty && unplugged.contains(Int(address.port) - 20_000)
  }

  // MARK: Outcome

  /// One number for everything that can be seen of a run.
  var digest: UInt64 {
    var sum: UInt64 = 0xCBF2_9CE4_8422_2325
    func mix(_ value: UInt64) { sum = (sum ^ value) &* 0x100_0000_01B3 }
    mix(UInt64(network.sent))
    mix(UInt64(network.lost))
    withUnsafeBytes(of: node.counters) { for byte in $0 { mix(UInt64(byte)) } }
    for index in 0..<count {
      let own = statistics(index)
      for value in [own.datagramsIn, own.bytesIn, own.bytesOut, own.packetsRepeated, own.keyFramesSent] { mix(value) }
      for track in tracks(index) {
        for value in [
          track.packets, track.bytes, track.frames, track.recovered, track.lost, track.nacksSent, track.switches,
          UInt64(bitPattern: track.lastFrame?.nanoseconds ?? 0),
        ] { mix(value) }
      }
    }
    return sum
  }
}
