internal import Bytes
internal import RTCCore

/// Cameras that come as one VP9 stream of up to three spatial layers (L3T1_KEY and the like) in place of a simulcast, on the
/// up track of its first layer. Each layer frame can be left out by itself, so encryption of frames does not mind. See
/// docs/adr/0011.
extension MediaRouter {
  /// A packet of VP9; nil when its descriptor does not parse.
  mutating func takeVP9(
    _ header: RTPHeader, _ sequence: Int64, _ payload: UnsafeRawBufferPointer, of track: Int32, now: Instant
  ) -> PacketUse? {
    let upTrack = upTracks[track]
    var use = PacketUse(serves: 0b111, ends: header.marker ? 0xFF : 0)
    use.isVP9 = true
    if !payload.isEmpty {
      guard let vp9 = VP9Descriptor(payload), vp9.spatialID < Source.maximumLayers else { return nil }
      use = PacketUse(vp9, marker: header.marker)
      if vp9.startsKeyPicture { noteKeyPicture(vp9, sequence, of: track, now: now) }
      upTrack.pointee.count(payload.count, layer: Int(vp9.spatialID), serves: use.serves, now: now)
    }
    guard noteFormat(of: track, isVP9: true, sequence, use.startsKeyFrame, now: now) else {
      use.serves = 0
      return use
    }
    guard let place = upTrack.pointee.counts?.note(sequence, serves: use.serves) else {
      use.serves = 0
      return use
    }
    use.fills = place.fills
    if use.fills != 0 { upTrack.pointee.countFillers(for: use.fills, now: now) }
    use.skipped = place.skipped
    return use
  }

  /// The scalability structure says which layers there are, before they come: whoever begins with this picture begins with the
  /// right one.
  private func noteKeyPicture(_ vp9: VP9Descriptor, _ sequence: Int64, of track: Int32, now: Instant) {
    let upTrack = upTracks[track]
    upTrack.pointee.noteKeyFrame(sequence: sequence)
    guard vp9.layerCount > 0, sequence == upTrack.pointee.highest else { return }
    for layer in 0..<Source.maximumLayers {
      upTrack.pointee.parts[layer].lastArrival = layer < vp9.layerCount ? now : .zero
      if vp9.heights[layer] > 0 { upTrack.pointee.parts[layer].height = Int(vp9.heights[layer]) }
    }
  }

  /// Whether a packet has the format that its source comes in. The first newer one of another format makes the change, and
  /// whoever follows the source begins again with its key frame. What is left over of the old format is of no use.
  @inline(__always)
  mutating func noteFormat(
    of track: Int32, isVP9: Bool, _ sequence: Int64, _ startsKeyFrame: Bool, now: Instant
  ) -> Bool {
    let upTrack = upTracks[track]
    if peers[upTrack.pointee.peer].pointee.sources[Int(upTrack.pointee.kind.rawValue)].isScalable == isVP9 {
      return true
    }
    return changeFormat(of: track, toVP9: isVP9, sequence, startsKeyFrame, now: now)
  }

  private mutating func changeFormat(
    of track: Int32, toVP9: Bool, _ sequence: Int64, _ startsKeyFrame: Bool, now: Instant
  ) -> Bool {
    let upTrack = upTracks[track]
    let (peer, kind) = (upTrack.pointee.peer, Int(upTrack.pointee.kind.rawValue))
    guard sequence == upTrack.pointee.highest else { return false }
    if !toVP9, !startsKeyFrame, upTrack.pointee.layer > 0 {
      let scalable = peers[peer].pointee.sources[kind].layers[0]
      if scalable >= 0, now - upTracks[scalable].pointee.parts[0].lastArrival < Self.overlap { return false }
    }
    if toVP9, upTrack.pointee.counts == nil {
      upTrack.pointee.counts = LayerCounts(before: sequence)
      takeRates(of: peers[peer].pointee.sources[kind], to: upTrack)
    }
    peers[peer].pointee.sources[kind].isScalable = toVP9
    var subscriber = peers[peer].pointee.sources[kind].firstSubscriber
    while subscriber >= 0 {
      downTracks[subscriber].pointee.currentLayer = -1
      subscriber = downTracks[subscriber].pointee.nextSubscriber
    }
    if !startsKeyFrame { wantKeyFrame(of: track, now: now) }
    return true
  }

  /// Until the layers have been measured they cost what the simulcast's did: a guess could take a picture from somebody whose
  /// path carries it.
  private func takeRates(of source: Source, to upTrack: UnsafeMutablePointer<UpTrack>) {
    for layer in 1..<Source.maximumLayers where source.layers[layer] >= 0 {
      upTrack.pointee.parts[layer].meter = upTracks[source.layers[layer]].pointee.parts[layer].meter
    }
  }

  /// The last packets of a simulcast's streams may come this much later than the first of what took their place.
  private static var overlap: TimeDelta { .milliseconds(200) }

  /// Whether everybody in a peer's room can take its camera as VP9.
  func mayScale(_ place: Int32, _ kind: SourceKind) -> Bool {
    kind == .camera && source(place, kind).vp9 != nil && rooms[peers[place].pointee.room].pointee.withoutVP9 == 0
  }
}
