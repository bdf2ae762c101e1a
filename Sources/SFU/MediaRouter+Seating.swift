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
    allocate(place, now: now)
    for slot in peers[place].pointee.slots where slot.video >= 0 { choose(slot.video, now: now) }
  }

  private func slotIndex(showing id: PeerID, of place: Int32) -> Int? {
    guard let wanted = self.place(of: id) else { return nil }
    return peers[place].pointee.slots.firstIndex { $0.seen == wanted }
  }

  mutating func setSource(_ kind: SourceKind, enabled: Bool, of place: Int32, now: Instant) {
    peers[place].pointee.sources[Int(kind.rawValue)].isEnabled = enabled
    let room = peers[place].pointee.room
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

  /// Seats everybody of a room after somebody came or went.
  mutating func reseat(room: Int32, now: Instant) {
    for member in rooms[room].pointee.members { reseat(member, now: now) }
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
    let members = rooms[peers[place].pointee.room].pointee.members
    var seats = slots.map { $0.seen }
    let requests = slots.map { slot in slot.wanted.flatMap { self.member($0, of: peers[place].pointee.room) } ?? -1 }
    SlotPolicy.seat(&seats, requests: requests, members: members, receiver: place)
    for index in seats.indices where seats[index] != slots[index].seen {
      setSeen(seats[index], slot: index, of: place, now: now)
    }
    var voices = slots.map { $0.heard }
    if SlotPolicy.isCrowded(seats: seats.count, members: members.count) {
      for index in voices.indices where voices[index] == -1 && !voices.contains(seats[index]) {
        voices[index] = seats[index]
      }
    } else {
      voices = seats
    }
    setHeard(voices, of: place, now: now)
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

  private mutating func setHeard(_ voices: [Int32], of place: Int32, now: Instant) {
    for (index, heard) in voices.enumerated() where peers[place].pointee.slots[index].heard != heard {
      peers[place].pointee.slots[index].heard = heard
      let track = peers[place].pointee.slots[index].audio
      if track >= 0 { subscribe(track, to: heard, .microphone, now: now) }
    }
  }

  private mutating func report(_ source: Int32?, slot: Int, _ kind: SlotKind, of place: Int32) {
    let id = source.flatMap { $0 >= 0 ? peers[$0].pointee.id : nil }
    events.append(.slotChanged(receiver: peers[place].pointee.id, slot: slot, kind: kind, source: id))
  }

  // MARK: Voices

  /// Lets a receiver of a crowded room hear those who speak now.
  mutating func revoice(_ place: Int32, now: Instant) {
    let room = peers[place].pointee.room
    let slots = peers[place].pointee.slots
    guard SlotPolicy.isCrowded(seats: slots.count, members: rooms[room].pointee.members.count) else { return }
    refreshSpeakers(of: room, now: now)
    var voices = slots.map { $0.heard }
    SlotPolicy.voice(
      &voices, seats: slots.map { $0.seen }, speakers: rooms[room].pointee.speakers, receiver: place,
      silence: { silence(of: $0, now: now) })
    setHeard(voices, of: place, now: now)
  }

  /// Nanoseconds since somebody's turn ended; nil while it lasts.
  private func silence(of place: Int32, now: Instant) -> Int64? {
    let voice = peers[place].pointee.voice
    guard !voice.isActive(at: now) else { return nil }
    return voice.lastActive.map { (now - $0).nanoseconds } ?? .max
  }

  private mutating func refreshSpeakers(of room: Int32, now: Instant) {
    guard now >= rooms[room].pointee.speakersDue else { return }
    rooms[room].pointee.speakersDue = now + .milliseconds(100)
    let active = rooms[room].pointee.members.filter { peers[$0].pointee.voice.isActive(at: now) }
    rooms[room].pointee.speakers = active.sorted { a, b in
      let (first, second) = (peers[a].pointee.voice.score, peers[b].pointee.voice.score)
      return first != second ? first > second : a < b
    }
  }
}
