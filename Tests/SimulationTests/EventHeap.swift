import Bytes

/// Due events in the order of their time, and of their making where that is the same.
struct EventHeap<Event> {
  private var items: [(time: Instant, order: Int, event: Event)] = []
  private var made = 0

  var first: Instant? { items.first?.time }

  mutating func push(_ event: Event, at time: Instant) {
    items.append((time, made, event))
    made += 1
    var place = items.count - 1
    while place > 0, precedes(place, (place - 1) / 2) {
      items.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  mutating func pop(until now: Instant) -> Event? {
    guard let top = items.first, top.time <= now else { return nil }
    items.swapAt(0, items.count - 1)
    items.removeLast()
    var place = 0
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2] where child < items.count && precedes(child, least) { least = child }
      guard least != place else { return top.event }
      items.swapAt(place, least)
      place = least
    }
  }

  private func precedes(_ a: Int, _ b: Int) -> Bool {
    (items[a].time, items[a].order) < (items[b].time, items[b].order)
  }
}
