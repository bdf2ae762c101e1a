package import Bytes
internal import CLinuxNet
internal import Glibc
internal import RTCCore

extension SocketFleet {
  /// Serves all clients for `duration`, until `isDone` (asked about once a millisecond) says so, or until `interrupt`.
  package func run(for duration: TimeDelta, until isDone: (SocketFleet) -> Bool = { _ in false }) {
    let end = Self.now + duration
    var asked = Instant.zero
    while true {
      let now = Self.now
      guard now < end else { return }
      if now - asked >= .milliseconds(1) {
        guard !isDone(self) else { return }
        asked = now
      }
      guard turn(until: min(end, now + .milliseconds(10)), now: now) else { return }
    }
  }

  /// Serves all clients once at `now`, for callers with a clock of their own.
  package func step(to now: Instant) {
    for index in numbers { receive(index, now: now) }
  }

  /// Lets `run` return. From any thread, as long as the fleet lives.
  package nonisolated static func interrupt(_ event: Int32) { lnet_event_signal(event) }

  /// Large fleets look at their sockets once in this time, so that more than one packet waits in each.
  private var spacing: TimeDelta { count > 32 ? .milliseconds(1) : .zero }

  /// Does what is due and reads what has come, waiting for either until `end`. False when interrupted.
  private func turn(until end: Instant, now: Instant) -> Bool {
    while let index = deadlines.next(at: now) {
      guard isTaken[index] else { continue }
      sink.pointee.socket = members[index].socket
      advance(index, now: now)
    }
    let early = lastTurn + spacing - now
    if early > .zero { Self.sleep(early) }
    lastTurn = Self.now
    let wait = max(TimeDelta.zero, min(deadlines.first, end) - lastTurn)
    let count = Int(lnet_multitude_wait(poller, wait.nanoseconds, ready, Int32(capacity + 1)))
    var goesOn = true
    for place in 0..<max(0, count) {
      if ready[place] == Self.eventTag {
        lnet_event_clear(event)
        goesOn = false
      } else {
        receive(Int(ready[place]), now: Self.now)
      }
    }
    return goesOn
  }

  private func receive(_ index: Int, now: Instant) {
    sink.pointee.socket = members[index].socket
    var count: Int
    repeat {
      count = max(0, Int(lnet_receive(receiving, members[index].socket)))
      for place in 0..<count where !received[place].is_truncated && !sink.pointee.loses() {
        deliver(received[place], to: index, now: now)
      }
    } while count == LNET_BATCH
    advance(index, now: now)
  }

  @inline(__always)
  private func deliver(_ datagram: lnet_datagram, to index: Int, now: Instant) {
    let bytes = UnsafeMutableRawBufferPointer(start: datagram.data, count: datagram.length)
    members[index].client.handle(bytes, from: TransportAddress(datagram.address), now: now, into: &sink.pointee)
  }

  private func advance(_ index: Int, now: Instant) {
    if members[index].client.nextDeadline <= now { members[index].client.advance(to: now, into: &sink.pointee) }
    sink.pointee.flush()
    // Never now again: a turn must come to its end.
    deadlines.schedule(index, at: max(members[index].client.nextDeadline, now + .microseconds(1)))
  }

  private static func sleep(_ duration: TimeDelta) {
    var time = timespec(tv_sec: 0, tv_nsec: Int(min(duration.nanoseconds, 999_999_999)))
    nanosleep(&time, nil)
  }
}
