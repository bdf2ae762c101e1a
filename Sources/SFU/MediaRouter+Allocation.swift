internal import Bytes

/// Who gets which layer: gathers what `LayerAllocator` needs to know, and carries out what it decides.
extension MediaRouter {
  /// Divides a receiver's budget anew.
  mutating func allocate(_ place: Int32, now: Instant) {
    items.removeAll(keepingCapacity: true)
    for index in peers[place].pointee.slots.indices {
      let slot = peers[place].pointee.slots[index]
      guard slot.video >= 0, slot.seen >= 0 else { continue }
      let speaks = peers[slot.seen].pointee.voice.isActive(at: now)
      appendItem(slot.video, importance: Self.importance(slot, speaks), isFavoured: slot.priority > 0 || speaks, now)
    }
    if let slot = peers[place].pointee.screenSlot, slot.video >= 0, slot.seen >= 0 {
      appendItem(slot.video, importance: .max, isFavoured: true, now)
      if let last = items.indices.last, items[last].track == slot.video { items[last].isScreen = true }
    }
    let sound = soundRate(of: place, now: now)
    let budget = max(.zero, peers[place].pointee.budget - sound)
    let pictures = LayerAllocator.allocate(&items, budget: budget)
    var (isUnmet, isStarved) = (false, false)
    for index in items.indices {
      let item = items[index]
      if item.allotted < item.wanted {
        isUnmet = true
        if item.allotted < 0 { isStarved = true }
      }
      apply(item, now: now)
    }
    peers[place].pointee.demand = sound + pictures
    peers[place].pointee.isDemandUnmet = isUnmet
    peers[place].pointee.isStarved = isStarved
  }

  /// Pins before speakers before others; a later slot never comes before an earlier one of its kind.
  private static func importance(_ slot: Slot, _ speaks: Bool) -> Int {
    max(0, min(slot.priority, 100)) * 2 + (speaks ? 1 : 0)
  }

  private mutating func apply(_ item: AllocationItem, now: Instant) {
    let down = downTracks[item.track]
    let cap = item.allotted == item.wanted ? 2 : item.allotted
    guard item.allotted != down.pointee.allotted || cap != down.pointee.cap else { return }
    // Changes that follow what is shown, or what is sent, are nobody's failure.
    let wasLimited = down.pointee.cap < 2
    let isTaken = item.allotted < item.wanted && item.allotted < down.pointee.allotted
    if isTaken || wasLimited && item.allotted > down.pointee.allotted {
      down.pointee.hysteresis.changed(from: down.pointee.allotted, to: item.allotted, now: now)
    }
    down.pointee.allotted = item.allotted
    down.pointee.cap = cap
    let (sender, kind) = (down.pointee.source, down.pointee.sourceKind)
    if item.allotted >= 0, source(sender, kind).pausedLayers & 1 << UInt8(item.allotted) != 0 {
      updateSendLayers(of: sender, kind, now: now)
    }
    choose(item.track, now: now)
  }

  private mutating func appendItem(_ track: Int32, importance: Int, isFavoured: Bool, _ now: Instant) {
    let down = downTracks[track]
    let source = source(down.pointee.source, down.pointee.sourceKind)
    guard source.isNegotiated, source.isEnabled else { return }
    var available = layers(of: source, now: now)
    var rates = InlineArray<3, DataRate>(repeating: .zero)
    var isSilent = true
    for layer in 0..<source.layerCount where available[layer].isAlive { isSilent = false }
    for layer in 0..<source.layerCount {
      let place = source.track(of: layer)
      // A source that begins may send all it has negotiated, and a paused layer comes back when it is asked for. Until it
      // has come it must not be taken for one that is not sent, or the next fall of the budget would leave the picture nothing.
      let isPaused = source.pausedLayers & 1 << UInt8(layer) != 0
      let isComing = isPaused || !available[layer].isAlive && source.isAwaited(layer, at: now)
      let isHeld = place >= 0 && upTracks[place].pointee.parts[layer].returns.isHeld(at: now)
      if isSilent || isComing && !isHeld {
        let height = max(available[layer].height, 720 >> (source.layerCount - 1 - layer))
        available[layer] = LayerSelector.Layer(height: height, isAlive: true)
      }
      let measured = place >= 0 ? upTracks[place].pointee.parts[layer].meter.rate : .zero
      rates[layer] = measured > .zero ? measured : Self.guess(height: available[layer].height)
      // Layers that were never measured together may look out of order.
      if layer > 0 { rates[layer] = max(rates[layer], rates[layer - 1]) }
    }
    // Who wants less than there is gets the least there is.
    for layer in (0..<max(0, source.layerCount - 1)).reversed() where !available[layer].isAlive {
      rates[layer] = rates[layer + 1]
    }
    let wanted = LayerSelector.choose(
      available, count: source.layerCount, requestedHeight: down.pointee.requestedHeight, cap: 2)
    let hysteresis = down.pointee.hysteresis
    items.append(
      AllocationItem(
        track: track, importance: importance, isFavoured: isFavoured, current: down.pointee.allotted, wanted: wanted,
        mayRaise: down.pointee.cap == 2 || hysteresis.mayRaise(now), mayReturn: hysteresis.mayReturn(now),
        mayLower: hysteresis.mayLower(now), rates: rates))
  }

  /// What browsers send for a layer of this height.
  private static func guess(height: Int) -> DataRate {
    height <= 180 ? .kilobits(180) : height <= 360 ? .kilobits(550) : .kilobits(1_700)
  }

  /// What the sound of a receiver's slots takes, headers and copies included.
  private func soundRate(of place: Int32, now: Instant) -> DataRate {
    var sum = DataRate.zero
    for index in peers[place].pointee.slots.indices {
      sum = sum + soundRate(peers[place].pointee.slots[index].audio, now)
    }
    if let slot = peers[place].pointee.screenSlot { sum = sum + soundRate(slot.audio, now) }
    return peers[place].pointee.hearsTwice ? sum * 2 : sum
  }

  private func soundRate(_ track: Int32, _ now: Instant) -> DataRate {
    guard track >= 0, downTracks[track].pointee.source >= 0 else { return .zero }
    let up = source(downTracks[track].pointee.source, downTracks[track].pointee.sourceKind).layers[0]
    // Who is muted sends nothing.
    return up >= 0 && upTracks[up].pointee.isAlive(at: now) ? upTracks[up].pointee.parts[0].meter.rate : .zero
  }

  // MARK: Layers that nobody takes

  /// Layers stay on this long after the last receiver has left them.
  private static var pauseAfter: TimeDelta { .seconds(5) }

  /// Looks which layers of a picture anybody is allotted, and says when that changes: a layer that is needed at once, one
  /// that is not after a while.
  mutating func updateSendLayers(of place: Int32, _ kind: SourceKind, now: Instant) {
    let source = source(place, kind)
    guard source.isEnabled, source.hasSent, peers[place].pointee.isConnected else { return }
    var needed: UInt8 = 0
    var track = source.firstSubscriber
    while track >= 0 {
      let down = downTracks[track]
      if down.pointee.requestedHeight > 0, peers[down.pointee.receiver].pointee.isConnected {
        if down.pointee.allotted >= 0 { needed |= 1 << UInt8(down.pointee.allotted) }
        // What is being sent until a key frame of the other layer comes.
        if down.pointee.currentLayer >= 0 { needed |= 1 << UInt8(down.pointee.currentLayer) }
      }
      track = down.pointee.nextSubscriber
    }
    let all = UInt8(truncatingIfNeeded: 1 << source.layerCount) &- 1
    var paused = source.pausedLayers & ~needed
    for layer in 0..<source.layerCount {
      let bit: UInt8 = 1 << UInt8(layer)
      if source.pausedLayers & ~paused & bit != 0 {
        peers[place].pointee.sources[Int(kind.rawValue)].resume(layer, now: now)
      }
      // A layer is not missed before it could have been taken.
      if needed & bit != 0 || source.lastNeeded[layer] == .zero {
        peers[place].pointee.sources[Int(kind.rawValue)].lastNeeded[layer] = now
      } else if now - source.lastNeeded[layer] >= Self.pauseAfter {
        paused |= bit
      }
    }
    let mayScale = mayScale(place, kind)
    guard paused != source.pausedLayers || mayScale != source.mayScale else { return }
    peers[place].pointee.sources[Int(kind.rawValue)].pausedLayers = paused
    peers[place].pointee.sources[Int(kind.rawValue)].mayScale = mayScale
    events.append(.sendLayers(peers[place].pointee.id, kind, layers: all & ~paused, isScalable: mayScale))
  }
}
