import Bytes

/// Flows over one bottleneck, and back over another if there is one, in virtual time, a millisecond at a step.
struct SimulatedPath {
  let link: SimulatedLink
  /// Feedback and reversed flows go here; without it feedback is only delayed.
  var back: SimulatedLink?
  var flows: [SimulatedFlow]
  var tcp: [SimulatedTCP] = []
  private(set) var now = Instant.zero
  private var random: SplitMix
  private var step = 0
  /// Queueing delay of the link, a hundred times a second.
  private(set) var delays: [TimeDelta] = []
  private(set) var tcpSamples: [Int] = []

  init(link: SimulatedLink, flows: [SimulatedFlow], seed: UInt64) {
    self.link = link
    self.flows = flows
    random = SplitMix(seed: seed)
  }

  /// Runs until `end` seconds; `change` may alter the path at each step.
  mutating func run(until end: Double, _ change: (Double, inout SimulatedPath) -> Void = { _, _ in }) {
    while now.nanoseconds < Int64(end * 1e9) {
      now = now + .milliseconds(1)
      step += 1
      change(Double(step) / 1_000, &self)
      advance()
      if step % 10 == 0 { delays.append(link.queueingDelay) }
      guard step % 100 == 0 else { continue }
      for flow in flows { flow.sample(now) }
      tcpSamples.append(tcp.reduce(0) { $0 + $1.deliveredBytes })
    }
  }

  private mutating func advance() {
    // Nobody is always the first of a millisecond.
    for place in flows.indices {
      let flow = flows[(place + step) % flows.count]
      if flow.isReversed, let back {
        flow.advance(to: now, link: back, back: link)
      } else {
        flow.advance(to: now, link: link, back: back)
      }
    }
    for flow in tcp { flow.advance(to: now, link: link) }
    let (flows, tcp) = (flows, tcp)
    let deliver = { (packet: SimulatedPacket, at: Instant) in
      if packet.flow < flows.count {
        flows[packet.flow].receive(packet, at: at)
      } else {
        tcp[packet.flow - flows.count].receive(at: at)
      }
    }
    link.advance(to: now, random: &random, deliver: deliver)
    back?.advance(to: now, random: &random, deliver: deliver)
  }

  func worstDelay(_ from: Double, _ to: Double) -> TimeDelta {
    delays[Int(from * 100)..<min(Int(to * 100), delays.count)].max() ?? .zero
  }

  /// The longest time after one of these until the queue is below 100 ms for half a second.
  func secondsToShortQueue(after times: [Double]) -> Double {
    times.map { time in
      stride(from: time, to: time + 20, by: 0.01)
        .first { worstDelay($0, $0 + 0.5) < .milliseconds(100) }.map { $0 - time } ?? .infinity
    }.max() ?? 0
  }

  /// The queueing delay that `share` of the time stays below.
  func delay(_ share: Double, _ from: Double, _ to: Double) -> TimeDelta {
    let sorted = delays[Int(from * 100)..<min(Int(to * 100), delays.count)].sorted()
    return sorted[Int(Double(sorted.count - 1) * share)]
  }

  /// What all TCP flows together got.
  func tcpThroughput(_ from: Double, _ to: Double) -> DataRate {
    let bytes = tcpSamples[Int(to * 10) - 1] - tcpSamples[max(0, Int(from * 10) - 1)]
    return DataRate(bytes: bytes, over: TimeDelta(nanoseconds: Int64((to - from) * 1e9)))
  }
}
