import CLinuxNet
import RTCCore
import SFU

/// One shard's dealings with the others on its port: what came to the wrong one is handed over. Correctness rests on this and
/// never on the kernel's steering.
struct ShardExchange: Sendable {
  private let index: Int
  private let count: Int
  /// From shard `a` to shard `b` at `a * count + b`.
  private let rings: [HandoverRing]
  private let mailboxes: [Mailbox]
  private let steering: Steering?
  /// Where the others' addresses lead, as far as told.
  private var routes: [TransportAddress: UInt8] = [:]
  /// Bits of the shards that have been handed something in this turn.
  private var given: UInt32 = 0

  /// A shard on a port of its own, which hands over nothing.
  init() { self.init(index: 0, rings: [], mailboxes: [], steering: nil) }

  init(index: Int, rings: [HandoverRing], mailboxes: [Mailbox], steering: Steering?) {
    self.index = index
    count = max(1, mailboxes.count)
    self.rings = rings
    self.mailboxes = mailboxes
    self.steering = steering
  }

  /// False with one shard: then nothing else here is called.
  @inline(__always)
  var isShared: Bool { count > 1 }

  mutating func learn(_ changes: [AddressRoute]) {
    for change in changes { routes[change.address] = change.shard }
  }

  /// Hands a datagram that nobody here knows to the shard that it may be for. False when there is none, or its ring is full.
  mutating func pass(
    _ bytes: UnsafeRawBufferPointer, from source: TransportAddress, counters: inout NetworkCounters
  ) -> Bool {
    guard let owner = owner(of: bytes, from: source), owner != index, owner < count else { return false }
    guard rings[index * count + owner].push(bytes, from: source) else {
      counters.handoversLost &+= 1
      return false
    }
    counters.handedOver &+= 1
    given |= 1 << UInt32(owner)
    return true
  }

  /// Wakes the shards that have been handed something, at the end of a turn.
  mutating func wakeOthers() {
    guard given != 0 else { return }
    for shard in 0..<count where given & 1 << UInt32(shard) != 0 { lnet_event_signal(mailboxes[shard].event) }
    given = 0
  }

  /// The rings into this shard.
  var incoming: [HandoverRing] {
    (0..<count).filter { $0 != index }.map { rings[$0 * count + index] }
  }

  func report(_ changes: [AddressChange]) { steering?.post(changes, of: UInt8(index)) }

  private func owner(of bytes: UnsafeRawBufferPointer, from source: TransportAddress) -> Int? {
    if DatagramKind.classify(bytes) == .stun, let message = try? STUNMessage(bytes), message.type == .bindingRequest {
      return message.username?.first.flatMap(ICECredentials.shard(named:))
    }
    return routes[source].map { Int($0) }
  }
}
