/// Bounds of a lobby.
package struct LobbyLimits: Equatable, Sendable {
  /// People who wait at one time.
  package var waiting = 32
  /// Devices that are remembered to have knocked.
  package var remembered = 256

  package init() {}
}

/// Somebody before the door.
package struct KnockRequest: Equatable, Sendable {
  /// What becomes of them when they are let in.
  package var join: JoinRequest
  /// Digest of the device's key, 16 bytes.
  package var device: [UInt8]
  /// The sealed name, at most a few hundred bytes, which the lobby only passes on.
  package var box: [UInt8]?
  /// Id of the invitation that they came with.
  package var invitation: [UInt8]?

  package init(join: JoinRequest, device: [UInt8], box: [UInt8]?, invitation: [UInt8]? = nil) {
    self.join = join
    self.device = device
    self.box = box
    self.invitation = invitation
  }
}

/// A place in a lobby.
package struct LobbyPlace: Equatable, Sendable {
  /// Never given twice by one lobby.
  package let id: Int
  package var request: KnockRequest
  package var connection: ConnectionID
  /// The same device has knocked before.
  package var again: Bool
}

/// What has to be done because of something in a lobby, in this order.
package enum LobbyEffect: Equatable, Sendable {
  /// Those wait; `isOpenable` says whether anybody is there who could open.
  case wait([ConnectionID], isOpenable: Bool)
  /// For those who decide.
  case knock([ConnectionID], LobbyPlace)
  case gone([ConnectionID], id: Int)
  /// The connection has been replaced by a newer one of the same device.
  case disconnect(ConnectionID)
  case refuse(ConnectionID, RoomRefusal)
  /// Let in: becomes a participant, if the room has a place.
  case enter(LobbyPlace)
}

/// Those who wait to be let into a room, and those who decide. Whoever waits learns whether somebody could open, and nothing else.
/// A room that does not exist is a lobby in which nobody ever decides.
package struct Lobby: Sendable {
  private let limits: LobbyLimits
  /// In order of arrival.
  package private(set) var places: [LobbyPlace] = []
  /// Connections of those who decide, in ascending order of their participants.
  private var deciders: [ConnectionID] = []
  /// Devices that have knocked, the oldest first.
  private var known: [[UInt8]] = []
  private var banned: Set<[UInt8]> = []
  private var nextID = 0

  package init(limits: LobbyLimits = LobbyLimits()) { self.limits = limits }

  /// In an order that depends on nothing else.
  package var bannedDevices: [[UInt8]] { banned.sorted { $0.lexicographicallyPrecedes($1) } }

  package func isBanned(_ device: [UInt8]) -> Bool { banned.contains(device) }

  /// Puts devices on the list of those that nobody is let in with. Whoever waits with one is sent away.
  package mutating func ban(_ devices: some Sequence<[UInt8]>) -> [LobbyEffect] {
    for device in devices { banned.insert(device) }
    return remove(.banned) { [banned] in banned.contains($0.request.device) }
  }

  /// Takes a place, the old one when the device has one. `now` counts for nothing here: rates are the door's.
  package mutating func knock(_ request: KnockRequest, from connection: ConnectionID) -> [LobbyEffect] {
    guard !isBanned(request.device) else { return [.refuse(connection, .banned)] }
    let again = known.contains(request.device)
    var effects: [LobbyEffect] = []
    let place: LobbyPlace
    if let position = places.firstIndex(where: { $0.request.device == request.device }) {
      effects.append(.disconnect(places[position].connection))
      places[position].request = request
      places[position].connection = connection
      places[position].again = true
      place = places[position]
    } else {
      guard places.count < limits.waiting else { return [.refuse(connection, .knockLimit)] }
      place = LobbyPlace(id: nextID, request: request, connection: connection, again: again)
      nextID += 1
      places.append(place)
    }
    if !again { remember(request.device) }
    effects.append(.wait([connection], isOpenable: !deciders.isEmpty))
    if !deciders.isEmpty { effects.append(.knock(deciders, place)) }
    return effects
  }

  /// Those of `ids` that still wait come in. Of two who decide on one knock the first has decided.
  package mutating func admit(_ ids: [Int]) -> [LobbyEffect] { admit { ids.contains($0.id) } }

  /// All who came with one of those invitations come in.
  package mutating func admit(invited ids: Set<[UInt8]>) -> [LobbyEffect] {
    admit { place in place.request.invitation.map(ids.contains) ?? false }
  }

  /// Everybody comes in: the door has been opened.
  package mutating func admitAll() -> [LobbyEffect] { admit { _ in true } }

  package mutating func turnAway(_ ids: [Int], ban: Bool) -> [LobbyEffect] {
    guard ban else { return remove(.refused) { ids.contains($0.id) } }
    return self.ban(places.filter { ids.contains($0.id) }.map { $0.request.device })
  }

  /// Everybody who waits is to knock again: the link that they came by leads elsewhere now.
  package mutating func sendAway() -> [LobbyEffect] {
    let all = places
    places = []
    return all.flatMap { gone($0.id) + [.disconnect($0.connection)] }
  }

  /// The connection of somebody who waits is gone.
  package mutating func lose(_ connection: ConnectionID) -> [LobbyEffect] {
    guard let position = places.firstIndex(where: { $0.connection == connection }) else { return [] }
    return gone(places.remove(at: position).id)
  }

  package func isWaiting(_ connection: ConnectionID) -> Bool { places.contains { $0.connection == connection } }

  /// Devices behind knocks that still wait.
  package func devices(of ids: [Int]) -> [[UInt8]] { places.filter { ids.contains($0.id) }.map { $0.request.device } }

  /// Those decide from now on: who is new among them hears of everybody who waits.
  package mutating func setDeciders(_ connections: [ConnectionID]) -> [LobbyEffect] {
    guard connections != deciders else { return [] }
    let new = connections.filter { !deciders.contains($0) }
    let wasOpenable = !deciders.isEmpty
    deciders = connections
    var effects: [LobbyEffect] = []
    if !new.isEmpty { for place in places { effects.append(.knock(new, place)) } }
    if wasOpenable == connections.isEmpty, !places.isEmpty {
      effects.append(.wait(places.map { $0.connection }, isOpenable: !connections.isEmpty))
    }
    return effects
  }

  // MARK: Places

  private mutating func admit(_ isMeant: (LobbyPlace) -> Bool) -> [LobbyEffect] {
    let admitted = places.filter(isMeant)
    places.removeAll { place in admitted.contains { $0.id == place.id } }
    return admitted.flatMap { gone($0.id) + [.enter($0)] }
  }

  private mutating func remove(_ refusal: RoomRefusal, _ isMeant: (LobbyPlace) -> Bool) -> [LobbyEffect] {
    let removed = places.filter(isMeant)
    places.removeAll { place in removed.contains { $0.id == place.id } }
    return removed.flatMap { gone($0.id) + [.refuse($0.connection, refusal)] }
  }

  private func gone(_ id: Int) -> [LobbyEffect] { deciders.isEmpty ? [] : [.gone(deciders, id: id)] }

  private mutating func remember(_ device: [UInt8]) {
    known.append(device)
    if known.count > limits.remembered { known.removeFirst() }
  }
}
