package import Bytes

/// What a client saw. Sums over its life.
package struct ClientStatistics: Sendable {
  package var datagramsIn: UInt64 = 0
  package var datagramsOut: UInt64 = 0
  package var bytesIn: UInt64 = 0
  package var bytesOut: UInt64 = 0
  /// RTP packets sent first, and sent again because the node asked.
  package var packetsSent: UInt64 = 0
  package var packetsRepeated: UInt64 = 0
  package var framesSent: UInt64 = 0
  package var keyFramesSent: UInt64 = 0
  /// Pictures and packets of sound that were not made, because the client was called too late.
  package var skipped: UInt64 = 0
  /// Reports of the node on our streams, and the round trip that the last one shows.
  package var reportBlocksIn: UInt64 = 0
  package var roundTrip: TimeDelta?
  /// Transport-wide feedback: packets that the node says came, and those it says did not.
  package var transportReceived: UInt64 = 0
  package var transportLost: UInt64 = 0
  package var feedbackOut: UInt64 = 0
  /// Datagrams that were not for us, damaged, or refused by SRTP.
  package var dropped: UInt64 = 0
  /// From the start of ICE to keys; nil before.
  package var connectTime: TimeDelta?

  package init() {}
}

/// What a client saw of one receive section.
package struct TrackStatistics: Hashable, Sendable {
  /// Person slot; nil is the screen.
  package let slot: Int?
  package let isVideo: Bool

  package var packets: UInt64 = 0
  /// Of the packets that this end should have seen without asking, by their sequence numbers, and those it has seen.
  package var expected: UInt64 = 0
  package var arrived: UInt64 = 0
  package var bytes: UInt64 = 0
  package var duplicates: UInt64 = 0
  /// Packets that came by retransmission after they had been missed.
  package var recovered: UInt64 = 0
  /// Packets that were missed and never came.
  package var lost: UInt64 = 0
  package var nacksSent: UInt64 = 0
  package var pictureLossesSent: UInt64 = 0
  package var senderReports: UInt64 = 0

  /// Frames (for audio: packets) in order and complete, that a decoder could have shown.
  package var frames: UInt64 = 0
  package var keyFrames: UInt64 = 0
  /// Of `frames`, those that came as layers of a VP9 stream.
  package var scalableFrames: UInt64 = 0
  /// Frames that were incomplete, or came while a key frame was awaited.
  package var framesDropped: UInt64 = 0
  /// Height in pixels that the last key frame announced.
  package var height: Int = 0
  /// Freezes of a picture as webrtc-stats counts them (`FreezeMeter`), their sum, and the time in which they could have
  /// been: from frame to frame of the same person.
  package var freezes: UInt64 = 0
  package var freezeTime = TimeDelta.zero
  package var shownTime = TimeDelta.zero
  package var firstFrame: Instant?
  package var lastFrame: Instant?

  /// The sender whose media came last, as the note in it says, and how often that changed.
  package var source: UInt32?
  package var switches: UInt64 = 0
  /// Breaches of what a decoder relies on: a time stamp that does not grow, a picture id or TL0PICIDX out of step
  /// without loss, another sender without a key frame.
  package var violations: UInt64 = 0
  /// Frames without the note of a synthetic sender: a browser's, or damaged ones.
  package var unmarked: UInt64 = 0

  package init(slot: Int?, isVideo: Bool) {
    self.slot = slot
    self.isVideo = isVideo
  }
}
