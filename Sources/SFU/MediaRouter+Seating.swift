internal import Bytes
internal import RTCCore

/// Who sits in which slot: carries out `SlotPolicy` and says what changed.
extension MediaRouter {
  mutating func setView(_ requests: [ViewRequest], of place: Int32, now: Instant) {
    let count = peers[place].pointee.slots.count
    for index in 0..<count {
      peers[place].pointee.slots[index].wanted = nil
      peers[place].pointee.slots[index].height = Slot.defaultHeight
      peers[place].pointee.slots[index].priority = 0
    }
    for request in requests where request.slot >= 0 && request.slot < count {
      peers[place].pointee.slots[request.slot].wanted = request.participant
      peers[place].pointee.slots[request.slot].priority = request.priority
    }
    reseat(place, now: now)
    for request in requests where request.slot >= 0 && request.slot < count {
      let slot = request.participant.flatMap { slotIndex(showing: $0, of: place) } ?? request.slot
      peers[place].pointee.slots[slot].height = max(0, min(request.pixelHeight, 4_320))
    }
    for slot in peers[place].pointee.slots where slot.video >= 0 {
      downTracks[slot.video].pointee.requestedHeight = slot.height
    }
    let screen = peers[place].pointee.screenSlot?.video ?? -1
    if screen >= 0 {
      let asked = requests.last { $0.slot == count }?.pixelHeight ?? Self.screenHeight
      downTracks[screen].pointee.requestedHeight = max(0, min(asked, 4_320))
    }
    allocate(place, now: now)
    for slot in peers[place].pointee.slots where slot.video >= 0 { choose(slot.video, now: now) }
    if screen >= 0 { choose(screen, now: now) }
  }

  private func slotIndex(showing id: PeerID, of place: Int32) -> Int? {
    guard let wanted = self.place(of: id) else { return nil }
    return peers[place].pointee.slots.firstIndex { $0.seen == wanted }
  }

  mutating func setSource(_ kind: SourceKind, enabled: Bool, of place: Int32, now: Instant) {
    peers[place].pointee.sources[Int(kind.rawValue)].isEnabled = enabled
    let room = peers[place].pointee.room
    if kind == .camera { setShowing(place, now: now) }
    if kind == .screen {
      if enabled {
        rooms[room].pointee.presenter = place
      } else if rooms[room].pointee.presenter == place {
        rooms[room].pointee.presenter = -1
      }
      for member in rooms[room].pointee.members { seatScreen(of: member, now: now) }
    }
    guard enabled else { return }
    var track = peers[place].pointee.sources[Int(kind.rawValue)].firstSubscriber
    while track >= 0 {
      choose(track, now: now)
      track = downTracks[track].pointee.nextSubscriber
    }
  }

  /// Seats those of a room for whom it matters that somebody came or went: in a crowd most have their seats full.
  mutating func reseat(room: Int32, now: Instant) {
    let members = rooms[room].pointee.members
    for member in members where isUnsettled(member, members: members.count) { reseat(member, now: now) }
  }

  /// Whether a receiver has a seat to give, a wish that may be met, or voices chosen by the other rule.
  private func isUnsettled(_ place: Int32, members: Int) -> Bool {
    let slots = peers[place].pointee.slots
    let isCrowded = SlotPolicy.isCrowded(seats: slots.count, members: members)
    if peers[place].pointee.isInCrowd != isCrowded { return true }
    for slot in slots {
      if slot.seen < 0 { return true }
      if isCrowded, let wanted = slot.wanted, peers[slot.seen].pointee.id != wanted { return true }
    }
    return false
  }

  /// Somebody's camera went on or off, or they came or go. Who begins to show a picture takes the seat of somebody
  /// without one wherever there is a crowd and nobody else was asked for.
  mutating func setShowing(_ place: Int32, now: Instant) {
    let room = peers[place].pointee.room
    let camera = source(place, .camera)
    let shows = camera.isNegotiated && camera.isEnabled
    guard shows != rooms[room].pointee.showing.contains(place) else { return }
    guard shows else {
      rooms[room].pointee.showing.removeAll { $0 == place }
      return
    }
    rooms[room].pointee.showing.append(place)
    for member in rooms[room].pointee.members { offerSeat(to: place, of: member, worth: 1, now: now) }
  }

  /// Shows `newcomer` to a receiver in a crowd, if there is a slot that is worth less with whoever has it.
  mutating func offerSeat(to newcomer: Int32, of place: Int32, worth: Int64, now: Instant) {
    guard place != newcomer, peers[place].pointee.isInCrowd,
      !peers[place].pointee.slots.contains(where: { $0.seen == newcomer })
    else { return }
    let room = peers[place].pointee.room
    let slots = peers[place].pointee.slots
    let requests = slots.map { slot in slot.height == 0 ? place : slot.wanted.flatMap { member($0, of: room) } ?? -1 }
    let seat = SlotPolicy.place(worth: worth, seats: slots.map { $0.seen }, requests: requests) { self.worth(of: $0) }
    if let seat { setSeen(newcomer, slot: seat, of: place, now: now) }
  }

  /// Of somebody whom nobody asked for: no picture; a picture; a picture, and when they had the floor.
  private func worth(of place: Int32) -> Int64 {
    let camera = source(place, .camera)
    guard camera.isNegotiated, camera.isEnabled else { return 0 }
    return max(1, peers[place].pointee.lastFloor.nanoseconds)
  }

  /// Gives a replaced session the seats it had.
  mutating func restoreSeats(_ seats: [Int32], of place: Int32, now: Instant) {
    for (index, seen) in seats.enumerated() where index < peers[place].pointee.slots.count && seen >= 0 {
      setSeen(seen, slot: index, of: place, now: now)
    }
  }

  /// Empties the slots in which `gone` was seen or heard.
  mutating func forget(_ gone: Int32, in place: Int32) {
    for index in peers[place].pointee.slots.indices {
      if peers[place].pointee.slots[index].heard == gone { peers[place].pointee.slots[index].heard = -1 }
      guard peers[place].pointee.slots[index].seen == gone else { continue }
      peers[place].pointee.slots[index].seen = -1
      report(nil, slot: index, .person, of: place)
    }
    guard peers[place].pointee.screenSlot?.seen == gone else { return }
    peers[place].pointee.screenSlot?.seen = -1
    report(nil, slot: 0, .screen, of: place)
  }

  private mutating func reseat(_ place: Int32, now: Instant) {
    let slots = peers[place].pointee.slots
    let room = peers[place].pointee.room
    let members = rooms[room].pointee.members
    var seats = slots.map { $0.seen }
    let requests = slots.map { slot in slot.wanted.flatMap { member($0, of: room) } ?? -1 }
    SlotPolicy.seat(
      &seats, requests: requests, showing: rooms[room].pointee.showing, members: members, receiver: place)
    for index in seats.indices where seats[index] != slots[index].seen {
      setSeen(seats[index], slot: index, of: place, now: now)
    }
    peers[place].pointee.isInCrowd = SlotPolicy.isCrowded(seats: seats.count, members: members.count)
    if peers[place].pointee.isInCrowd {
      revoice(place, now: now)
    } else {
      for index in seats.indices { setHeard(seats[index], slot: index, of: place, now: now) }
    }
    seatScreen(of: place, now: now)
  }

  private func member(_ id: PeerID, of room: Int32) -> Int32? {
    guard let place = self.place(of: id), peers[place].pointee.room == room else { return nil }
    return place
  }

  private mutating func seatScreen(of place: Int32, now: Instant) {
    guard let slot = peers[place].pointee.screenSlot else { return }
    let presenter = rooms[peers[place].pointee.room].pointee.presenter
    let seen = presenter == place ? -1 : presenter
    guard slot.seen != seen else { return }
    peers[place].pointee.screenSlot?.seen = seen
    if slot.video >= 0 { subscribe(slot.video, to: seen, .screen, now: now) }
    if slot.audio >= 0 { subscribe(slot.audio, to: seen, .screenAudio, now: now) }
    report(seen, slot: 0, .screen, of: place)
  }

  private mutating func setSeen(_ seen: Int32, slot index: Int, of place: Int32, now: Instant) {
    peers[place].pointee.slots[index].seen = seen
    let track = peers[place].pointee.slots[index].video
    if track >= 0 { subscribe(track, to: seen, .camera, now: now) }
    report(seen, slot: index, .person, of: place)
  }

  mutating func setHeard(_ heard: Int32, slot index: Int, of place: Int32, now: Instant) {
    guard peers[place].pointee.slots[index].heard != heard else { return }
    peers[place].pointee.slots[index].heard = heard
    let track = peers[place].pointee.slots[index].audio
    if track >= 0 { subscribe(track, to: heard, .microphone, now: now) }
  }

  private mutating func report(_ source: Int32?, slot: Int, _ kind: SlotKind, of place: Int32) {
    let id = source.flatMap { $0 >= 0 ? peers[$0].pointee.id : nil }
    events.append(.slotChanged(receiver: peers[place].pointee.id, slot: slot, kind: kind, source: id))
  }
}
