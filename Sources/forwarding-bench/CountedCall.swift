import Bytes
import CAllocations
import MediaClient
import RTCCore
import RTCSecurity
import SFU
import SFURuntime

/// The same call in one thread and by a clock of its own: each run does the same work, so that allocations and (under
/// callgrind) instructions can be counted. Datagrams pass through sockets all the same.
struct CountedCall: ~Copyable {
  private let mix: Mix
  private let fleet: SocketFleet<OpenSSLSecurity>
  private var path: PacketPath
  private var now = Self.start

  private static var start: Instant { Instant(nanoseconds: 1_000_000_000) }

  init(_ mix: Mix) throws {
    let address = TransportAddress(ipv4: 0x7F00_0001, port: 0)
    let security = try OpenSSLSecurity()
    let fleet = try SocketFleet(
      (0..<mix.count).map(mix.configuration), security: try OpenSSLSecurity(), bind: address, seed: 1)
    var path = try PacketPath(
      bind: address, configuration: MediaNodeConfiguration(maximumPeers: 256, seed: 1), security: security)
    let candidate = ICECandidate.host(address.withPort(path.port), localPreference: .max)
    let local = LocalDescription(fingerprint: security.fingerprint, candidates: [candidate.text()])
    for index in 0..<fleet.count {
      let (commands, answer) = try mix.join(index, offer: fleet.offer(of: index), local: local)
      for command in commands { path.apply(command, now: Self.start) }
      try fleet.accept(answer: answer, for: index, now: Self.start)
    }
    self.mix = mix
    self.fleet = fleet
    self.path = path
  }

  /// Until everybody has seen and heard everybody, and five seconds more; false if the first takes half a minute.
  mutating func begin() -> Bool {
    for _ in 0..<30_000 {
      turn(isCounted: false)
      if (0..<fleet.count).allSatisfy({ mix.isServed($0, in: fleet) }) {
        for _ in 0..<5_000 { turn(isCounted: false) }
        return true
      }
    }
    return false
  }

  struct Counts {
    /// RTP packets handed on.
    var packets: UInt64
    /// Blocks asked for while packets were taken in and sent.
    var allocations: UInt64
    /// Datagrams that left together with others.
    var joined: UInt64
  }

  mutating func count(milliseconds: Int) -> Counts {
    let before = path.counters
    var allocations: UInt64 = 0
    for _ in 0..<milliseconds { allocations += turn(isCounted: true) }
    let after = path.counters
    return Counts(
      packets: after.media.forwarded - before.media.forwarded, allocations: allocations,
      joined: after.network.joined - before.network.joined)
  }

  /// A millisecond of everybody. Returns the allocations of the packet path.
  @discardableResult
  private mutating func turn(isCounted: Bool) -> UInt64 {
    now = now + .milliseconds(1)
    fleet.step(to: now)
    let before = allocations_of_this_thread()
    if isCounted { forwardCounted(&path, now: now) } else { forwardUncounted(&path, now: now) }
    let allocations = allocations_of_this_thread() - before
    if now >= path.node.nextDeadline {
      path.advance(to: now)
      path.flush()
    }
    path.node.drainEvents { _ in }
    return allocations
  }
}

/// callgrind counts what is done in here. It differs from `forwardUncounted`, or the compiler would make one of both.
@inline(never)
private func forwardCounted(_ path: inout PacketPath, now: Instant) {
  while path.receive(now: now) {}
  path.flush()
}

@inline(never)
private func forwardUncounted(_ path: inout PacketPath, now: Instant) {
  while path.receive(now: now) {}
  path.flush()
  path.node.drainEvents { _ in }
}
