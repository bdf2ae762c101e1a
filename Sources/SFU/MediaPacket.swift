internal import RTCCore

/// A decrypted packet that has found its up track: what a down track needs to know of it. Borrows the datagram.
struct MediaPacket {
  let upTrack: Int32
  let peer: Int32
  let kind: SourceKind
  let use: PacketUse
  /// Extended sequence number of the up track.
  let sequence: Int64
  let timestamp: UInt32
  /// Without padding; empty in a probe that takes a sequence number.
  let payload: UnsafeRawBufferPointer
  /// The payload lies in a datagram that nobody else reads: each receiver's descriptor may be written over the one before.
  let isScratch: Bool
  /// Sound that follows silence which was dropped: numbers go on without a gap.
  let resumes: Bool

  /// The packet's number as receivers of a layer count it, who never see those that are not for them.
  @inline(__always)
  func counted(_ layer: Int8) -> Int64 { sequence &- Int64(use.skipped[Int(layer)]) }
}

/// A layer as a bit of `PacketUse.serves`; one that no packet has for -1.
@inline(__always)
func layerBit(_ layer: Int8) -> UInt8 { 1 &<< (UInt8(bitPattern: layer) & 7) }

/// Whom a packet serves, and how.
struct PacketUse {
  /// Layers whose receivers get the packet, as bits. One of a simulcast; of a scalable stream's layer frame its own, and those
  /// above that refer to it. None for what is left over of a format that has changed.
  var serves: UInt8
  /// Layers whose receivers get the packet with the marker bit: it ends their picture.
  var ends: UInt8
  /// Layers whose receivers miss the packet in vain: it came late, and is not for them.
  var fills: UInt8 = 0
  /// How many packets of a scalable stream up to this one receivers of each layer are not meant to get.
  var skipped = InlineArray<3, UInt32>(repeating: 0)
  /// Video with a payload only.
  var numbers: PictureNumbers?
  var isVP9 = false
  /// A decoder can begin here; of a scalable stream with any layer.
  var startsKeyFrame = false

  @inline(__always)
  init(serves: UInt8, ends: UInt8) {
    self.serves = serves
    self.ends = ends
  }

  /// Of a layer frame's packet.
  init(_ vp9: VP9Descriptor, marker: Bool) {
    let own = layerBit(Int8(vp9.spatialID))
    // All layers from its own on, or its own alone.
    serves = (vp9.isNoReferenceAbove ? own : ~(own &- 1)) & 0b111
    ends = marker ? 0xFF : vp9.endsFrame ? own : 0
    numbers = vp9.numbers
    isVP9 = true
    startsKeyFrame = vp9.startsKeyPicture
  }
}

/// What became of a packet of a peer.
enum IngestVerdict {
  case media(MediaPacket)
  case dropped(DropReason)
}
