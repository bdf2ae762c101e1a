/// Why the node did not use a datagram or a packet. Each case is a counter in `MediaCounters`.
package enum DropReason: UInt8, CaseIterable, Hashable, Sendable {
  /// Not STUN, DTLS, RTP or RTCP (RFC 7983).
  case unknownDatagram
  /// STUN that does not parse, or is not a binding request.
  case malformedSTUN
  /// A check for a user name that nobody here has.
  case unknownUfrag
  /// A check whose message integrity does not match.
  case badSTUNIntegrity
  /// DTLS, RTP or RTCP from an address that no connectivity check has validated.
  case unvalidatedAddress
  /// Not a DTLS record.
  case malformedDTLS
  /// RTP or RTCP before the handshake has finished.
  case beforeKeys
  case malformedSRTP
  case replayedSRTP
  case tooOldSRTP
  case badTag
  case unencryptedSRTCP
  case tooManyStreams
  /// RTP that authenticates but does not parse.
  case malformedRTP
  case malformedRTCP
  /// Neither declared nor explained by mid and rid.
  case unknownSSRC
  /// An SSRC that another m-line or another participant has.
  case foreignSSRC
  /// A payload type that was not negotiated for the m-line.
  case unknownPayloadType
  /// A retransmission of a packet that nobody misses.
  case uselessRetransmission
  /// Sound of a microphone that has been silent for a while (RFC 6464 level 127).
  case silence
  /// A payload descriptor that does not parse (RFC 7741 §4.2).
  case malformedPayload
  /// A packet that came a second time, or from before the stream's window.
  case duplicateRTP
  /// Padding and probes: counted for congestion control, and of no further use.
  case padding
  /// A NACK for a packet that is no longer, or never was, in the store.
  case retransmissionGone
  /// A NACK beyond the receiver's retransmission budget.
  case retransmissionBudget
  /// A picture beyond what the receiver's path carries.
  case overBudget
  /// Egress could not protect a packet.
  case protectFailed
}

/// Counts since the node began. A trivial value: copying it is a snapshot.
package struct MediaCounters: Sendable {
  package var packetsIn: UInt64 = 0
  package var bytesIn: UInt64 = 0
  package var packetsOut: UInt64 = 0
  package var bytesOut: UInt64 = 0
  /// RTP packets handed on to a receiver, retransmissions excepted.
  package var forwarded: UInt64 = 0
  package var retransmitted: UInt64 = 0
  /// Sounds sent a second time to receivers whose paths lose packets.
  package var copied: UInt64 = 0
  /// Packets sent to find out what a path carries: repetitions and padding.
  package var probes: UInt64 = 0
  /// Numbers of a scalable stream that receivers missed in vain, filled with a packet of padding.
  package var filled: UInt64 = 0
  /// Packets that waited for the pacer.
  package var paced: UInt64 = 0
  /// Lost packets that a sender's retransmission brought back.
  package var recovered: UInt64 = 0
  package var nacksSent: UInt64 = 0
  package var keyFrameRequestsSent: UInt64 = 0
  /// Changes of layer or source that a receiver saw.
  package var switches: UInt64 = 0
  /// What paths were thought to carry, one sample five times a second for each receiver that reports.
  package var estimates = EstimateHistogram()
  /// Pictures that were being sent, one sample five times a second for each: by layer, and by height.
  package var pictureSamples = PictureSamples()

  private var drops = InlineArray<32, UInt64>(repeating: 0)

  package init() {}

  /// Datagrams and packets dropped for `reason`.
  package subscript(reason: DropReason) -> UInt64 { drops[Int(reason.rawValue)] }

  @inline(__always)
  mutating func drop(_ reason: DropReason) {
    drops[Int(reason.rawValue)] &+= 1
  }

  mutating func takeBack(_ reason: DropReason) { drops[Int(reason.rawValue)] &-= 1 }

  /// Adds what another shard has counted.
  package static func += (sum: inout MediaCounters, other: MediaCounters) {
    sum.packetsIn &+= other.packetsIn
    sum.bytesIn &+= other.bytesIn
    sum.packetsOut &+= other.packetsOut
    sum.bytesOut &+= other.bytesOut
    sum.forwarded &+= other.forwarded
    sum.retransmitted &+= other.retransmitted
    sum.copied &+= other.copied
    sum.probes &+= other.probes
    sum.filled &+= other.filled
    sum.paced &+= other.paced
    sum.recovered &+= other.recovered
    sum.nacksSent &+= other.nacksSent
    sum.keyFrameRequestsSent &+= other.keyFrameRequestsSent
    sum.switches &+= other.switches
    sum.estimates += other.estimates
    sum.pictureSamples += other.pictureSamples
    for index in 0..<32 { sum.drops[index] &+= other.drops[index] }
  }
}

extension MediaCounters: Equatable {
  package static func == (a: MediaCounters, b: MediaCounters) -> Bool {
    withUnsafeBytes(of: a) { a in withUnsafeBytes(of: b) { b in a.elementsEqual(b) } }
  }
}
