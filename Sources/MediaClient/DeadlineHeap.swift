internal import Bytes

/// When which member of a fleet wants to be called: a binary heap, in which a member whose time has moved earlier stands
/// again and one whose time has moved later comes up too early, once.
struct DeadlineHeap {
  private struct Entry {
    let due: Instant
    let member: Int32
  }

  private var entries: [Entry] = []
  /// Of each member, the entry that counts.
  private var scheduled: [Instant]

  init(capacity: Int) { scheduled = Array(repeating: .distantFuture, count: capacity) }

  /// The time of the first; it may be one that does not count any more.
  var first: Instant { entries.first?.due ?? .distantFuture }

  /// `member` wants to be called at `due`. A later time than it said before takes effect when the earlier one has come.
  mutating func schedule(_ member: Int, at due: Instant) {
    guard due < scheduled[member] else { return }
    scheduled[member] = due
    entries.append(Entry(due: due, member: Int32(member)))
    rise(entries.count - 1)
  }

  mutating func forget(_ member: Int) { scheduled[member] = .distantFuture }

  /// The next member whose time has come, which then has to be scheduled anew.
  mutating func next(at now: Instant) -> Int? {
    while let top = entries.first, top.due <= now {
      removeFirst()
      let member = Int(top.member)
      guard scheduled[member] == top.due else { continue }
      scheduled[member] = .distantFuture
      return member
    }
    return nil
  }

  private mutating func removeFirst() {
    entries.swapAt(0, entries.count - 1)
    entries.removeLast()
    var place = 0
    while true {
      var least = place
      for child in (2 * place + 1)...(2 * place + 2)
      where child < entries.count && entries[child].due < entries[least].due {
        least = child
      }
      guard least != place else { return }
      entries.swapAt(place, least)
      place = least
    }
  }

  private mutating func rise(_ start: Int) {
    var place = start
    while place > 0, entries[place].due < entries[(place - 1) / 2].due {
      entries.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }
}
