internal import Bytes
internal import RTCCore
internal import SFU

/// One SSRC that a client sends, and its retransmission stream.
struct OutgoingStream {
  /// What a packet was made of: enough to make it again.
  struct Sent {
    let sequence: UInt16
    let timestamp: UInt32
    let marker: Bool
    let content: Content
    let packet: Int
  }

  enum Content {
    case plain(SyntheticVideo.Frame)
    case scalable(SyntheticScalable.LayerFrame)
  }

  let kind: SourceKind
  let ssrc: UInt32
  let rtxSSRC: UInt32?
  let payloadType: UInt8
  /// Said in header extensions until the node has reported on the stream.
  let mid: StreamToken?
  let rid: StreamToken?
  /// Nil for audio.
  var video: SyntheticVideo?
  /// Of the first layer of a picture: all of them in one stream, when the client sends them so.
  var scalable: SyntheticScalable?

  var isAcknowledged = false
  /// Whether somebody takes this layer.
  var isWanted = true
  private(set) var packetCount: UInt32 = 0
  private(set) var octetCount: UInt32 = 0
  private var sequence: UInt16
  private var rtxSequence: UInt16
  private let timestampOffset: UInt32
  private var history: [Sent?]
  /// Payloads of audio are numbered here; frames number those of video.
  private var audioFrame: UInt32 = 0

  private static let historySize = 1024

  init(
    _ offered: ClientOffer.SendStream, layer: Int, profile: VideoProfile?, source: UInt32,
    using random: inout some RandomNumberGenerator
  ) {
    kind = offered.kind
    ssrc = offered.ssrcs[layer]
    rtxSSRC = offered.rtxSSRCs.isEmpty ? nil : offered.rtxSSRCs[layer]
    payloadType = profile == nil ? ClientOffer.opus : ClientOffer.vp8
    mid = StreamToken(offered.mid)
    rid = profile?.layers[layer].rid.flatMap { StreamToken($0) }
    video = profile.map {
      SyntheticVideo($0.layers[layer], frameRate: $0.frameRate, source: source, using: &random)
    }
    if layer == 0, let profile { scalable = SyntheticScalable(profile, source: source, using: &random) }
    // Browsers start anywhere, above 32,768 too.
    sequence = UInt16.random(in: 0...UInt16.max, using: &random)
    rtxSequence = UInt16.random(in: 0...UInt16.max, using: &random)
    timestampOffset = UInt32.random(in: 0...UInt32.max, using: &random)
    history = profile == nil ? [] : [Sent?](repeating: nil, count: Self.historySize)
  }

  /// The RTP time of `elapsed` since the stream's start, in its clock of 48 or 90 kHz.
  func timestamp(at elapsed: TimeDelta) -> UInt32 {
    let microseconds = elapsed.microseconds
    let ticks = video == nil ? microseconds * 48 / 1000 : microseconds * 9 / 100
    return timestampOffset &+ UInt32(truncatingIfNeeded: ticks)
  }

  mutating func nextHeader(timestamp: UInt32, marker: Bool, isVP9: Bool = false) -> RTPHeader {
    defer { sequence &+= 1 }
    return RTPHeader(
      payloadType: isVP9 ? ClientOffer.vp9 : payloadType, sequenceNumber: sequence, timestamp: timestamp, ssrc: ssrc,
      marker: marker)
  }

  mutating func nextAudioFrame() -> UInt32 {
    defer { audioFrame &+= 1 }
    return audioFrame
  }

  mutating func countSent(payload bytes: Int) {
    packetCount &+= 1
    octetCount &+= UInt32(truncatingIfNeeded: bytes)
  }

  mutating func remember(_ sent: Sent) {
    history[Int(sent.sequence) % Self.historySize] = sent
  }

  /// A packet that the node asks for again, if it is not too long ago.
  func sent(_ sequence: UInt16) -> Sent? {
    guard !history.isEmpty, let sent = history[Int(sequence) % Self.historySize], sent.sequence == sequence else {
      return nil
    }
    return sent
  }

  /// Nil when there is no retransmission stream.
  mutating func nextRTXHeader(of sent: Sent) -> RTPHeader? {
    guard let rtxSSRC else { return nil }
    defer { rtxSequence &+= 1 }
    let isVP9 = if case .scalable = sent.content { true } else { false }
    return RTPHeader(
      payloadType: isVP9 ? ClientOffer.vp9RTX : ClientOffer.vp8RTX, sequenceNumber: rtxSequence,
      timestamp: sent.timestamp, ssrc: rtxSSRC,
      marker: sent.marker)
  }

  func senderReport(now: Instant, elapsed: TimeDelta) -> SenderReport {
    SenderReport(
      ssrc: ssrc, ntpTime: NTPTime(now), rtpTimestamp: timestamp(at: elapsed), packetCount: packetCount,
      octetCount: octetCount)
  }
}

/// A microphone, camera or screen: when its next packet or picture is due, and the streams it goes out on.
struct OutgoingSource {
  let kind: SourceKind
  let interval: TimeDelta
  /// Places in the client's list of streams.
  let streams: Range<Int>
  var isEnabled = true
  /// The layers go out as one VP9 stream, on the first of the streams.
  var isScalable = false
  var nextDue = Instant.distantFuture
}
