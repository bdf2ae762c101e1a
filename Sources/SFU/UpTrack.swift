internal import Bytes
internal import RTCCore

/// One incoming stream: a microphone, or one simulcast layer of a picture. It orders what arrives, notices what is
/// missing, keeps what may be asked for again, and knows when its sender said which moment a timestamp is.
struct UpTrack {
  /// Place of the sending peer.
  let peer: Int32
  let kind: SourceKind
  /// 0 is the smallest picture.
  let layer: Int8
  /// Differs between tracks that have the same place one after the other.
  let generation: UInt32
  let ssrc: UInt32
  var rtxSSRC: UInt32?

  private var unwrapper = SequenceUnwrapper()
  private var seen = ReplayWindow()
  private(set) var highest: Int64?
  var statistics: ReceptionStatistics
  var nacks = NackList()
  private(set) var history: PacketHistory?
  var keyFrames = KeyFrameRequester()
  /// Of sound.
  var silence = SilenceGate()
  /// The last packet was the first sound after silence that was dropped.
  var resumes = false
  /// What the sender's last report said, for its clock and for the report block that answers it.
  private(set) var senderReport: ReceivedSenderReport?
  private(set) var lastArrival: Instant
  private var saidGoodbye = false
  /// What is known of each layer that comes on the track: of its own, or of all spatial layers when it is scalable.
  var parts: InlineArray<3, LayerPart>
  /// Of a scalable stream, from its first key picture on.
  var counts: LayerCounts?

  init(
    peer: Int32, kind: SourceKind, layer: Int8, layers: Int, generation: UInt32, ssrc: UInt32, canRetransmit: Bool,
    mayScale: Bool, now: Instant
  ) {
    self.peer = peer
    self.kind = kind
    self.layer = layer
    self.generation = generation
    self.ssrc = ssrc
    statistics = ReceptionStatistics(clockRate: kind.clockRate)
    lastArrival = now
    parts = InlineArray(repeating: LayerPart(height: 0, now: now))
    for index in 0..<3 { parts[index].height = 720 >> max(0, layers - 1 - index) }
    if kind.isVideo && canRetransmit {
      let layersAbove = mayScale ? 0 : layers - 1 - Int(layer)
      history = PacketHistory(capacity: Self.historyCapacity(layersAbove: layersAbove))
    }
  }

  func destroy() {
    history?.destroy()
    counts?.destroy()
  }

  /// Bytes of payload that are kept at most: two seconds at 2 Mbit/s, 1 Mbit/s, 500 kbit/s.
  static func historyCapacity(layersAbove: Int) -> Int { max(131_072, 524_288 >> max(0, layersAbove)) }

  /// Keeps a packet for retransmissions, where they were negotiated.
  @inline(__always)
  mutating func keep(
    _ header: RTPHeader, sequence: Int64, payload: UnsafeRawBufferPointer, isVP9: Bool, now: Instant
  ) {
    history?.store(
      sequence: sequence, timestamp: header.timestamp, marker: header.marker, payload: payload, isVP9: isVP9, now: now)
  }

  /// A packet for others came late: receivers of `layers` are sent padding in its place.
  mutating func countFillers(for layers: UInt8, now: Instant) {
    for index in 0..<3 where layers & 1 << UInt8(index) != 0 { parts[index].meter.add(1, now: now) }
  }

  /// What to do with a packet of this stream.
  enum Acceptance {
    /// New; its number, extended.
    case accepted(sequence: Int64)
    /// New, but so much is missing before it that the decoder needs a key frame.
    case acceptedAfterLoss(sequence: Int64)
    case dropped(DropReason)
  }

  /// Takes a packet of the primary stream in.
  @inline(__always)
  mutating func accept(_ header: RTPHeader, now: Instant) -> Acceptance {
    let sequence = unwrapper.peek(header.sequenceNumber)
    guard isFresh(sequence) else { return .dropped(.duplicateRTP) }
    _ = unwrapper.unwrap(header.sequenceNumber)
    seen.commit(Self.index(sequence))
    statistics.record(sequence: sequence, timestamp: header.timestamp, now: now)
    lastArrival = now
    saidGoodbye = false
    guard let highest else {
      self.highest = sequence
      return .accepted(sequence: sequence)
    }
    guard sequence > highest else {
      _ = nacks.found(sequence)
      return .accepted(sequence: sequence)
    }
    self.highest = sequence
    guard kind.isVideo, history != nil, sequence > highest &+ 1 else { return .accepted(sequence: sequence) }
    return nacks.miss((highest &+ 1)..<sequence, now: now)
      ? .accepted(sequence: sequence) : .acceptedAfterLoss(sequence: sequence)
  }

  /// Takes a packet that came by retransmission in: only what is missing is of use. Browsers also probe for bandwidth
  /// by repeating old packets.
  @inline(__always)
  mutating func acceptRetransmission(_ header: RTPHeader, now: Instant) -> Acceptance {
    let sequence = unwrapper.peek(header.sequenceNumber)
    guard let highest, sequence < highest, isFresh(sequence) else { return .dropped(.uselessRetransmission) }
    seen.commit(Self.index(sequence))
    _ = nacks.found(sequence)
    lastArrival = now
    return .accepted(sequence: sequence)
  }

  /// A key frame begins at `sequence`.
  mutating func noteKeyFrame(sequence: Int64) {
    nacks.noteKeyFrame(sequence)
    keyFrames.received()
  }

  /// A packet of `layer` came, for the receivers of the layers that it serves.
  @inline(__always)
  mutating func count(_ bytes: Int, layer: Int, serves: UInt8, now: Instant) {
    parts[layer].lastArrival = now
    for index in 0..<3 where serves & 1 << UInt8(index) != 0 { parts[index].meter.add(bytes, now: now) }
  }

  mutating func noteSenderReport(_ report: ReceivedSenderReport) { senderReport = report }

  /// When a packet of this timestamp was captured, on the sender's own NTP clock in nanoseconds; nil before its first
  /// report.
  func captureTime(of timestamp: UInt32) -> Int64? {
    guard let senderReport else { return nil }
    let ticks = Int64(Int32(truncatingIfNeeded: timestamp &- senderReport.timestamp))
    return senderReport.ntpNanoseconds &+ ticks &* 1_000_000_000 / kind.clockRate
  }

  /// The sender ends the stream, or pauses it: browsers say goodbye for a layer that they switch off, and go on with
  /// the same SSRC, and without its mid and rid, when they switch it on again.
  mutating func noteGoodbye() {
    saidGoodbye = true
    nacks.clear()
  }

  /// Whether packets came lately: a simulcast layer that the sender has switched off falls silent.
  func isAlive(at now: Instant) -> Bool { !saidGoodbye && now - lastArrival < Self.silence }

  /// The same of one layer of those that come on the track.
  func isAlive(_ layer: Int, at now: Instant) -> Bool {
    !saidGoodbye && now - parts[layer].lastArrival < Self.silence
  }

  private static var silence: TimeDelta { .milliseconds(1_000) }

  @inline(__always)
  private func isFresh(_ sequence: Int64) -> Bool {
    if case .fresh = seen.check(Self.index(sequence)) { return true }
    return false
  }

  /// Extended numbers may be negative just after the start.
  @inline(__always)
  private static func index(_ sequence: Int64) -> UInt64 { UInt64(bitPattern: sequence &+ 1 << 32) }
}

/// What is known of one layer of a picture.
struct LayerPart {
  /// In pixels as the last key frame announced it; a guess by layer before.
  var height: Int
  var lastArrival: Instant
  /// What the receivers of the layer are sent.
  var meter: RateMeter
  var returns = LayerReturn()

  init(height: Int, now: Instant) {
    self.height = height
    lastArrival = now
    meter = RateMeter(now: now)
  }
}

/// A sender report as it arrived (RFC 3550 §6.4.1).
struct ReceivedSenderReport {
  /// Nanoseconds of the sender's NTP clock.
  var ntpNanoseconds: Int64
  /// The middle 32 bits of the NTP timestamp, which the answer repeats (LSR).
  var compactNTP: UInt32
  var timestamp: UInt32
  var arrival: Instant
}

extension SourceKind {
  /// RTP ticks per second: Opus, VP8 and VP9 have one rate each (RFC 7587 §4.1, RFC 7741 §4.1, RFC 9628 §4.1).
  var clockRate: Int64 { isVideo ? 90_000 : 48_000 }
}
