import Bytes
import MediaClient
import RTCCore
import RTCSecurity
import SFU

/// A node and clients under a virtual clock, with a link that delays, loses and reorders by a seed.
struct Rig: ~Copyable {
  typealias Client = ClientPeer<OpenSSLSecurity>

  struct Link {
    var delay = TimeDelta.milliseconds(20)
    /// Reorders what is closer together than this.
    var jitter = TimeDelta.zero
    /// Chance of each datagram to be lost, 0...1.
    var loss = 0.0
  }

  private struct Flight {
    let due: Instant
    let order: Int
    let toNode: Bool
    let from: TransportAddress
    let to: TransportAddress
    var bytes: [UInt8]
  }

  var node: MediaNode<OpenSSLSecurity>
  let clients: UnsafeMutablePointer<Client>
  private(set) var count = 0
  var link = Link()
  var events: [MediaEvent] = []
  private(set) var now = Instant(nanoseconds: 1_000_000_000)
  private let description: LocalDescription
  private var random: SeededGenerator
  private var flights: [Flight] = []
  private var sent = 0

  static let nodeAddress = TransportAddress(ipv4: 0x0A00_0001, port: 3478)

  static func make(_ configurations: [ClientConfiguration], seed: UInt64, link: Link = Link()) throws -> Rig {
    let (nodeSecurity, clientSecurity) = (try OpenSSLSecurity(), try OpenSSLSecurity())
    var rig = Rig(capacity: configurations.count, security: nodeSecurity, seed: seed, link: link)
    for configuration in configurations { try rig.join(configuration, security: clientSecurity) }
    return rig
  }

  private init(capacity: Int, security: OpenSSLSecurity, seed: UInt64, link: Link) {
    // Paths are wide unless a test says otherwise: what narrow ones do is for simulations.
    node = MediaNode(
      configuration: MediaNodeConfiguration(maximumPeers: 64, seed: seed, startRate: .kilobits(5_000)),
      security: security)
    description = LocalDescription(
      fingerprint: security.fingerprint, candidates: [ICECandidate.host(Self.nodeAddress).text()])
    random = SeededGenerator(seed: seed)
    clients = .allocate(capacity: capacity)
    self.link = link
  }

  private mutating func join(_ configuration: ClientConfiguration, security: OpenSSLSecurity) throws {
    var client = Client(configuration, security: security, address: Self.address(count), seed: random.next())
    let (answer, peer) = try MediaNegotiator.negotiate(
      offer: client.offer, mids: client.mids, local: description, using: &random)
    try client.accept(answer: answer, now: now)
    let id = PeerID(UInt64(count))
    var sink = CollectingSink()
    node.apply(.addPeer(room: RoomID(1), peer: id, configuration: peer), now: now, into: &sink)
    let sends: [(SourceKind, Bool)] = [
      (.microphone, configuration.sendsMicrophone), (.camera, configuration.sendsCamera),
      (.screen, configuration.sendsScreen), (.screenAudio, configuration.sendsScreenAudio),
    ]
    for (kind, enabled) in sends {
      node.apply(.setSource(peer: id, kind: kind, enabled: enabled), now: now, into: &sink)
    }
    (clients + count).initialize(to: client)
    count += 1
  }

  deinit {
    clients.deinitialize(count: count)
    clients.deallocate()
  }

  static func address(_ index: Int) -> TransportAddress {
    TransportAddress(ipv4: 0x0A00_0100 + UInt32(index), port: 5000)
  }

  mutating func apply(_ command: MediaCommand) {
    var sink = CollectingSink()
    node.apply(command, now: now, into: &sink)
    send(&sink, from: Self.nodeAddress)
  }

  /// Shows everybody's picture at `height` pixels.
  mutating func view(from index: Int, height: Int) {
    let requests = (0..<9).map { ViewRequest(slot: $0, participant: nil, pixelHeight: height) }
    apply(.setView(peer: PeerID(UInt64(index)), requests: requests))
  }

  mutating func leave(_ index: Int) {
    var sink = CollectingSink()
    clients[index].close(now: now, into: &sink)
    send(&sink, from: Self.address(index))
  }

  /// What client `index` saw of `other`: sound and picture of the slot that it came in.
  func seen(by index: Int, of other: Int) -> (audio: TrackStatistics?, video: TrackStatistics?) {
    let tracks = clients[index].trackStatistics.filter { $0.slot != nil && $0.source == clients[other].source }
    return (tracks.first { !$0.isVideo }, tracks.first { $0.isVideo })
  }

  func violations() -> UInt64 {
    (0..<count).reduce(0) { $0 + clients[$1].trackStatistics.reduce(0) { $0 + $1.violations } }
  }

  mutating func run(for duration: TimeDelta) {
    let end = now + duration
    while now < end {
      var next = min(end, node.nextDeadline)
      for index in 0..<count { next = min(next, clients[index].nextDeadline) }
      for flight in flights { next = min(next, flight.due) }
      now = max(now, next)
      deliver()
      advance()
      node.drainEvents { events.append($0) }
    }
  }

  private mutating func deliver() {
    let arrived = flights.filter { $0.due <= now }.sorted { ($0.due, $0.order) < ($1.due, $1.order) }
    flights.removeAll { $0.due <= now }
    for flight in arrived {
      var bytes = flight.bytes
      var sink = CollectingSink()
      if flight.toNode {
        _ = bytes.withUnsafeMutableBytes { node.handle($0, from: flight.from, now: now, into: &sink) }
        send(&sink, from: Self.nodeAddress)
      } else if let index = (0..<count).first(where: { Self.address($0) == flight.to }) {
        bytes.withUnsafeMutableBytes { clients[index].handle($0, from: flight.from, now: now, into: &sink) }
        send(&sink, from: flight.to)
      }
    }
  }

  private mutating func advance() {
    var sink = CollectingSink()
    if node.nextDeadline <= now { node.advance(to: now, into: &sink) }
    send(&sink, from: Self.nodeAddress)
    for index in 0..<count where clients[index].nextDeadline <= now {
      clients[index].advance(to: now, into: &sink)
      send(&sink, from: Self.address(index))
    }
  }

  private mutating func send(_ sink: inout CollectingSink, from: TransportAddress) {
    for datagram in sink.take() {
      guard Double.random(in: 0..<1, using: &random) >= link.loss else { continue }
      let jitter = TimeDelta(nanoseconds: Int64.random(in: 0...link.jitter.nanoseconds, using: &random))
      sent += 1
      flights.append(
        Flight(
          due: now + link.delay + jitter, order: sent, toNode: datagram.to == Self.nodeAddress, from: from,
          to: datagram.to, bytes: datagram.bytes))
    }
  }
}

/// Keeps what is sent, with its address.
struct CollectingSink: DatagramSink, ~Copyable {
  struct Datagram {
    let bytes: [UInt8]
    let to: TransportAddress
  }

  private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 2048, alignment: 8)
  private var sent: [Datagram] = []

  mutating func reserve() -> UnsafeMutableRawBufferPointer { scratch }

  mutating func commit(length: Int, to address: TransportAddress) {
    sent.append(Datagram(bytes: Array(scratch[..<length]), to: address))
  }

  mutating func take() -> [Datagram] {
    defer { sent = [] }
    return sent
  }

  deinit { scratch.deallocate() }
}

/// SplitMix64: the same seed, the same test.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
