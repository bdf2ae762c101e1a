internal import Bytes
internal import RTCCore

extension MediaRouter {
  /// Head of the list of down tracks that a packet may go to.
  @inline(__always)
  func firstSubscriber(of packet: borrowing MediaPacket) -> Int32 {
    peers[packet.peer].pointee.sources[Int(packet.kind.rawValue)].firstSubscriber
  }

  /// Whether a down track sends a packet. A packet of the layer that it waits for begins a new stretch if a decoder can
  /// begin there: with the first packet of a key frame, or anywhere in sound.
  @inline(__always)
  mutating func admit(_ packet: borrowing MediaPacket, to track: Int32, now: Instant) -> Admission {
    let down = downTracks[track]
    if packet.use.serves & layerBit(down.pointee.currentLayer) != 0 {
      if packet.resumes {
        begin(track, packet, layer: down.pointee.currentLayer, now: now)
        return .begins
      }
      return packet.use.startsKeyFrame ? renew(track, packet, now: now) : .goesOn
    }
    if packet.use.fills & layerBit(down.pointee.currentLayer) != 0 { return .fills }
    guard peers[down.pointee.receiver].pointee.isConnected else { return .refused }
    if packet.kind.isVideo {
      guard packet.use.startsKeyFrame else { return .refused }
      retarget(track, now: now)
    }
    guard packet.use.serves & layerBit(down.pointee.targetLayer) != 0 else { return .refused }
    begin(track, packet, layer: down.pointee.targetLayer, now: now)
    return .begins
  }

  /// A key frame of the layer in use. It shows its height: another layer may fit better now. A scalable stream's is one of all
  /// layers: the change can be made at once.
  private mutating func renew(_ track: Int32, _ packet: borrowing MediaPacket, now: Instant) -> Admission {
    let down = downTracks[track]
    down.pointee.pictureLoss.received()
    if packet.use.isVP9 {
      retarget(track, now: now)
      let target = down.pointee.targetLayer
      if target != down.pointee.currentLayer, packet.use.serves & layerBit(target) != 0 {
        begin(track, packet, layer: target, now: now)
        return .begins
      }
    }
    choose(track, now: now)
    return packet.use.serves & layerBit(down.pointee.currentLayer) != 0 ? .goesOn : .refused
  }

  /// A packet of an up track's store as it was when it came; nil if it has not come, or is gone. Valid until the next
  /// packet is taken in.
  func stored(_ sequence: Int64, of track: Int32) -> MediaPacket? {
    let upTrack = upTracks[track]
    guard let (entry, payload) = upTrack.pointee.history?.find(sequence) else { return nil }
    var use = PacketUse(serves: layerBit(upTrack.pointee.layer), ends: entry.marker ? 0xFF : 0)
    if entry.isVP9 {
      guard let place = upTrack.pointee.counts?.find(sequence) else { return nil }
      if let vp9 = VP9Descriptor(payload) { use = PacketUse(vp9, marker: entry.marker) }
      use.serves = place.serves
      use.fills = place.fills
      use.skipped = place.skipped
    } else {
      use.numbers = VP8Descriptor(payload)?.numbers
    }
    return MediaPacket(
      upTrack: track, peer: upTrack.pointee.peer, kind: upTrack.pointee.kind, use: use, sequence: sequence,
      timestamp: entry.timestamp, payload: payload, isScratch: false, resumes: false)
  }

  private mutating func begin(_ track: Int32, _ packet: borrowing MediaPacket, layer: Int8, now: Instant) {
    let down = downTracks[track]
    let elapsed = elapsed(track, until: packet, now: now)
    down.pointee.munger.begin(
      upTrack: packet.upTrack, generation: upTracks[packet.upTrack].pointee.generation,
      layer: packet.use.isVP9 ? layer : -1, sequence: packet.counted(layer), timestamp: packet.timestamp,
      picture: packet.use.numbers, elapsed: elapsed, clockRate: packet.kind.clockRate)
    down.pointee.currentLayer = layer
    if !packet.resumes { counters.switches &+= 1 }
  }

  /// How much later than the last packet of a down track another was captured: by the clock of the sender when both are
  /// of one sender who has said how timestamps and clock go together, else by arrival.
  private func elapsed(_ track: Int32, until packet: borrowing MediaPacket, now: Instant) -> TimeDelta {
    let munger = downTracks[track].pointee.munger
    let arrival = now - munger.lastTimestampTime
    guard munger.hasBegun else { return arrival }
    let old = munger.current
    guard upTracks.contains(old.upTrack), upTracks[old.upTrack].pointee.generation == old.generation else {
      return arrival
    }
    if old.upTrack == packet.upTrack {
      let ticks = Int64(Int32(truncatingIfNeeded: packet.timestamp &- (munger.lastTimestamp &+ old.timestampOffset)))
      return TimeDelta(nanoseconds: ticks &* 1_000_000_000 / packet.kind.clockRate)
    }
    guard
      upTracks[old.upTrack].pointee.peer == packet.peer,
      let from = upTracks[old.upTrack].pointee.captureTime(of: munger.lastTimestamp &+ old.timestampOffset),
      let to = upTracks[packet.upTrack].pointee.captureTime(of: packet.timestamp)
    else { return arrival }
    return TimeDelta(nanoseconds: to &- from)
  }
}

/// What a down track does with a packet.
enum Admission {
  case refused
  case goesOn
  /// The packet is not for it, but its number is missed.
  case fills
  /// The packet is the first of a new stretch.
  case begins
}
