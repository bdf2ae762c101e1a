internal import Bytes

/// Groups packets into bursts of 5 ms and gives the differences between two groups that followed each other (libwebrtc's
/// `InterArrivalDelta`).
struct InterArrivalDelta {
  /// Packets sent within this of the first belong to its group.
  static var groupLength: TimeDelta { .milliseconds(5) }
  /// Packets that arrive this close together and faster than they were sent were queued: they belong to one burst.
  static var burstDelta: TimeDelta { .milliseconds(5) }
  static var maximumBurst: TimeDelta { .milliseconds(100) }
  /// An arrival clock that jumps by this much has been set.
  static var arrivalOffset: TimeDelta { .seconds(3) }
  static var reorderedReset: Int { 3 }

  struct Deltas {
    var send: TimeDelta
    var arrival: TimeDelta
  }

  private struct Group {
    var firstSend: Instant
    var send: Instant
    var firstArrival: Instant
    var completed: Instant
    var feedback: Instant
  }

  private var current: Group?
  private var previous: Group?
  private var reordered = 0

  /// The deltas that the packet completes; nil while its group goes on. `now` is when the feedback came.
  mutating func add(_ packet: PacketResult, now: Instant) -> Deltas? {
    guard var group = current else {
      current = Self.group(packet, now)
      return nil
    }
    if packet.sendTime < group.firstSend { return nil }
    guard isNewGroup(packet, after: group) else {
      group.send = max(group.send, packet.sendTime)
      group.completed = packet.receiveTime
      group.feedback = now
      current = group
      return nil
    }
    var deltas: Deltas?
    if let previous {
      let arrival = group.completed - previous.completed
      guard arrival - (group.feedback - previous.feedback) < Self.arrivalOffset else {
        reset()
        return nil
      }
      guard arrival >= .zero else {
        reordered += 1
        if reordered >= Self.reorderedReset { reset() }
        return nil
      }
      reordered = 0
      deltas = Deltas(send: group.send - previous.send, arrival: arrival)
    }
    previous = group
    current = Self.group(packet, now)
    return deltas
  }

  private func isNewGroup(_ packet: PacketResult, after group: Group) -> Bool {
    let arrival = packet.receiveTime - group.completed
    let send = packet.sendTime - group.send
    if send == .zero { return false }
    if arrival < send, arrival <= Self.burstDelta, packet.receiveTime - group.firstArrival < Self.maximumBurst {
      return false
    }
    return packet.sendTime - group.firstSend > Self.groupLength
  }

  private static func group(_ packet: PacketResult, _ now: Instant) -> Group {
    Group(
      firstSend: packet.sendTime, send: packet.sendTime, firstArrival: packet.receiveTime,
      completed: packet.receiveTime, feedback: now)
  }

  private mutating func reset() { self = InterArrivalDelta() }
}
