internal import Bytes
internal import RTCCore

/// A packet on its way to the decoder, as far as a synthetic receiver looks at it.
struct ReceivedPacket {
  let timestamp: UInt32
  let marker: Bool
  /// Nil for audio.
  let descriptor: VP8Descriptor?
  let isKeyFrame: Bool
  /// Pixels, when this packet announces it.
  let height: Int?
  let note: SyntheticPayload?
  /// A probe: it takes a sequence number and holds nothing.
  var isPadding = false

  static let padding = ReceivedPacket(
    timestamp: 0, marker: false, descriptor: nil, isKeyFrame: false, height: nil, note: nil, isPadding: true)
}

/// Puts the packets of one stream in order, and knows which are missing and since when. Fixed memory.
struct ReorderBuffer {
  enum Arrival {
    case new, duplicate
    /// So far ahead that all that was missing is given up; the count of packets given up.
    case leap(lost: Int64)
  }

  private static let size = 1024

  private var packets = [ReceivedPacket?](repeating: nil, count: size)
  private var unwrapper = SequenceUnwrapper()
  /// The next to hand out.
  private var expected: Int64 = 0
  /// The highest that came.
  private(set) var highest: Int64?
  /// Since when the packet `expected` is missing while later ones are here.
  private(set) var missingSince: Instant?

  mutating func insert(_ packet: ReceivedPacket, sequence: UInt16, now: Instant) -> Arrival {
    guard let highest else {
      expected = unwrapper.unwrap(sequence)
      self.highest = expected
      packets[place(expected)] = packet
      return .new
    }
    let number = unwrapper.peek(sequence)
    if number < expected { return .duplicate }
    if number - expected >= Int64(Self.size) {
      let lost = number - expected - Int64(packets.count { $0 != nil })
      packets = [ReceivedPacket?](repeating: nil, count: Self.size)
      expected = number
      packets[place(number)] = packet
      self.highest = unwrapper.unwrap(sequence)
      missingSince = nil
      return .leap(lost: lost)
    }
    if packets[place(number)] != nil { return .duplicate }
    packets[place(number)] = packet
    if number > highest { self.highest = unwrapper.unwrap(sequence) }
    if number > expected, missingSince == nil, packets[place(expected)] == nil { missingSince = now }
    return .new
  }

  /// The next packet in order; nil when it is missing.
  mutating func next(now: Instant) -> ReceivedPacket? {
    guard let packet = packets[place(expected)] else {
      missingSince = expected <= highest ?? -1 ? missingSince ?? now : nil
      return nil
    }
    packets[place(expected)] = nil
    expected += 1
    missingSince = nil
    return packet
  }

  /// Goes on behind the run of packets missing now. Returns how many they are.
  mutating func skipMissing() -> Int64 {
    guard let highest else { return 0 }
    let start = expected
    while expected <= highest, packets[place(expected)] == nil { expected += 1 }
    missingSince = nil
    return expected - start
  }

  /// The sequence numbers that are missing, oldest first, 64 at most.
  func missing() -> [UInt16] {
    guard let highest, missingSince != nil else { return [] }
    var numbers: [UInt16] = []
    var number = expected
    while number < highest, numbers.count < 64 {
      if packets[place(number)] == nil { numbers.append(UInt16(truncatingIfNeeded: number)) }
      number += 1
    }
    return numbers
  }

  @inline(__always)
  private func place(_ number: Int64) -> Int { Int(number & Int64(Self.size - 1)) }
}
