internal import Bytes
internal import MediaClient
internal import NIOCore
internal import NIOSSL

/// Everybody in all the rooms of a run. Used by one task at a time, but for `tick`.
///
/// Unchecked Sendable: `participants` is changed and read on the event loop alone.
final class Crowd: @unchecked Sendable {
  struct Life {
    let participant: Participant
    let samples: [MediaSample]
    let saidHello: Instant?
    let fault: Fault?
  }

  let options: LoadOptions
  private let workers: [MediaWorker]
  private let loop: any EventLoop
  private let tls: NIOSSLContext?
  private let rooms: [Venue]
  private var participants: [Participant] = []
  /// By number, at the beginning of measuring.
  private var baselines: [ObjectIdentifier: [MediaSample]] = [:]
  private var ended: [Life] = []
  private var areSendersPresent = false
  private var random = SystemRandomNumberGenerator()

  init(_ options: LoadOptions, workers: [MediaWorker], loop: any EventLoop, tls: NIOSSLContext?) {
    self.options = options
    self.workers = workers
    self.loop = loop
    self.tls = tls
    rooms = (0..<options.rooms).map { _ in Venue.fresh() }
  }

  /// Called on the event loop.
  func tick() {
    for participant in participants { participant.tick() }
  }

  // MARK: Joining

  /// Lets everybody join, senders first, evenly over the time for it; then waits until all are served or 30 s are over.
  func gather(_ progress: (String) -> Void) async {
    let total = options.clients
    let senders = options.senders * options.rooms
    let span = options.joinStorm ?? .milliseconds(Int64(total) * 50)
    progress("\(total) participants join within \(span.seconds.text(1)) s ...")
    let start = ContinuousClock.now
    for number in 0..<total {
      let due = TimeDelta(nanoseconds: span.nanoseconds * Int64(number) / Int64(max(1, total - 1)))
      try? await Task.sleep(until: start + .nanoseconds(due.nanoseconds), clock: .continuous)
      if number == senders {
        if !options.target.isNode { await presentSenders() }
        await beginTurns()
      }
      let isSender = number < senders
      let room = (isSender ? number : number - senders) % options.rooms
      await join(Participant.Place(number: number, room: room, sends: isSender))
    }
    if senders == total {
      if !options.target.isNode { await presentSenders() }
      await beginTurns()
    }
    await waitForAll()
  }

  private func join(_ place: Participant.Place) async {
    let participant = Participant(
      place, conversation(place), configuration: options.configuration(sends: place.sends), target: options.target,
      worker: workers[place.number % workers.count], loop: loop)
    await onLoop {
      self.participants.removeAll { $0.place.number == place.number }
      self.participants.append(participant)
    }
    participant.start(tls: tls)
    if areSendersPresent { await onLoop { participant.sendersArePresent() } }
  }

  private func conversation(_ place: Participant.Place) -> any Conversation {
    let room = rooms[place.room]
    if options.target.isNode {
      return NodeConversation(
        room: room.name, gate: room.gate, join: .random(count: 16, using: &random), shown: options.slots,
        height: options.height)
    }
    let own = place.sends ? place.number / options.rooms + 1 : nil
    let feeds = (0..<options.senders).map { $0 + 1 }.filter { $0 != own }.prefix(options.slots)
    return JanusConversation(
      room: room.number, feed: own, feeds: Array(feeds), publishers: max(1, options.senders))
  }

  /// Subscribing to feeds takes that they are there: until those who send are connected, or 10 s at most.
  private func presentSenders() async {
    let end = MediaWorker.Fleet.now + .seconds(10)
    while MediaWorker.Fleet.now < end {
      let lives = await lives()
      if lives.allSatisfy({ $0.fault != nil || $0.samples.first?.isConnected == true }) { break }
      try? await Task.sleep(for: .milliseconds(100))
    }
    areSendersPresent = true
    await onLoop { for participant in self.participants { participant.sendersArePresent() } }
  }

  private func waitForAll() async {
    let end = MediaWorker.Fleet.now + .seconds(30)
    while MediaWorker.Fleet.now < end {
      if await isComplete() { return }
      try? await Task.sleep(for: .milliseconds(250))
    }
  }

  private func isComplete() async -> Bool {
    await lives().allSatisfy { $0.fault != nil || isServed($0) }
  }

  /// Participants that get what they should.
  func servedCount() async -> Int { await lives().count { isServed($0) } }

  private func isServed(_ life: Life) -> Bool {
    let others = options.senders - (life.participant.place.sends ? 1 : 0)
    guard others > 0, options.slots > 0 else { return life.samples.contains(where: \.isConnected) }
    // A node forwards no silence, and whoever has the only turn hears nobody.
    let voices = options.speakers.map { $0 - (life.participant.place.sends ? 1 : 0) } ?? others
    return life.samples.last?.isServed(
      wantsVideo: options.video.bitsPerSecond > 0, wantsAudio: options.hasAudio && voices > 0) ?? false
  }

  // MARK: Measuring

  func beginMeasuring() async {
    for worker in workers { await worker.forgetDelays() }
    for life in await lives() { baselines[ObjectIdentifier(life.participant)] = life.samples }
  }

  /// Lets speakers take turns and people leave and come again, until `duration` is over.
  func hold(for duration: TimeDelta, _ progress: (String) -> Void) async {
    let start = MediaWorker.Fleet.now
    var turns: Int64 = 0
    var left = 0
    var told: Int64 = 0
    while case let elapsed = MediaWorker.Fleet.now - start, elapsed < duration {
      if let speakers = options.speakers, elapsed >= options.turn * turns {
        await giveTurn(number: Int(turns), speakers)
        turns += 1
      }
      while Double(left + 1) <= options.leaveRate * elapsed.seconds / 60 {
        left += 1
        await replaceSomebody()
      }
      if elapsed >= .seconds(10) * (told + 1) {
        told += 1
        progress("\(elapsed.seconds.text(0)) of \(duration.seconds.text(0)) s")
      }
      try? await Task.sleep(for: .milliseconds(100))
    }
  }

  /// The first turn is there for whoever comes: before it, nobody could hear anything.
  private func beginTurns() async {
    if let speakers = options.speakers { await giveTurn(number: 0, speakers) }
  }

  /// Each turn another one of the speakers falls silent and the next begins.
  private func giveTurn(number: Int, _ speakers: Int) async {
    guard options.senders > 0 else { return }
    let speaking = Set((0..<speakers).map { (number + $0) % options.senders })
    for life in await lives() where life.participant.place.sends {
      guard let member = life.participant.members.first else { continue }
      let speaks = speaking.contains(life.participant.place.number / options.rooms)
      life.participant.worker.perform { fleet in fleet.withClient(member) { $0.speaks = speaks } }
    }
  }

  /// Somebody leaves and a stranger takes the place.
  private func replaceSomebody() async {
    guard let participant = await onLoop({ self.participants.randomElement() }) else { return }
    ended.append(await end(participant))
    await join(participant.place)
  }

  private func end(_ participant: Participant) async -> Life {
    let (hello, fault, members) = await onLoop {
      participant.leave()
      return (participant.saidHello, participant.fault, participant.members)
    }
    let samples = await participant.worker.remove(members)
    return Life(participant: participant, samples: samples, saidHello: hello, fault: fault)
  }

  func endMeasuring(into report: inout LoadReport) async {
    let now = MediaWorker.Fleet.now
    let present = await lives()
    let sources = Set(present.flatMap { $0.samples.filter(\.isConnected).map(\.source) })
    for life in present + ended {
      let start = baselines[ObjectIdentifier(life.participant)] ?? []
      for (index, sample) in life.samples.enumerated() {
        report.tally.add(sample, since: start.indices.contains(index) ? start[index] : nil)
      }
      if let fault = life.fault { report.faults[fault, default: 0] += 1 }
    }
    for life in present { note(life, at: now, sources, in: &report) }
    report.rejoined = ended.count
    report.joinTimes = joinTimes(present + ended).sorted()
  }

  /// Pictures that stand still at the end, and what never began.
  private func note(_ life: Life, at now: Instant, _ sources: Set<UInt32>, in report: inout LoadReport) {
    for track in life.samples.flatMap(\.tracks) where track.isVideo && track.frames > 1 {
      guard let last = track.lastFrame, let source = track.source, sources.contains(source) else { continue }
      let isElsewhere = life.samples.flatMap(\.tracks).contains { other in
        other.isVideo && other.source == source && other.lastFrame ?? .zero > last
      }
      if now - last >= .seconds(1), !isElsewhere { report.tally.addStandstill(now - last) }
    }
    guard life.fault == nil else { return }
    if !life.samples.contains(where: \.isConnected) {
      report.faults[.notConnected, default: 0] += 1
    } else if options.senders > 1, !life.samples.contains(where: { $0.firstFrame != nil }) {
      report.faults[.noPicture, default: 0] += 1
    }
  }

  /// Of those to whom somebody sent.
  private func joinTimes(_ lives: [Life]) -> [TimeDelta] {
    lives.compactMap { life in
      guard let hello = life.saidHello, let first = life.samples.compactMap(\.firstFrame).min() else { return nil }
      let others = lives.filter { other in
        other.participant !== life.participant && other.participant.place.room == life.participant.place.room
          && other.participant.place.sends
      }
      guard let sending = others.compactMap({ $0.samples.first?.connectedAt }).min() else { return nil }
      return first - max(hello, sending)
    }
  }

  func leave() async {
    for participant in await onLoop({ self.participants }) { _ = await end(participant) }
  }

  // MARK: Looking

  /// Everybody now present, by number.
  private func lives() async -> [Life] {
    let present = await onLoop {
      self.participants.sorted { $0.place.number < $1.place.number }
        .map { (participant: $0, hello: $0.saidHello, fault: $0.fault, members: $0.members) }
    }
    var samples: [ObjectIdentifier: [MediaSample]] = [:]
    for worker in workers {
      let own = present.filter { $0.participant.worker === worker }
      for (life, found) in zip(own, await worker.samples(of: own.map(\.members))) {
        samples[ObjectIdentifier(life.participant)] = found
      }
    }
    return present.map { life in
      Life(
        participant: life.participant, samples: samples[ObjectIdentifier(life.participant)] ?? [],
        saidHello: life.hello, fault: life.fault)
    }
  }

  private func onLoop<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
      loop.execute { continuation.resume(returning: body()) }
    }
  }
}
