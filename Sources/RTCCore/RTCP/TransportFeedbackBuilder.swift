package import Bytes

/// The receiver's side of transport-wide feedback: remembers when packets came, and writes it down. Memory is fixed from the
/// first packet on: the arrivals of the last 2,048 sequence numbers.
package struct TransportFeedbackBuilder: Sendable {
  /// Sequence numbers remembered, reported or not.
  package static let capacity = 2048
  /// Bytes that `write` asks its writer to have left, at least: a header and the chunks for `capacity` losses.
  package static let minimumRoom = 640

  private static let missing = Int64.min
  private static let headerLength = 20

  /// Arrival in ticks of 250 us, at sequence modulo capacity. Empty for peers that send nothing.
  private var arrivals: [Int64] = []
  private var unwrapper = SequenceUnwrapper()
  private var newest: Int64 = -1
  /// The first number that the next feedback reports on.
  private var next: Int64 = 0
  private var feedbackCount: UInt8 = 0

  package init() {}

  /// Whether `write` has something to report.
  package var isPending: Bool { next <= newest }

  /// Remembers a packet's arrival. One that comes late is reported in the next feedback, with those after it once
  /// more; a duplicate, and one older than the memory, are ignored.
  @inline(__always)
  package mutating func record(_ sequence: UInt16, at now: Instant) {
    let number = unwrapper.peek(sequence)
    if unwrapper.last == nil {
      arrivals = [Int64](repeating: Self.missing, count: Self.capacity)
      next = number
      newest = number
      _ = unwrapper.unwrap(sequence)
    } else if number > newest {
      forget(after: newest, through: number)
      newest = number
      _ = unwrapper.unwrap(sequence)
    } else {
      guard newest &- number < Int64(Self.capacity), arrival(number) == Self.missing else { return }
      next = min(next, number)
    }
    arrivals[slot(number)] = now.microseconds.flooredDivision(by: 250)
  }

  /// Writes one feedback packet about what came since the last; false when there is nothing to report or `writer` has
  /// less than `minimumRoom` left. When not everything fits, `isPending` stays true: call again.
  package mutating func write(sender: UInt32, media: UInt32, into writer: inout ByteWriter) -> Bool {
    guard isPending, writer.remaining >= Self.minimumRoom else { return false }
    var first = next
    while arrival(first) == Self.missing { first &+= 1 }
    let reference = arrival(first).flooredDivision(by: 256)

    var batch = StatusBatch()
    collect(into: &batch, from: reference &* 256, room: writer.remaining)
    let start = writer.beginRTCP(type: RTCPType.transportLayerFeedback, count: RTCPType.transportWide)
    writer.write(sender)
    writer.write(media)
    writer.write(UInt16(truncatingIfNeeded: next))
    writer.write(UInt16(truncatingIfNeeded: batch.count))
    writer.writeUInt24(UInt32(truncatingIfNeeded: reference))
    writer.write(feedbackCount)
    batch.write(into: &writer)
    writer.endRTCP(start)

    next &+= Int64(batch.count)
    feedbackCount &+= 1
    return true
  }

  /// Takes statuses until all are in, the packet is full, or an arrival is too far from the one before for a delta of
  /// 16 bits: then the next feedback starts with a new reference.
  private func collect(into batch: inout StatusBatch, from reference: Int64, room: Int) {
    var previous = reference
    var number = next
    while number <= newest, batch.length &+ 4 &+ Self.headerLength <= room {
      let tick = arrival(number)
      if tick == Self.missing {
        batch.append(nil)
      } else {
        guard let delta = Int16(exactly: tick &- previous) else { return }
        batch.append(delta)
        previous = tick
      }
      number &+= 1
    }
  }

  /// Clears the places of the numbers up to `number`, and leaves unreported what falls out of the memory.
  private mutating func forget(after last: Int64, through number: Int64) {
    let capacity = Int64(Self.capacity)
    let from = max(last &+ 1, number &- capacity &+ 1)
    for skipped in from...number { arrivals[slot(skipped)] = Self.missing }
    // After a leap over the whole memory nothing is known of the packets between: start afresh.
    next = number &- last >= capacity ? number : max(next, number &- capacity &+ 1)
  }

  @inline(__always)
  private func arrival(_ number: Int64) -> Int64 { arrivals[slot(number)] }

  @inline(__always)
  private func slot(_ number: Int64) -> Int { Int(truncatingIfNeeded: number) & (Self.capacity &- 1) }
}

/// Statuses on their way into one feedback packet, on the stack.
private struct StatusBatch {
  private static let lost = Int32.min

  private(set) var count = 0
  private var deltas = InlineArray<2048, Int32>(repeating: 0)
  private var deltaLength = 0

  /// The most bytes that chunks, deltas and padding take: a chunk holds 7 statuses or more, but for the last.
  var length: Int { 2 &* (count / 7 &+ 1) &+ deltaLength &+ 3 }

  /// A delta in ticks, or nil for a packet that is missing.
  mutating func append(_ delta: Int16?) {
    deltas[count] = delta.map { Int32($0) } ?? Self.lost
    count &+= 1
    deltaLength &+= Int(symbol(count &- 1).rawValue)
  }

  func write(into writer: inout ByteWriter) {
    var position = 0
    while position < count { position &+= writeChunk(at: position, into: &writer) }
    for index in 0..<count {
      switch symbol(index) {
      case .smallDelta: writer.write(UInt8(truncatingIfNeeded: deltas[index]))
      case .largeDelta: writer.write(UInt16(truncatingIfNeeded: deltas[index]))
      case .notReceived, .reserved: break
      }
    }
  }

  /// Writes the chunk that covers most from `start` on; returns how many statuses that is.
  private func writeChunk(at start: Int, into writer: inout ByteWriter) -> Int {
    let left = count &- start
    let run = runLength(from: start)
    if run >= 14 || run == left { return writeRun(of: run, at: start, into: &writer) }
    let short = min(14, left)
    if !hasLargeDelta(start..<(start &+ short)) {
      writer.write(0x8000 | vector(start..<(start &+ short), bits: 1))
      return short
    }
    if run >= 7 { return writeRun(of: run, at: start, into: &writer) }
    let used = min(7, left)
    writer.write(0xC000 | vector(start..<(start &+ used), bits: 2))
    return used
  }

  private func writeRun(of length: Int, at start: Int, into writer: inout ByteWriter) -> Int {
    writer.write(UInt16(symbol(start).rawValue) << 13 | UInt16(truncatingIfNeeded: length))
    return length
  }

  private func runLength(from start: Int) -> Int {
    var end = start &+ 1
    while end < count, symbol(end) == symbol(start) { end &+= 1 }
    return end &- start
  }

  private func hasLargeDelta(_ range: Range<Int>) -> Bool {
    for index in range where symbol(index) == .largeDelta { return true }
    return false
  }

  /// Symbols of `bits` bits each, first on top of the low 14.
  private func vector(_ range: Range<Int>, bits: Int) -> UInt16 {
    var word: UInt16 = 0
    for index in range {
      let shift = 14 &- bits &* (index &- range.lowerBound &+ 1)
      word |= UInt16(symbol(index).rawValue) << UInt16(truncatingIfNeeded: shift)
    }
    return word
  }

  private func symbol(_ index: Int) -> StatusSymbol {
    let delta = deltas[index]
    if delta == Self.lost { return .notReceived }
    return (0...255).contains(delta) ? .smallDelta : .largeDelta
  }
}

extension Int64 {
  /// The quotient rounded towards minus infinity; `divisor` is positive.
  fileprivate func flooredDivision(by divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient &- 1 : quotient
  }
}
