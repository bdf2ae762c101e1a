internal import Bytes
internal import RTCCore

/// Makes one continuous stream out of the streams that a receive slot is pointed at in turn: other layers of a simulcast,
/// other people. Within a stretch of one source every number differs from the source's by a constant, so a late or
/// retransmitted packet finds its place by itself; the last stretches are remembered for retransmissions.
struct StreamMunger {
  /// One stretch of a single source.
  struct Segment {
    /// Place and life of the up track that feeds it.
    var upTrack: Int32
    var generation: UInt32
    /// The layer of a scalable stream, whose packets then count without those that the layer's receivers do not get; -1 of
    /// other streams.
    var layer: Int8
    /// First outgoing sequence number of the stretch, extended.
    var start: Int64
    /// Incoming minus outgoing.
    var sequenceOffset: Int64
    var timestampOffset: UInt32
    var pictureOffset: UInt16
    var tl0Offset: UInt8
  }

  /// The numbers of a packet on its way out.
  struct Numbers {
    var sequence: UInt16
    var timestamp: UInt32
  }

  /// Stretches that are remembered.
  static var remembered: Int { 8 }
  private static var none: Segment {
    Segment(
      upTrack: -1, generation: 0, layer: -1, start: 0, sequenceOffset: 0, timestampOffset: 0, pictureOffset: 0,
      tl0Offset: 0)
  }

  // What every packet needs comes first, so that it lies in few lines of the cache.
  private(set) var current = Self.none
  /// The highest sequence number sent, extended; before the first packet, the one before it.
  private(set) var highest: Int64
  /// Of the packet with the highest sequence number.
  private(set) var lastTimestamp: UInt32
  private(set) var lastTimestampTime: Instant = .zero
  private var lastPicture: UInt16
  private var lastTL0: UInt8
  /// Segments begun so far; the current one is at (begun - 1) mod 8.
  private(set) var begun = 0
  private let segments: UnsafeMutablePointer<Segment>

  /// `random` gives the stream its first numbers. The sequence starts below 2^15, so that a receiver who misses the
  /// first packets cannot mistake the rollover count (RFC 3711 §3.3.1). `segments` has room for `remembered` of
  /// them, stays its owner's, and is not touched before the first begins.
  init(random: UInt64, segments: UnsafeMutablePointer<Segment>) {
    self.segments = segments
    highest = Int64(random & 0x3FFF)
    lastTimestamp = UInt32(truncatingIfNeeded: random >> 16)
    lastPicture = UInt16(truncatingIfNeeded: random >> 48) & 0x7FFF
    lastTL0 = UInt8(truncatingIfNeeded: random >> 40)
  }

  var hasBegun: Bool { begun > 0 }

  /// Points the stream at another source, whose packet with these numbers goes out next, `elapsed` after the last one on
  /// the capture timeline. At least one tick passes, so that no frame hides behind another.
  mutating func begin(
    upTrack: Int32, generation: UInt32, layer: Int8, sequence: Int64, timestamp: UInt32, picture: PictureNumbers?,
    elapsed: TimeDelta,
    clockRate: Int64
  ) {
    let ticks = max(1, min(elapsed.nanoseconds, 10 * 60 * 1_000_000_000) / 1_000 &* clockRate / 1_000_000)
    let outgoing = hasBegun ? lastTimestamp &+ UInt32(truncatingIfNeeded: ticks) : lastTimestamp
    let keepsPictures =
      layer >= 0 && current.layer >= 0 && current.upTrack == upTrack && current.generation == generation
      && isSoon(picture)
    current = Segment(
      upTrack: upTrack, generation: generation, layer: layer, start: highest &+ 1,
      sequenceOffset: sequence &- (highest &+ 1),
      timestampOffset: timestamp &- outgoing,
      pictureOffset: keepsPictures ? current.pictureOffset : (picture?.pictureID ?? 0) &- (lastPicture &+ 1),
      tl0Offset: keepsPictures ? current.tl0Offset : (picture?.tl0PictureIndex ?? 0) &- (lastTL0 &+ 1))
    (segments + (begun & 7)).initialize(to: current)
    begun &+= 1
  }

  /// Whether a picture follows the last one closely under the numbers of the current stretch. Another layer of the same
  /// stream then keeps them: pictures from before the change may still be repeated, and must not meet their own numbers.
  private func isSoon(_ picture: PictureNumbers?) -> Bool {
    guard let picture = picture?.pictureID else { return false }
    return 1...64 ~= (picture &- current.pictureOffset &- lastPicture) & 0x7FFF
  }

  /// The outgoing numbers of a packet of the current source; nil when it is from before the stretch began.
  @inline(__always)
  mutating func forward(sequence: Int64, timestamp: UInt32, now: Instant) -> Numbers? {
    let segment = current
    let outgoing = sequence &- segment.sequenceOffset
    guard outgoing >= segment.start else { return nil }
    let shifted = timestamp &- segment.timestampOffset
    if outgoing > highest {
      highest = outgoing
      lastTimestamp = shifted
      lastTimestampTime = now
    }
    return Numbers(sequence: UInt16(truncatingIfNeeded: outgoing), timestamp: shifted)
  }

  /// Writes outgoing picture numbers over the incoming ones of `payload`, and remembers the newest.
  @inline(__always)
  mutating func rewrite(_ numbers: PictureNumbers, in payload: UnsafeMutableRawBufferPointer) {
    let (picture, tl0) = Self.rewrite(numbers, segment: current, in: payload)
    remember(numbers, picture: picture, tl0: tl0)
  }

  /// The same for a packet that is to be written later.
  mutating func remember(_ numbers: PictureNumbers) {
    let segment = current
    remember(
      numbers, picture: ((numbers.pictureID ?? 0) &- segment.pictureOffset) & 0x7FFF,
      tl0: (numbers.tl0PictureIndex ?? 0) &- segment.tl0Offset)
  }

  /// A packet with the highest number is not sent after all: the next stretch begins with that number. Others keep theirs.
  @discardableResult
  mutating func takeBack(_ sequence: UInt16) -> Bool {
    guard UInt16(truncatingIfNeeded: highest) == sequence else { return false }
    highest &-= 1
    return true
  }

  /// The number sent `age` packets before the last.
  func recent(_ age: UInt16) -> UInt16 { UInt16(truncatingIfNeeded: highest) &- age }

  @inline(__always)
  private mutating func remember(_ numbers: PictureNumbers, picture: UInt16, tl0: UInt8) {
    if (picture &- lastPicture) & 0x7FFF < 0x4000 { lastPicture = picture }
    if numbers.tl0PictureIndex != nil, tl0 &- lastTL0 < 0x80 { lastTL0 = tl0 }
  }

  /// The same for a retransmission, whose stretch may be over.
  @discardableResult
  static func rewrite(
    _ numbers: PictureNumbers, segment: Segment, in payload: UnsafeMutableRawBufferPointer
  ) -> (picture: UInt16, tl0: UInt8) {
    let picture = ((numbers.pictureID ?? 0) &- segment.pictureOffset) & 0x7FFF
    let tl0 = (numbers.tl0PictureIndex ?? 0) &- segment.tl0Offset
    var numbers = numbers
    numbers.rewrite(pictureID: picture, tl0PictureIndex: tl0, in: payload)
    return (picture, tl0)
  }

  /// The stretch that an outgoing sequence number was sent in, and the incoming number it had; nil when it is too old or
  /// was never sent.
  func origin(of sequence: UInt16) -> (segment: Segment, sequence: Int64)? {
    let distance = UInt16(truncatingIfNeeded: highest) &- sequence
    guard distance < 0x8000 else { return nil }
    let outgoing = highest &- Int64(distance)
    var age = 1
    while age <= min(begun, Self.remembered) {
      let segment = segments[(begun &- age) & 7]
      if outgoing >= segment.start { return (segment, outgoing &+ segment.sequenceOffset) }
      age += 1
    }
    return nil
  }
}
