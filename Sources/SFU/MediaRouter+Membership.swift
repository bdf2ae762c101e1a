internal import Bytes
internal import RTCCore

extension MediaRouter {
  /// Takes a peer in, or replaces the session of one that is here: what the others see of it keeps its slots. Nil when
  /// the node is full.
  mutating func add(_ id: PeerID, to room: RoomID, configuration: PeerConfiguration, now: Instant) -> Int32? {
    if let old = peerPlaces[id] {
      if rooms[peers[old].pointee.room].pointee.id == room {
        return replace(old, configuration: configuration, now: now) ? old : nil
      }
      remove(old, now: now)
    }
    guard let roomPlace = roomPlace(room) else { return nil }
    let peer = Peer(id: id, room: roomPlace, configuration: configuration, random: random.next())
    guard let place = peers.insert(peer) else {
      removeRoomIfEmpty(roomPlace)
      return nil
    }
    guard makeSlots(of: place, configuration: configuration) else {
      destroySlots(of: place)
      peers.remove(place)
      removeRoomIfEmpty(roomPlace)
      return nil
    }
    setPlace(place, of: id)
    rooms[roomPlace].pointee.members.append(place)
    countFormats(of: place, 1)
    setShowing(place, now: now)
    reseat(room: roomPlace, now: now)
    wake(place, at: now)
    return place
  }

  /// Takes a peer out of its room, with all its streams. Its transport is the node's to end.
  mutating func remove(_ place: Int32, now: Instant) {
    let room = peers[place].pointee.room
    destroyUpTracks(of: place)
    for kind in SourceKind.allCases { unsubscribeAll(from: place, kind) }
    destroySlots(of: place)
    rooms[room].pointee.members.removeAll { $0 == place }
    countFormats(of: place, -1)
    rooms[room].pointee.showing.removeAll { $0 == place }
    rooms[room].pointee.speakers.remove(place)
    if rooms[room].pointee.presenter == place { rooms[room].pointee.presenter = -1 }
    for member in rooms[room].pointee.members { forget(place, in: member) }
    setPlace(nil, of: peers[place].pointee.id)
    deadlines.clear(place)
    peers.remove(place)
    reseat(room: room, now: now)
    removeRoomIfEmpty(room)
  }

  /// A new session of a peer that is here. Others keep following it.
  private mutating func replace(_ place: Int32, configuration: PeerConfiguration, now: Instant) -> Bool {
    let old = peers[place].pointee
    destroyUpTracks(of: place)
    destroySlots(of: place)
    var peer = Peer(id: old.id, room: old.room, configuration: configuration, random: random.next())
    for kind in 0..<SourceKind.allCases.count {
      peer.sources[kind].isEnabled = old.sources[kind].isEnabled
      peer.sources[kind].firstSubscriber = old.sources[kind].firstSubscriber
    }
    peer.transport = old.transport
    countFormats(of: place, -1)
    peers[place].pointee = peer
    countFormats(of: place, 1)
    guard makeSlots(of: place, configuration: configuration) else {
      remove(place, now: now)
      return false
    }
    // The same people in the same slots, so far as there are as many as before.
    for index in 0..<min(old.slots.count, peers[place].pointee.slots.count) {
      peers[place].pointee.slots[index].wanted = old.slots[index].wanted
      peers[place].pointee.slots[index].height = old.slots[index].height
    }
    restoreSeats(old.slots.map { $0.seen }, of: place, now: now)
    setShowing(place, now: now)
    reseat(room: old.room, now: now)
    wake(place, at: now)
    return true
  }

  private func countFormats(of place: Int32, _ members: Int) {
    if !peers[place].pointee.takesVP9 { rooms[peers[place].pointee.room].pointee.withoutVP9 += members }
  }

  // MARK: Streams of a peer

  private mutating func makeSlots(of place: Int32, configuration: PeerConfiguration) -> Bool {
    for slot in configuration.slots {
      guard let made = makeSlot(slot, of: place) else { return false }
      peers[place].pointee.slots.append(made)
    }
    if let slot = configuration.screenSlot {
      guard var made = makeSlot(slot, of: place) else { return false }
      made.height = Self.screenHeight
      if made.video >= 0 { downTracks[made.video].pointee.requestedHeight = Self.screenHeight }
      peers[place].pointee.screenSlot = made
    }
    return true
  }

  /// Screens are sent as tall as they come.
  static var screenHeight: Int { 4_320 }

  private mutating func makeSlot(_ configuration: SlotConfiguration, of place: Int32) -> Slot? {
    var slot = Slot()
    slot.cname = Array(configuration.cname.utf8)
    if let audio = configuration.audio {
      guard let track = makeDownTrack(audio, isVideo: false, of: place) else { return nil }
      slot.audio = track
    }
    if let video = configuration.video {
      guard let track = makeDownTrack(video, isVideo: true, of: place) else {
        if slot.audio >= 0 { downTracks.remove(slot.audio) }
        return nil
      }
      slot.video = track
    }
    return slot
  }

  private mutating func makeDownTrack(
    _ configuration: SlotTrackConfiguration, isVideo: Bool, of place: Int32
  ) -> Int32? {
    guard let free = downTracks.nextFree else { return nil }
    return downTracks.insert(
      DownTrack(
        receiver: place, isVideo: isVideo, configuration: configuration,
        extensions: peers[place].pointee.extensions, random: random.next(), rtxRandom: random.next(),
        segments: segments + Int(free) * StreamMunger.remembered))
  }

  private mutating func destroySlots(of place: Int32) {
    for slot in peers[place].pointee.slots { destroy(slot) }
    if let slot = peers[place].pointee.screenSlot { destroy(slot) }
    peers[place].pointee.slots = []
    peers[place].pointee.screenSlot = nil
  }

  private mutating func destroy(_ slot: Slot) {
    for track in [slot.audio, slot.video] where track >= 0 {
      unsubscribe(track)
      downTracks.remove(track)
    }
  }

  mutating func destroyUpTracks(of place: Int32) {
    for kind in SourceKind.allCases {
      for layer in 0..<Source.maximumLayers {
        let track = peers[place].pointee.sources[Int(kind.rawValue)].layers[layer]
        if track >= 0 { destroyUpTrack(track) }
      }
    }
  }

  mutating func destroyUpTrack(_ track: Int32) {
    let upTrack = upTracks[track].pointee
    let room = peers[upTrack.peer].pointee.room
    ssrcs.remove(RoomSSRC(room: room, ssrc: upTrack.ssrc))
    if let rtx = upTrack.rtxSSRC { ssrcs.remove(RoomSSRC(room: room, ssrc: rtx)) }
    let kind = Int(upTrack.kind.rawValue)
    peers[upTrack.peer].pointee.sources[kind].layers[Int(upTrack.layer)] = -1
    let wasScalable = peers[upTrack.peer].pointee.sources[kind].isScalable && upTrack.layer == 0
    if wasScalable { peers[upTrack.peer].pointee.sources[kind].isScalable = false }
    // Whoever was fed by it begins again, on a key frame of what comes next.
    var subscriber = peers[upTrack.peer].pointee.sources[kind].firstSubscriber
    while subscriber >= 0 {
      let down = downTracks[subscriber]
      if wasScalable || down.pointee.currentLayer == upTrack.layer { down.pointee.currentLayer = -1 }
      subscriber = down.pointee.nextSubscriber
    }
    upTracks[track].pointee.destroy()
    upTracks.remove(track)
  }
}
