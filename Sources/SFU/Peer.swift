internal import Bytes
internal import RTCCore

/// One participant's media session, without its cryptography: what it sends, what it receives, and when its periodic
/// work is due.
struct Peer {
  // What every packet to it needs comes first, so that it lies in few lines of the cache.

  /// Place of the room.
  var room: Int32
  /// Place of the transport; -1 before it is made.
  var transport: Int32 = -1
  /// ICE, DTLS and SRTP stand.
  var isConnected = false
  /// Number of the next packet to the peer (RTP extension transport-wide sequence).
  private var transportSequence: UInt16
  let id: PeerID

  let extensions: RTPExtensionMap
  let localSSRC: UInt32
  /// Can be sent VP9 in every slot.
  let takesVP9: Bool
  /// Indexed by `SourceKind.rawValue`.
  var sources = InlineArray<4, Source>(repeating: Source())
  var slots: [Slot] = []
  var screenSlot: Slot?

  var clock = SenderClock()
  var voice = VoiceActivity()
  /// When the peer last got the floor; zero for never.
  var lastFloor: Instant = .zero
  /// There are more people than the peer has slots: see `SlotPolicy`.
  var isInCrowd = false
  /// Measured by report blocks; a guess before.
  var roundTrip: TimeDelta = .milliseconds(100)
  /// Arrivals of the peer's packets, for its own bandwidth estimator.
  var feedback = TransportFeedbackBuilder()
  var hasTransportSequences: Bool { extensions[.transportSequence] != 0 }

  /// What the peer's path is thought to carry, sound included.
  var budget = DataRate.zero
  /// Its sound is sent twice, as its path loses packets.
  var hearsTwice = false
  /// What it would be sent if that had no limit, and whether it is sent less for want of it.
  var demand = DataRate.zero
  var isDemandUnmet = false
  /// Somebody who is shown is not sent at all, for want of it.
  var isStarved = false
  var path = PathAdvice()

  var nextFeedback: Instant = .distantFuture
  var nextReport: Instant = .distantFuture
  var nextSelection: Instant = .distantFuture

  init(id: PeerID, room: Int32, configuration: PeerConfiguration, random: UInt64) {
    self.id = id
    self.room = room
    extensions = configuration.extensions
    localSSRC = configuration.localSSRC
    let slots = configuration.slots + (configuration.screenSlot.map { [$0] } ?? [])
    takesVP9 = slots.allSatisfy { $0.video?.vp9 != nil || $0.video == nil }
    transportSequence = UInt16(truncatingIfNeeded: random & 0x7FFF)
    for source in configuration.sources { sources[Int(source.kind.rawValue)] = Source(source) }
  }

  /// What a source's packets must carry, and the same of VP9; 255, which no packet has, for formats that were not negotiated.
  @inline(__always)
  func payloadTypes(of kind: SourceKind, isRetransmission: Bool) -> (primary: UInt8, vp9: UInt8) {
    let index = Int(kind.rawValue)
    if isRetransmission { return (sources[index].rtxPayloadType ?? 255, sources[index].vp9?.rtx ?? 255) }
    return (sources[index].payloadType, sources[index].vp9?.media ?? 255)
  }

  @inline(__always)
  mutating func takeTransportSequence() -> UInt16 {
    transportSequence &+= 1
    return transportSequence
  }
}

/// A receive slot of one peer: its down tracks, who they follow, and what the peer asked of it.
struct Slot {
  static var defaultHeight: Int { 360 }

  /// Places of the down tracks; -1 when the offer had none.
  var audio: Int32 = -1
  var video: Int32 = -1
  /// Places of the peers that are seen and heard; -1 for none. They differ in rooms with more people than slots.
  var seen: Int32 = -1
  var heard: Int32 = -1
  /// Who was asked for.
  var wanted: PeerID?
  var height = Slot.defaultHeight
  var priority = 0
  /// Common to both streams (RFC 3550 §6.5.1).
  var cname: [UInt8] = []
}

/// Maps a sender's NTP clock to the node's. One offset serves all streams of a sender, so that sound and picture stay
/// exactly as far apart as the sender has them.
struct SenderClock {
  /// Node time minus sender time, in nanoseconds.
  private(set) var offset: Int64?

  /// Beyond this a later report means that the sender's clock was set, not that the path was slow.
  private static var step: Int64 { 1_000_000_000 }

  /// A sender report arrived. The least delayed one tells most.
  mutating func note(ntpNanoseconds: Int64, arrival: Instant) {
    let measured = arrival.nanoseconds &- ntpNanoseconds
    guard let offset else {
      self.offset = measured
      return
    }
    if measured < offset || measured &- offset > Self.step { self.offset = measured }
  }
}
