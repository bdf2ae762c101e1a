/// Who is seen and heard in which slot of a receiver. Pure rules over places of peers; -1 is nobody.
enum SlotPolicy {
  /// Whether somebody has no seat. The receiver is one of the members and needs none.
  static func isCrowded(seats: Int, members: Int) -> Bool { members - 1 > seats }

  // MARK: Pictures

  /// Seats the members of a room in a receiver's slots. Whoever has a seat keeps it. When there are more people than
  /// seats, requests decide: the wanted person takes the seat and, if seated elsewhere, swaps. Free seats go to those
  /// without one: first those in `showing`, who have a picture, then the others in the order of `members`. `seats` names
  /// present members only.
  static func seat(
    _ seats: inout [Int32], requests: [Int32], showing: [Int32], members: [Int32], receiver: Int32
  ) {
    if isCrowded(seats: seats.count, members: members.count) { honour(requests, in: &seats, receiver: receiver) }
    for candidates in [showing, members] {
      for member in candidates where member != receiver {
        guard let free = seats.firstIndex(of: -1) else { return }
        if !seats.contains(member) { seats[free] = member }
      }
    }
  }

  /// Of two requests for one person the first counts.
  private static func honour(_ requests: [Int32], in seats: inout [Int32], receiver: Int32) {
    for (index, wanted) in requests.enumerated() where index < seats.count && wanted >= 0 && wanted != receiver {
      guard seats[index] != wanted, !requests[..<index].contains(wanted) else { continue }
      if let other = seats.firstIndex(of: wanted) { seats[other] = seats[index] }
      seats[index] = wanted
    }
  }

  /// The seat for somebody who has none and now shows a picture, or has the floor; nil when all are asked for, or better
  /// used. `worth` says how much a seat's occupant is worth to a receiver who asked for nobody; nobody is displaced who
  /// is worth as much as the newcomer.
  static func place(
    worth newcomer: Int64, seats: [Int32], requests: [Int32], worth: (Int32) -> Int64
  ) -> Int? {
    var best: (seat: Int, worth: Int64)?
    for (index, occupant) in seats.enumerated() where occupant == -1 || requests[index] == -1 {
      let worth = occupant == -1 ? -1 : worth(occupant)
      if worth < best?.worth ?? newcomer { best = (index, worth) }
    }
    return best?.seat
  }

  // MARK: Voices

  /// Gives voices to a receiver of a crowded room. `speakers` are those who spoke lately as `SpeakerRanking` has them,
  /// without the receiver: as many as there are slots are heard. Others lose their slot when somebody else needs it, or
  /// when they are not among the speakers any more. A newcomer takes the slot where they are seen if nobody who is to be
  /// heard has it, else an empty one, else that of whoever is last in the ranking.
  static func voice(_ voices: inout [Int32], seats: [Int32], speakers: [Int32]) {
    for index in voices.indices where voices[index] >= 0 && !speakers.contains(voices[index]) { voices[index] = -1 }
    let heard = speakers.prefix(voices.count)
    for speaker in heard where !voices.contains(speaker) {
      guard let slot = slot(for: speaker, voices: voices, seats: seats, heard: heard, speakers: speakers) else {
        return
      }
      voices[slot] = speaker
    }
  }

  private static func slot(
    for speaker: Int32, voices: [Int32], seats: [Int32], heard: ArraySlice<Int32>, speakers: [Int32]
  ) -> Int? {
    if let seat = seats.firstIndex(of: speaker), voices[seat] == -1 || !heard.contains(voices[seat]) { return seat }
    if let empty = voices.firstIndex(of: -1) { return empty }
    for last in speakers.reversed() where !heard.contains(last) {
      if let slot = voices.firstIndex(of: last) { return slot }
    }
    return nil
  }
}
