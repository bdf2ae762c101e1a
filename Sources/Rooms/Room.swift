package import Bytes

/// A room: who is in it, who may come in, who hears what. A value that turns commands into effects; it has no clock, no
/// randomness, and knows neither connections nor media but by number.
package struct Room: Sendable {
  /// SHA-256 of the gate: the link's holders, and nobody else, know what hashes to it.
  private var gateHash: [UInt8]
  /// Those before it, the latest first: participants who have missed the change come back with one of them.
  private var formerGates: [[UInt8]] = []
  private let limits: RoomLimits
  /// In order of `entry.index`, which is the order of arrival.
  private var participants: [Participant] = []
  private var nextIndex = 0
  private var messages: Int64 = 0
  private var emptySince: Instant?
  /// Of who has just come in.
  private let initialRights: ParticipantRights?

  /// An empty room, which is forgotten like any other when nobody comes. Where somebody governs, whoever comes in may do nothing
  /// until `setRights` says otherwise.
  package init(gateHash: [UInt8], isGoverned: Bool = false, limits: RoomLimits, now: Instant) {
    self.gateHash = gateHash
    initialRights = isGoverned ? nil : .all
    self.limits = limits
    emptySince = now
  }

  /// When `advance` has something to do next; `.distantFuture` for never.
  package var nextDeadline: Instant {
    if let emptySince { return emptySince + limits.emptyGrace }
    var deadline = Instant.distantFuture
    for participant in participants {
      if case .lost(let since) = participant.presence { deadline = min(deadline, since + limits.grace) }
    }
    return deadline
  }

  /// True once the room has been empty for its grace: it may be dropped with everything it knows.
  package func isOver(at now: Instant) -> Bool {
    guard let emptySince else { return false }
    return now >= emptySince + limits.emptyGrace
  }

  /// The index of whoever `connection` belongs to.
  package func index(of connection: ConnectionID) -> Int? {
    position(of: connection).map { participants[$0].entry.index }
  }

  /// The connection that leads to a participant now.
  package func connection(of index: Int) -> ConnectionID? {
    participant(index)?.connection
  }

  /// Those who are there now, in order of their arrival.
  package var connected: [(index: Int, connection: ConnectionID)] {
    participants.compactMap { participant in participant.connection.map { (participant.entry.index, $0) } }
  }

  /// The join id of a participant.
  package func join(of index: Int) -> [UInt8]? { participant(index)?.entry.join }

  /// The participant whose token a request has; nil for a wrong gate, too.
  package func index(holding request: JoinRequest) -> Int? {
    position(holding: request).map { participants[$0].entry.index }
  }

  /// From now on only this gate leads in; SHA-256 of it. Who is inside stays, and comes back as before.
  package mutating func setGate(_ hash: [UInt8]) {
    formerGates.insert(gateHash, at: 0)
    if formerGates.count > limits.formerGates { formerGates.removeLast() }
    gateHash = hash
  }

  /// Sends those away for whom `isMeant` says so, by index; they may come again.
  package mutating func dismiss(now: Instant, where isMeant: (Int) -> Bool) -> [RoomEffect] {
    var effects: [RoomEffect] = []
    for index in participants.map({ $0.entry.index }) where isMeant(index) {
      guard let position = participants.firstIndex(where: { $0.entry.index == index }) else { continue }
      let connection = participants[position].connection
      effects += remove(at: position, reason: .left, now)
      if let connection { effects.append(.disconnect(connection)) }
    }
    return effects
  }

  /// What a participant says it sends; nothing for an index that nobody has.
  package func media(of index: Int) -> MediaState {
    participant(index)?.entry.media ?? MediaState()
  }

  /// Who shares a screen.
  package var screenSharer: Int? { participants.first { $0.entry.media.screen }?.entry.index }

  package mutating func apply(_ command: RoomCommand, from connection: ConnectionID, now: Instant) -> [RoomEffect] {
    if case .join(let request) = command { return join(request, connection, now) }
    guard let position = position(of: connection) else { return [] }
    switch command {
    case .join: return []
    case .setMedia(let media): return setMedia(media, at: position, connection)
    case .say(let box, let indices, let isControl):
      if let refusal = refusal(at: position, isControl, now) { return [.refuse(connection, refusal)] }
      return say(box, from: participants[position].entry.index, to: indices)
    case .leave: return remove(at: position, reason: .left, now)
    case .loseConnection:
      participants[position].presence = .lost(since: now)
      return []
    }
  }

  /// Puts a participant out: the others have removed it from what they share.
  package mutating func expel(_ index: Int, now: Instant) -> [RoomEffect] {
    guard let position = participants.firstIndex(where: { $0.entry.index == index }) else { return [] }
    let connection = participants[position].connection
    return remove(at: position, reason: .removed, now) + (connection.map { [.expel($0)] } ?? [])
  }

  /// Ends the grace of those who have not come back.
  package mutating func advance(to now: Instant) -> [RoomEffect] {
    var effects: [RoomEffect] = []
    while let position = participants.firstIndex(where: { isExpired($0, now) }) {
      effects += remove(at: position, reason: .lost, now)
    }
    return effects
  }
}

// MARK: - Coming and going

extension Room {
  private mutating func join(_ request: JoinRequest, _ connection: ConnectionID, _ now: Instant) -> [RoomEffect] {
    guard let position = position(holding: request) else {
      guard request.gateHash.isEqualInConstantTime(to: gateHash) else { return [.refuse(connection, .wrongGate)] }
      return enter(request, connection, now)
    }
    // Media keys hang on the join id: with another one it is a new participant, and the old one must not linger.
    guard participants[position].entry.join == request.join else {
      return remove(at: position, reason: .left, now) + enter(request, connection, now)
    }
    return resume(at: position, connection)
  }

  private mutating func enter(_ request: JoinRequest, _ connection: ConnectionID, _ now: Instant) -> [RoomEffect] {
    guard participants.count < limits.participants, nextIndex <= limits.maximumIndex else {
      return [.refuse(connection, .full)]
    }
    guard !participants.contains(where: { $0.entry.join == request.join }) else {
      return [.refuse(connection, .joinTaken)]
    }
    let others = participants.map { $0.entry }
    let entry = ParticipantEntry(index: nextIndex, join: request.join, media: MediaState())
    nextIndex += 1
    emptySince = nil
    participants.append(
      Participant(
        entry: entry, resumeToken: request.freshToken, presence: .connected(connection), rights: initialRights,
        control: TokenBucket(capacity: limits.controlMessages, period: limits.controlPeriod, now: now)))
    let welcome = RoomWelcome(
      index: entry.index, resumeToken: request.freshToken, resumed: false, others: others)
    return [.welcome(connection, welcome), tell(.joined(entry), except: entry.index)]
  }

  private mutating func resume(at position: Int, _ connection: ConnectionID) -> [RoomEffect] {
    var effects: [RoomEffect] = []
    if let old = participants[position].connection { effects.append(.disconnect(old)) }
    participants[position].presence = .connected(connection)
    let participant = participants[position]
    let others = participants.filter { $0.entry.index != participant.entry.index }.map { $0.entry }
    let welcome = RoomWelcome(
      index: participant.entry.index, resumeToken: participant.resumeToken, resumed: true, others: others)
    effects.append(.welcome(connection, welcome))
    for message in participant.missed { effects.append(.tell([connection], .message(message))) }
    participants[position].missed = []
    return effects
  }

  private mutating func remove(at position: Int, reason: LeaveReason, _ now: Instant) -> [RoomEffect] {
    let index = participants.remove(at: position).entry.index
    if participants.isEmpty { emptySince = now }
    return [.endMedia(index: index), tell(.left(index: index, reason: reason), except: index)]
  }

  private func isExpired(_ participant: Participant, _ now: Instant) -> Bool {
    guard case .lost(let since) = participant.presence else { return false }
    return now >= since + limits.grace
  }
}

// MARK: - Saying and showing

extension Room {
  private mutating func setMedia(
    _ wanted: MediaState, at position: Int, _ connection: ConnectionID
  ) -> [RoomEffect] {
    let index = participants[position].entry.index
    participants[position].wanted = wanted
    var media = wanted.limited(by: participants[position].rights ?? .none)
    var effects: [RoomEffect] = []
    if media != wanted, participants[position].rights != nil { effects.append(.refuse(connection, .notAllowed)) }
    if media.screen, let sharer = screenSharer, sharer != index {
      media.screen = false
      media.screenAudio = false
      effects.append(.refuse(connection, .screenBusy))
    }
    return effects + show(media, at: position)
  }

  private mutating func show(_ media: MediaState, at position: Int) -> [RoomEffect] {
    let index = participants[position].entry.index
    guard media != participants[position].entry.media else { return [] }
    participants[position].entry.media = media
    return [.setSources(index: index, media), tell(.updated(index: index, media: media), except: index)]
  }

  /// Says what each participant may do now; nil for who may do nothing yet. What is cut by it stays off until the participant
  /// turns it on again: nobody's microphone goes on because somebody else allowed it.
  package mutating func setRights(_ rights: (Int) -> ParticipantRights?) -> [RoomEffect] {
    var cuts: [RoomEffect] = []
    for position in participants.indices {
      let new = rights(participants[position].entry.index)
      let old = participants[position].rights
      guard new != old else { continue }
      participants[position].rights = new
      var media = participants[position].entry.media
      if old == nil { media = participants[position].wanted }
      if media.screen, let sharer = screenSharer, sharer != participants[position].entry.index {
        media.screen = false
        media.screenAudio = false
      }
      media = media.limited(by: new ?? .none)
      if new != nil { participants[position].wanted = media }
      cuts += show(media, at: position)
    }
    return cuts
  }

  /// Why a participant may not send a message now.
  private mutating func refusal(at position: Int, _ isControl: Bool, _ now: Instant) -> RoomRefusal? {
    guard participants[position].rights?.content != true else { return nil }
    guard isControl else { return .notAllowed }
    return participants[position].control.take(now: now) ? nil : .rateLimited
  }

  private mutating func say(_ box: [UInt8], from index: Int, to indices: [Int]?) -> [RoomEffect] {
    // A message that is not for everybody leaves no gap for the others.
    if indices == nil { messages += 1 }
    let message = RoomMessage(from: index, box: box, sequence: messages)
    let chosen = indices.map { Set($0) }
    var connections: [ConnectionID] = []
    for position in participants.indices {
      let receiver = participants[position].entry.index
      // The sender as well: to see it come back is to know that it was taken.
      guard chosen?.contains(receiver) ?? true || receiver == index else { continue }
      if let connection = participants[position].connection {
        connections.append(connection)
      } else {
        participants[position].keep(message, limits: limits)
      }
    }
    return [.tell(connections, .message(message))]
  }

  private func tell(_ event: RoomEvent, except index: Int?) -> RoomEffect {
    .tell(participants.compactMap { $0.entry.index == index ? nil : $0.connection }, event)
  }
}

// MARK: - Finding

extension Room {
  private func position(of connection: ConnectionID) -> Int? {
    participants.firstIndex { $0.connection == connection }
  }

  private func participant(_ index: Int) -> Participant? {
    participants.first { $0.entry.index == index }
  }

  private func position(of token: [UInt8]) -> Int? {
    participants.firstIndex { $0.resumeToken.isEqualInConstantTime(to: token) }
  }

  /// With the gate of now; or, as the participant that one was, with one that was the room's before.
  private func position(holding request: JoinRequest) -> Int? {
    guard let token = request.resumeToken, let position = position(of: token) else { return nil }
    if request.gateHash.isEqualInConstantTime(to: gateHash) { return position }
    guard participants[position].entry.join == request.join,
      formerGates.contains(where: { $0.isEqualInConstantTime(to: request.gateHash) })
    else { return nil }
    return position
  }
}
