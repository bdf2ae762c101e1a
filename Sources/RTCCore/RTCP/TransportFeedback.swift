internal import Bytes

/// Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1). Iterating gives
/// one status for each of `statusCount` packets, lost ones included.
package struct TransportFeedback: Sequence {
  package let sender: UInt32
  package let media: UInt32
  /// Transport-wide number of the first packet reported on.
  package let baseSequence: UInt16
  /// Packets reported on, 1...65,535.
  package let statusCount: Int
  /// In 64 ms, signed 24 bits, of the receiver's clock.
  package let referenceTime: Int32
  /// Counts feedback packets, wrapping.
  package let feedbackCount: UInt8

  private static let headerLength = 16
  fileprivate let chunks: UnsafeRawBufferPointer
  fileprivate let deltas: UnsafeRawBufferPointer

  /// Nil unless the chunks cover the packets announced, no status is the reserved one, and every arrival has its delta.
  init?(_ body: UnsafeRawBufferPointer) {
    guard body.count >= Self.headerLength else { return nil }
    sender = body.bigEndian32(at: 0)
    media = body.bigEndian32(at: 4)
    baseSequence = body.bigEndian16(at: 8)
    statusCount = Int(body.bigEndian16(at: 10))
    referenceTime = Int32(truncatingIfNeeded: body.bigEndian24(at: 12) << 8) >> 8
    feedbackCount = body[15]
    guard statusCount > 0 else { return nil }

    var reader = ByteReader(body)
    _ = reader.skip(Self.headerLength)
    var left = statusCount
    var deltaLength = 0
    while left > 0 {
      guard let word = reader.readUInt16() else { return nil }
      let chunk = StatusChunk(word)
      let used = Swift.min(left, chunk.count)
      guard let length = chunk.deltaLength(of: used) else { return nil }
      deltaLength &+= length
      left &-= used
    }
    chunks = body.slice(Self.headerLength..<reader.offset)
    guard let deltas = reader.readBytes(deltaLength) else { return nil }
    self.deltas = deltas
  }

  package func makeIterator() -> TransportStatuses { TransportStatuses(self) }
}

/// What became of one packet.
package struct TransportStatus: Hashable, Sendable {
  package let sequence: UInt16
  /// Microseconds on the receiver's clock, which starts anywhere and wraps with `referenceTime` (about 12 days each
  /// way); nil when the packet had not arrived.
  package let arrival: Int64?
}

/// Walks the statuses of a feedback that has been checked as a whole.
package struct TransportStatuses: IteratorProtocol {
  private var chunks: ByteReader
  private var deltas: ByteReader
  private var left: Int
  private var sequence: UInt16
  private var arrival: Int64
  private var chunk = StatusChunk(0)
  private var position = 0

  fileprivate init(_ feedback: TransportFeedback) {
    chunks = ByteReader(feedback.chunks)
    deltas = ByteReader(feedback.deltas)
    left = feedback.statusCount
    sequence = feedback.baseSequence
    arrival = Int64(feedback.referenceTime) &* 64_000
  }

  package mutating func next() -> TransportStatus? {
    guard left > 0 else { return nil }
    while position == chunk.count {
      guard let word = chunks.readUInt16() else { return nil }
      chunk = StatusChunk(word)
      position = 0
    }
    let symbol = chunk.symbol(at: position)
    position &+= 1
    left &-= 1
    defer { sequence &+= 1 }
    switch symbol {
    case .smallDelta: arrival &+= 250 &* Int64(deltas.readUInt8() ?? 0)
    case .largeDelta: arrival &+= 250 &* Int64(Int16(bitPattern: deltas.readUInt16() ?? 0))
    case .notReceived, .reserved: return TransportStatus(sequence: sequence, arrival: nil)
    }
    return TransportStatus(sequence: sequence, arrival: arrival)
  }
}

/// Packet status symbols (§3.1.1). The raw value is also the number of delta bytes of a valid one.
enum StatusSymbol: UInt8 {
  case notReceived, smallDelta, largeDelta, reserved
}

/// A run-length or status-vector chunk (§3.1.3, §3.1.4).
struct StatusChunk {
  private let word: UInt16

  init(_ word: UInt16) { self.word = word }

  private var isVector: Bool { word & 0x8000 != 0 }
  private var hasTwoBitSymbols: Bool { word & 0x4000 != 0 }

  /// Statuses it can hold: 0...8,191 in a run, 7 or 14 in a vector.
  var count: Int {
    guard isVector else { return Int(word & 0x1FFF) }
    return hasTwoBitSymbols ? 7 : 14
  }

  /// `position` is below `count`.
  func symbol(at position: Int) -> StatusSymbol {
    let bits: UInt16 =
      if !isVector {
        word >> 13
      } else if hasTwoBitSymbols {
        word >> UInt16(truncatingIfNeeded: 12 &- 2 &* position)
      } else {
        word >> UInt16(truncatingIfNeeded: 13 &- position) & 1
      }
    return StatusSymbol(rawValue: UInt8(truncatingIfNeeded: bits & 3)) ?? .reserved
  }

  /// Delta bytes that the first `used` statuses need; nil when one of them is reserved.
  func deltaLength(of used: Int) -> Int? {
    if !isVector {
      let symbol = symbol(at: 0)
      return symbol == .reserved ? nil : used &* Int(symbol.rawValue)
    }
    var length = 0
    for position in 0..<used {
      let symbol = symbol(at: position)
      if symbol == .reserved { return nil }
      length &+= Int(symbol.rawValue)
    }
    return length
  }
}
