import SFU

/// Who is behind each receive slot of one participant, as the media plane said last.
struct ReceiveSlots {
  private(set) var people: [Int?]
  private(set) var screen: Int?

  init(count: Int) { people = Array(repeating: nil, count: count) }

  /// False when nothing changed.
  mutating func assign(_ index: Int?, to slot: Int, kind: SlotKind) -> Bool {
    switch kind {
    case .screen:
      guard screen != index else { return false }
      screen = index
    case .person:
      guard people.indices.contains(slot), people[slot] != index else { return false }
      // Two changes may swap people: in between, nobody is in two slots, which clients refuse to believe.
      if let index, let other = people.firstIndex(of: index) { people[other] = nil }
      people[slot] = index
    }
    return true
  }
}
