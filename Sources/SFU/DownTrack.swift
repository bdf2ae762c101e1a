internal import Bytes
internal import RTCCore

/// One outgoing stream: the sound or the picture of a receive slot. It follows one source at a time, chooses among its
/// layers, and hands the decoder one continuous stream whatever it follows.
struct DownTrack {
  // What every packet needs comes first, so that it lies in few lines of the cache.

  /// Place of the receiving peer.
  let receiver: Int32
  /// Next in the source's list of subscribers.
  var nextSubscriber: Int32 = -1
  /// The layer that is being sent; -1 before the first key frame.
  var currentLayer: Int8 = -1
  /// The layer that is to be sent from its next key frame on; -1 when nothing is wanted.
  var targetLayer: Int8 = -1
  let isVideo: Bool
  /// Retransmissions that may be answered: each packet sent earns one, and they do not pile up. The first key frame may
  /// need some before it has earned any.
  private var retransmissionBudget: Int32 = 32
  private(set) var packetsSent: UInt32 = 0
  private(set) var octetsSent: UInt32 = 0
  let payloadType: UInt8
  /// 255 when VP9 was not negotiated.
  let vp9PayloadType: UInt8
  let header: HeaderTemplate
  var munger: StreamMunger

  let ssrc: UInt32
  /// Of the retransmission stream; nil when it was not negotiated.
  private let rtxSSRC: UInt32?
  private let rtxPayloadType: UInt8
  private let vp9RTXPayloadType: UInt8

  /// Place of the peer that is followed; -1 for none.
  var source: Int32 = -1
  var sourceKind = SourceKind.microphone
  /// Before this in the source's list of subscribers.
  var previousSubscriber: Int32 = -1

  /// Height in pixels that the receiver shows; 0 stops the stream.
  var requestedHeight: Int
  /// The layer that the receiver's budget was given out for; -1 for none. See `LayerAllocator`.
  var allotted: Int8 = -1
  /// The highest layer that may be sent: the one allotted when less than what is wanted was, else any.
  var cap: Int8 = 2
  var hysteresis = LayerHysteresis()
  var pictureLoss = PictureLossLimit()
  /// Highest sequence number of the last report block, for the number of packets that the next one speaks of.
  var lastReported: UInt32?
  /// Share lost on the receiver's path by its last report block, in 256ths.
  var reportedLoss: UInt8 = 0
  private var rtxSequence: UInt16
  private var probes: UInt16 = 0

  private static var maximumBudget: Int32 { 256 }

  /// `segments` is the munger's room: see `StreamMunger.init`.
  init(
    receiver: Int32, isVideo: Bool, configuration: SlotTrackConfiguration, extensions: RTPExtensionMap, random: UInt64,
    rtxRandom: UInt64, segments: UnsafeMutablePointer<StreamMunger.Segment>
  ) {
    self.receiver = receiver
    self.isVideo = isVideo
    ssrc = configuration.ssrc
    rtxSSRC = configuration.rtxPayloadType == nil ? nil : configuration.rtxSSRC
    let mid = StreamToken(configuration.mid)
    payloadType = configuration.payloadType
    vp9PayloadType = configuration.vp9?.media ?? 255
    rtxPayloadType = configuration.rtxPayloadType ?? 255
    vp9RTXPayloadType = configuration.vp9?.rtx ?? 255
    header = HeaderTemplate(ssrc: ssrc, mid: mid, map: extensions)
    requestedHeight = Slot.defaultHeight
    munger = StreamMunger(random: random, segments: segments)
    rtxSequence = UInt16(truncatingIfNeeded: rtxRandom & 0x3FFF)
  }

  /// Whether the receiver can be sent VP9.
  @inline(__always)
  var takesVP9: Bool { vp9PayloadType != 255 }

  var hasRTX: Bool { rtxSSRC != nil }
  /// Nil without a retransmission stream. Firefox finds its m-line by the mid.
  var rtxHeader: HeaderTemplate? { rtxSSRC.map(header.with(ssrc:)) }

  func rtxPayloadType(isVP9: Bool) -> UInt8 { isVP9 ? vp9RTXPayloadType : rtxPayloadType }

  @inline(__always)
  mutating func noteSent(octets: Int) {
    packetsSent &+= 1
    octetsSent &+= UInt32(truncatingIfNeeded: octets)
    if retransmissionBudget < Self.maximumBudget { retransmissionBudget &+= 1 }
  }

  /// The number of the next packet of the RTX stream, budget or not.
  mutating func nextRTXSequence() -> UInt16 {
    rtxSequence &+= 1
    return rtxSequence
  }

  /// Which of the last sixteen packets to repeat as a probe.
  mutating func takeProbe() -> UInt16 {
    probes = (probes &+ 1) & 15
    return probes
  }

  /// The number of the next retransmission; nil when the receiver has asked for more than its share.
  mutating func takeRetransmission() -> UInt16? {
    guard retransmissionBudget > 0 else { return nil }
    retransmissionBudget &-= 1
    return nextRTXSequence()
  }
}
