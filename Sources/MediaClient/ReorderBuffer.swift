internal import Bytes
internal import RTCCore

/// A packet on its way to the decoder, as far as a synthetic receiver looks at it.
struct ReceivedPacket {
  let timestamp: UInt32
  let marker: Bool
  let content: Content
  let isKeyFrame: Bool
  /// Pixels, when this packet announces it.
  let height: Int?
  let note: SyntheticPayload?

  enum Content {
    case sound
    case vp8(VP8Descriptor)
    case vp9(VP9Descriptor)
    /// A probe, or padding: it takes a sequence number and holds nothing.
    case padding
  }

  static let padding = ReceivedPacket(
    timestamp: 0, marker: false, content: .padding, isKeyFrame: false, height: nil, note: nil)
}

/// Puts the packets of one stream in order, and knows which are missing and since when. Memory is fixed, and none is taken
/// before the first packet is out of order.
struct ReorderBuffer {
  enum Arrival {
    case new, duplicate
    /// So far ahead that all that was missing is given up; the count of packets given up.
    case leap(lost: Int64)
  }

  private static let size = 1024

  private var packets: [ReceivedPacket?] = []
  /// How many of those are not nil.
  private var held = 0
  /// The packet `expected`, when it came in its turn.
  private var current: ReceivedPacket?
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
      current = packet
      return .new
    }
    let number = unwrapper.peek(sequence)
    if number < expected { return .duplicate }
    if number - expected >= Int64(Self.size) {
      let lost = number - expected - Int64(held)
      (packets, held) = ([], 0)
      (expected, current) = (number, packet)
      self.highest = unwrapper.unwrap(sequence)
      missingSince = nil
      return .leap(lost: lost)
    }
    guard hold(packet, number) else { return .duplicate }
    if number > highest { self.highest = unwrapper.unwrap(sequence) }
    if number > expected, missingSince == nil, !has(expected) { missingSince = now }
    return .new
  }

  /// False when it is here already.
  private mutating func hold(_ packet: ReceivedPacket, _ number: Int64) -> Bool {
    guard !has(number) else { return false }
    guard number != expected else {
      current = packet
      return true
    }
    if packets.isEmpty { packets = [ReceivedPacket?](repeating: nil, count: Self.size) }
    packets[place(number)] = packet
    held += 1
    return true
  }

  /// `number` lies in `expected..<expected + size`.
  private func has(_ number: Int64) -> Bool {
    number == expected && current != nil || held > 0 && packets[place(number)] != nil
  }

  /// The next packet in order; nil when it is missing.
  mutating func next(now: Instant) -> ReceivedPacket? {
    guard has(expected), let packet = current ?? packets[place(expected)] else {
      missingSince = expected <= highest ?? -1 ? missingSince ?? now : nil
      return nil
    }
    if current == nil {
      packets[place(expected)] = nil
      held -= 1
    }
    current = nil
    expected += 1
    missingSince = nil
    return packet
  }

  /// Goes on behind the run of packets missing now. Returns how many they are.
  mutating func skipMissing() -> Int64 {
    guard let highest else { return 0 }
    let start = expected
    while expected <= highest, !has(expected) { expected += 1 }
    missingSince = nil
    return expected - start
  }

  /// The sequence numbers that are missing, oldest first, 64 at most.
  func missing() -> [UInt16] {
    guard let highest, missingSince != nil else { return [] }
    var numbers: [UInt16] = []
    var number = expected
    while number < highest, numbers.count < 64 {
      if !has(number) { numbers.append(UInt16(truncatingIfNeeded: number)) }
      number += 1
    }
    return numbers
  }

  @inline(__always)
  private func place(_ number: Int64) -> Int { Int(number & Int64(Self.size - 1)) }
}
