/// Who is seen and heard in which slot of a receiver. Pure rules over places of peers; -1 is nobody.
enum SlotPolicy {
  /// Seats the members of a room in a receiver's slots. Whoever has a seat keeps it. When there are more people than
  /// seats, requests decide: the wanted person takes the seat and, if seated elsewhere, swaps. Free seats go to those
  /// without one, in the order of `members`. `seats` names present members only.
  static func seat(_ seats: inout [Int32], requests: [Int32], members: [Int32], receiver: Int32) {
    if isCrowded(seats: seats.count, members: members.count) { honour(requests, in: &seats, receiver: receiver) }
    guard seats.contains(-1) else { return }
    var free = seats.startIndex
    for member in members where member != receiver && !seats.contains(member) {
      while free < seats.endIndex, seats[free] != -1 { free += 1 }
      guard free < seats.endIndex else { return }
      seats[free] = member
    }
  }

  /// Whether somebody has no seat. The receiver is one of the members and needs none.
  static func isCrowded(seats: Int, members: Int) -> Bool { members - 1 > seats }

  /// Of two requests for one person the first counts.
  private static func honour(_ requests: [Int32], in seats: inout [Int32], receiver: Int32) {
    for (index, wanted) in requests.enumerated() where index < seats.count && wanted >= 0 && wanted != receiver {
      guard seats[index] != wanted, !requests[..<index].contains(wanted) else { continue }
      if let other = seats.firstIndex(of: wanted) { seats[other] = seats[index] }
      seats[index] = wanted
    }
  }

  /// Gives voices to a receiver of a crowded room. `speakers` are those who speak, loudest first. A speaker who has a
  /// slot keeps it; a new one takes the slot where they are seen if nobody speaks there, else an empty one, else that of
  /// whoever has been silent longest by `silence`, which is nil for those who still hold a turn.
  static func voice(
    _ voices: inout [Int32], seats: [Int32], speakers: [Int32], receiver: Int32, silence: (Int32) -> Int64?
  ) {
    for speaker in speakers.prefix(voices.count) where speaker != receiver && !voices.contains(speaker) {
      guard let slot = slot(for: speaker, voices: voices, seats: seats, silence: silence) else { return }
      voices[slot] = speaker
    }
  }

  private static func slot(
    for speaker: Int32, voices: [Int32], seats: [Int32], silence: (Int32) -> Int64?
  ) -> Int? {
    if let seat = seats.firstIndex(of: speaker), voices[seat] == -1 || silence(voices[seat]) != nil { return seat }
    if let empty = voices.firstIndex(of: -1) { return empty }
    var best: (slot: Int, silence: Int64)?
    for (index, occupant) in voices.enumerated() {
      guard let silent = silence(occupant) else { continue }
      if best.map({ silent > $0.silence }) ?? true { best = (index, silent) }
    }
    return best?.slot
  }
}
