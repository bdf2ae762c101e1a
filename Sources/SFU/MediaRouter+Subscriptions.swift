internal import Bytes
internal import RTCCore

/// Which down track follows which source: a list through the down tracks themselves, headed by the source.
extension MediaRouter {
  /// Points a down track at a source; `peer` -1 points it at nothing.
  mutating func subscribe(_ track: Int32, to peer: Int32, _ kind: SourceKind, now: Instant) {
    let down = downTracks[track]
    guard down.pointee.source != peer || down.pointee.sourceKind != kind else { return }
    unsubscribe(track)
    guard peer >= 0 else { return }
    let source = peers[peer]
    let head = source.pointee.sources[Int(kind.rawValue)].firstSubscriber
    down.pointee.source = peer
    down.pointee.sourceKind = kind
    down.pointee.nextSubscriber = head
    if head >= 0 { downTracks[head].pointee.previousSubscriber = track }
    source.pointee.sources[Int(kind.rawValue)].firstSubscriber = track
    down.pointee.allotted = -1
    down.pointee.cap = 2
    down.pointee.hysteresis = LayerHysteresis()
    down.pointee.pictureLoss = PictureLossLimit()
    if down.pointee.isVideo, peers[down.pointee.receiver].pointee.isConnected {
      allocate(down.pointee.receiver, now: now)
    }
    choose(track, now: now)
  }

  mutating func unsubscribe(_ track: Int32) {
    let down = downTracks[track]
    let (peer, kind) = (down.pointee.source, down.pointee.sourceKind)
    guard peer >= 0 else { return }
    let (previous, next) = (down.pointee.previousSubscriber, down.pointee.nextSubscriber)
    if previous >= 0 {
      downTracks[previous].pointee.nextSubscriber = next
    } else {
      peers[peer].pointee.sources[Int(kind.rawValue)].firstSubscriber = next
    }
    if next >= 0 { downTracks[next].pointee.previousSubscriber = previous }
    down.pointee.source = -1
    down.pointee.previousSubscriber = -1
    down.pointee.nextSubscriber = -1
    down.pointee.currentLayer = -1
    down.pointee.targetLayer = -1
  }

  mutating func unsubscribeAll(from peer: Int32, _ kind: SourceKind) {
    while true {
      let first = peers[peer].pointee.sources[Int(kind.rawValue)].firstSubscriber
      guard first >= 0 else { return }
      unsubscribe(first)
    }
  }

  // MARK: Layers

  /// Decides which layer a down track is to get, and asks for the key frame that a change needs.
  mutating func choose(_ track: Int32, now: Instant) {
    retarget(track, now: now)
    let down = downTracks[track]
    if down.pointee.source >= 0, down.pointee.pictureLoss.takeWaiting(now: now) { renewPicture(of: track, now: now) }
    let target = down.pointee.targetLayer
    guard target >= 0, target != down.pointee.currentLayer, down.pointee.isVideo,
      peers[down.pointee.receiver].pointee.isConnected
    else { return }
    let source = source(down.pointee.source, down.pointee.sourceKind)
    if source.isEnabled { wantKeyFrame(of: source.track(of: Int(target)), now: now) }
  }

  /// Decides which layer a down track is to get from its next key frame on.
  mutating func retarget(_ track: Int32, now: Instant) {
    let down = downTracks[track]
    let peer = down.pointee.source
    guard peer >= 0 else { return }
    guard down.pointee.isVideo else {
      down.pointee.targetLayer = 0
      return
    }
    if down.pointee.requestedHeight == 0 || down.pointee.cap < 0 {
      // The decoder will have missed frames when the picture is shown again.
      down.pointee.currentLayer = -1
      down.pointee.targetLayer = -1
      return
    }
    let source = source(peer, down.pointee.sourceKind)
    if source.isScalable && !down.pointee.takesVP9 {
      // Its sender has been told to change.
      down.pointee.targetLayer = -1
      return
    }
    let target = LayerSelector.choose(
      layers(of: source, now: now), count: source.layerCount, requestedHeight: down.pointee.requestedHeight,
      cap: Int(down.pointee.cap))
    // A source begins with whatever layer comes first; those within the budget are about to follow. So are those that were
    // asked for again: a picture that was cut meanwhile does not begin anew with what its path cannot carry.
    if target > down.pointee.cap {
      let isNew = upTracks[source.track(of: Int(target))].pointee.parts[Int(target)].meter.rate == .zero
      let isAwaited = down.pointee.currentLayer < 0 && source.isAwaited(Int(down.pointee.cap), at: now)
      if isNew || isAwaited {
        down.pointee.targetLayer = -1
        return
      }
    }
    // A source that is silent for now goes on where it stopped.
    down.pointee.targetLayer = target >= 0 ? target : down.pointee.currentLayer
  }

  func layers(of source: Source, now: Instant) -> InlineArray<3, LayerSelector.Layer> {
    var layers = InlineArray<3, LayerSelector.Layer>(repeating: LayerSelector.Layer(height: 0, isAlive: false))
    var newest = Instant.zero
    for layer in 0..<source.layerCount where source.track(of: layer) >= 0 {
      let track = upTracks[source.track(of: layer)]
      let lastArrival = track.pointee.parts[layer].lastArrival
      let isLeftBehind = newest - lastArrival > Self.leftBehind
      let mayTake = track.pointee.parts[layer].returns.mayTake(
        isSent: track.pointee.isAlive(layer, at: now) && !isLeftBehind,
        smallerGoOn: newest > .zero && now - newest < Self.leftBehind,
        isPaused: source.pausedLayers & 1 << UInt8(layer) != 0, now: now)
      layers[layer] = LayerSelector.Layer(height: track.pointee.parts[layer].height, isAlive: mayTake)
      newest = max(newest, lastArrival)
    }
    return layers
  }

  /// A picture's layers are encoded together. Senders whose network has become narrow stop the tall ones without a word, while
  /// the smaller ones go on: to wait for a second of silence would be a freeze of as long.
  private static var leftBehind: TimeDelta { .milliseconds(400) }

  /// Somebody needs a key frame of this up track; its sender is asked at the next `advance` that may.
  mutating func wantKeyFrame(of track: Int32, now: Instant) {
    guard track >= 0 else { return }
    let upTrack = upTracks[track]
    upTrack.pointee.keyFrames.want()
    let peer = upTrack.pointee.peer
    wake(peer, at: max(now, upTrack.pointee.keyFrames.due(roundTrip: peers[peer].pointee.roundTrip)))
  }

  /// Whether a receiver shows this up track or is to show it. A layer that its receivers have left meanwhile, or a source that is
  /// off, would be asked in vain, and its sender would make key frames of the layers beside it.
  func isShown(_ track: Int32) -> Bool {
    let upTrack = upTracks[track]
    let source = source(upTrack.pointee.peer, upTrack.pointee.kind)
    guard source.isEnabled else { return false }
    var place = source.firstSubscriber
    while place >= 0 {
      let down = downTracks[place]
      let (target, current) = (down.pointee.targetLayer, down.pointee.currentLayer)
      if target >= 0 && source.track(of: Int(target)) == track { return true }
      if current >= 0 && source.track(of: Int(current)) == track { return true }
      place = down.pointee.nextSubscriber
    }
    return false
  }
}
