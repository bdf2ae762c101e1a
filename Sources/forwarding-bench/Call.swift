import Bytes
import CAllocations
import Glibc
import MediaClient
import RTCCore
import RTCSecurity
import SFU
import SFURuntime

/// A node with its media thread, and its synthetic clients on the thread that calls.
final class Call {
  private let mix: Mix
  private let plane: MediaPlane
  private let fleet: SocketFleet<OpenSSLSecurity>

  /// `cpu` is the first media thread's own; nil leaves it to the kernel.
  init(_ mix: Mix, threads: Int, cpu: Int?) throws {
    self.mix = mix
    let address = TransportAddress(ipv4: 0x7F00_0001, port: 0)
    plane = try MediaPlane(
      configuration: MediaPlaneConfiguration(bindAddress: "127.0.0.1", port: 0, cpu: cpu, shards: threads)
    ) { _ in }
    fleet = try SocketFleet(
      (0..<mix.count).map(mix.configuration), security: try OpenSSLSecurity(), bind: address, seed: 1)
    for index in 0..<fleet.count {
      let room = mix.room(of: index)
      let (commands, answer) = try mix.join(index, offer: fleet.offer(of: index), local: plane.enter(room))
      for command in commands { plane.post(command, in: room) }
      plane.leave(room)
      try fleet.accept(answer: answer, for: index)
    }
  }

  /// Runs until everybody has seen and heard everybody, and then until the estimates have grown; false if the first takes a
  /// minute.
  func begin() -> Bool {
    fleet.run(for: .seconds(60)) { fleet in
      fleet.connectedCount == fleet.count && (0..<fleet.count).allSatisfy { mix.isServed($0, in: fleet) }
    }
    guard (0..<fleet.count).allSatisfy({ mix.isServed($0, in: fleet) }) else { return false }
    fleet.run(for: .seconds(5))
    fleet.stopWaiting()
    return true
  }

  /// Looks at all sockets every half millisecond, as udp-limit.c does: nobody waits at one, nor is one in a poller, so that
  /// what sending costs is the same for both.
  func run(for duration: TimeDelta) {
    let end = SocketFleet<OpenSSLSecurity>.now + duration
    while true {
      let now = SocketFleet<OpenSSLSecurity>.now
      guard now < end else { return }
      fleet.step(to: now)
      usleep(500)
    }
  }

  func sample() async -> Cost {
    let counters = await plane.counters()
    var lost = counters.network.sendBufferFull
    for index in 0..<fleet.count {
      lost += fleet.withClient(index) { $0.trackStatistics.reduce(0) { $0 + $1.lost } }
    }
    return Cost(
      cpu: counters.cpuTime, packets: counters.media.forwarded, lost: lost, paced: counters.media.paced,
      joined: counters.network.joined, sends: counters.network.sends,
      allocations: allocations_of_threads("media"), transit: counters.network.transit)
  }

  func end() {
    fleet.close()
    plane.stop()
  }
}

/// Sums at one moment, or between two.
struct Cost {
  /// Of the media threads.
  var cpu: TimeDelta
  /// RTP packets handed on.
  var packets: UInt64
  /// Packets that receivers missed and never got, and those that the node's socket would not take.
  var lost: UInt64
  /// Packets that had to wait for the pacer.
  var paced: UInt64
  /// Datagrams that left together with others, and calls that sent.
  var joined: UInt64
  var sends: UInt64
  /// Blocks that the media threads asked for, timers and all.
  var allocations: UInt64
  var transit: TransitHistogram

  static func - (end: Cost, start: Cost) -> Cost {
    Cost(
      cpu: end.cpu - start.cpu, packets: end.packets &- start.packets, lost: end.lost &- start.lost,
      paced: end.paced &- start.paced, joined: end.joined &- start.joined, sends: end.sends &- start.sends,
      allocations: end.allocations &- start.allocations, transit: end.transit - start.transit)
  }

  func json(of mix: Mix, seconds: Int) -> String {
    let packets = Double(packets)
    func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }
    let figures: [(String, Double)] = [
      ("cpu_us_per_packet", Double(cpu.nanoseconds) / packets / 1_000),
      ("load", cpu.seconds / Double(seconds)), ("packets", packets), ("packets_per_second", packets / Double(seconds)),
      ("lost", Double(lost)), ("paced", Double(paced)), ("joined_share", Double(joined) / packets),
      ("sends", Double(sends)), ("allocations", Double(allocations)),
      ("node_p50_ms", transit.quantile(0.5).seconds * 1_000), ("node_p99_ms", transit.quantile(0.99).seconds * 1_000),
      ("rooms", Double(mix.rooms)), ("senders", Double(mix.senders)), ("people", Double(mix.people)),
      ("seconds", Double(seconds)),
    ]
    return "{" + figures.map { "\"\($0.0)\": \(rounded($0.1))" }.joined(separator: ", ") + "}"
  }
}
