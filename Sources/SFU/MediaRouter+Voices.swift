internal import Bytes
internal import RTCCore

/// Who is heard: listens to levels, ranks the speakers of a room for all of its receivers, and carries out what
/// `SlotPolicy` makes of the ranking.
extension MediaRouter {
  /// A packet of sound came. False when it is silence that nobody needs. A turn that begins has the speakers ranked at
  /// the sender's next visit.
  @inline(__always)
  mutating func listen(_ level: AudioLevel?, to track: Int32, now: Instant) -> Bool {
    let upTrack = upTracks[track]
    let peer = upTrack.pointee.peer
    if upTrack.pointee.kind == .microphone, peers[peer].pointee.voice.note(level, now: now) {
      rooms[peers[peer].pointee.room].pointee.rankingDue = now
      peers[peer].pointee.nextSelection = now
      wake(peer, at: now)
    }
    let verdict = upTrack.pointee.silence.take(isSilent: level?.level == 127)
    upTrack.pointee.resumes = verdict == .resumes
    return verdict != .dropped
  }

  /// How often speakers are ranked anew (Jitsi: 300 ms).
  private static var rankingInterval: TimeDelta { .milliseconds(200) }

  /// Ranks the speakers of a room if that is due, once for all of its receivers.
  mutating func rankSpeakers(of room: Int32, now: Instant) {
    guard now >= rooms[room].pointee.rankingDue else { return }
    rooms[room].pointee.rankingDue = now + Self.rankingInterval
    candidates.removeAll(keepingCapacity: true)
    for member in rooms[room].pointee.members {
      let peer = peers[member]
      guard let lastActive = peer.pointee.voice.lastActive,
        peer.pointee.voice.spoke(within: VoiceActivity.memory, of: now)
      else { continue }
      candidates.append(
        SpeakerRanking.Candidate(
          peer: member, isActive: peer.pointee.voice.isActive(at: now), lastActive: lastActive,
          loudness: peer.pointee.voice.loudness, speech: peer.pointee.voice.speech(at: now)))
    }
    let change = rooms[room].pointee.speakers.update(candidates, now: now)
    let members = rooms[room].pointee.members
    if change.dominant {
      let dominant = rooms[room].pointee.speakers.dominant
      peers[dominant].pointee.lastFloor = now
      if rooms[room].pointee.showing.contains(dominant) {
        for member in members { offerSeat(to: dominant, of: member, worth: now.nanoseconds, now: now) }
      }
    }
    if change.voices { for member in members { revoice(member, now: now) } }
  }

  /// Lets a receiver of a crowded room hear those who speak now.
  mutating func revoice(_ place: Int32, now: Instant) {
    guard peers[place].pointee.isInCrowd else { return }
    seats.removeAll(keepingCapacity: true)
    voices.removeAll(keepingCapacity: true)
    speakers.removeAll(keepingCapacity: true)
    for index in peers[place].pointee.slots.indices {
      seats.append(peers[place].pointee.slots[index].seen)
      voices.append(peers[place].pointee.slots[index].heard)
    }
    let room = peers[place].pointee.room
    for index in rooms[room].pointee.speakers.voices.indices {
      let speaker = rooms[room].pointee.speakers.voices[index]
      if speaker != place { speakers.append(speaker) }
    }
    SlotPolicy.voice(&voices, seats: seats, speakers: speakers)
    for index in voices.indices { setHeard(voices[index], slot: index, of: place, now: now) }
  }
}
