package import Bytes

/// Where the server's engines get `now` from. Tests hand in a clock that they turn by hand.
package struct NodeClock: Sendable {
  private let read: @Sendable () -> Instant

  package init(_ read: @escaping @Sendable () -> Instant) { self.read = read }

  package var now: Instant { read() }

  /// Monotonic time since this value was made; goes on while the machine sleeps.
  package static var continuous: NodeClock {
    let clock = ContinuousClock()
    let start = clock.now
    return NodeClock {
      let (seconds, attoseconds) = start.duration(to: clock.now).components
      return Instant(nanoseconds: seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
  }
}
