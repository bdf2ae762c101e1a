internal import RTCCore

/// A decrypted packet that has found its up track: what a down track needs to know of it. Borrows the datagram.
struct MediaPacket {
  let upTrack: Int32
  let peer: Int32
  let kind: SourceKind
  let layer: Int8
  /// Extended sequence number of the up track.
  let sequence: Int64
  let timestamp: UInt32
  let marker: Bool
  /// Without padding; empty in a probe that takes a sequence number.
  let payload: UnsafeRawBufferPointer
  /// The payload lies in a datagram that nobody else reads: each receiver's descriptor may be written over the one before.
  let isScratch: Bool
  /// Video with a payload only.
  let vp8: VP8Descriptor?
  let startsKeyFrame: Bool
  /// Sound that follows silence which was dropped: numbers go on without a gap.
  let resumes: Bool
}

/// What became of a packet of a peer.
enum IngestVerdict {
  case media(MediaPacket)
  case dropped(DropReason)
}
