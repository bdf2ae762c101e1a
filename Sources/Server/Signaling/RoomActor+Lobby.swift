import Bytes
import Delivery
import RoomRules
import Rooms
import Signaling

// Before the door of a room with a host.

extension RoomActor {
  /// Whether somebody comes whom nobody has to be protected from: a participant, or one whom the host has invited. Changes nothing.
  func expects(_ request: JoinRequest, _ visitor: Visitor) -> Bool {
    if room.index(holding: request) != nil { return true }
    guard let governance, let id = visitor.invitation else { return false }
    return governance.book.verdict(on: id, device: visitor.device, now: context.unixTime()) == .valid
  }

  /// Whether the request is of a participant of this room.
  func holds(_ request: JoinRequest) -> Bool { room.index(holding: request) != nil }

  /// Another room has taken this door's place: who waits knocks there.
  func retire() {
    isRetired = true
    perform(governance?.lobby.sendAway() ?? [])
  }

  /// Whether the room has ever had its host: until then it is only people who wait.
  var isOpened: Bool { governance.map { $0.wasOpened } ?? true }

  func arrive(_ request: JoinRequest, _ visitor: Visitor, _ peer: Peer) -> JoinOutcome {
    guard !isRetired else { return .retired }
    guard let governance else { return .refused(.wrongGate) }
    if let index = room.index(holding: request) { return comeBack(request, index, visitor, peer) }
    guard request.gateHash == governance.gateHash else { return .elsewhere }
    if let key = visitor.hostKey { self.governance?.hostKey = key }
    var arrival = Arrival(isHost: visitor.isHost, isBanned: governance.lobby.isBanned(visitor.device))
    arrival.invitation = visitor.invitation.map { id in
      governance.book.verdict(on: id, device: visitor.device, now: context.unixTime())
    }
    switch Doorway(delivery.rules).answer(arrival) {
    case .enter: return enter(request, visitor, peer)
    case .wait: return wait(request, visitor, peer)
    case .refuse(let refusal): return .refused(ErrorCode(refusal))
    }
  }

  /// A participant takes up its place, or a new one under another name; what it has shown is what it showed first.
  private func comeBack(_ request: JoinRequest, _ index: Int, _ visitor: Visitor, _ peer: Peer) -> JoinOutcome {
    guard let governance, governance.sentences[index] == nil else { return .refused(.removed) }
    return enter(request, governance.visitors[index] ?? visitor, peer)
  }

  /// Lets in, and remembers what was shown.
  private func enter(_ request: JoinRequest, _ visitor: Visitor, _ peer: Peer) -> JoinOutcome {
    let chain = visitor.invitation.flatMap { governance?.book[$0]?.chain }
    let outcome = enter(request, peer, isHost: visitor.isHost, invitation: chain)
    guard outcome == .admitted, let index = room.index(of: peer.id) else { return outcome }
    governance?.visitors[index] = visitor
    governance?.wasOpened = true
    if let governance, governance.isStored { context.keeper.used(governance.idHash) }
    if let id = visitor.invitation, governance?.book.use(id, device: visitor.device) == true {
      context.metrics.invitationUsed()
      keep()
    }
    if let freeze = governance?.freeze { peer.outbox.send(.frozen(freeze.box)) }
    settleGovernance()
    return outcome
  }

  private func wait(_ request: JoinRequest, _ visitor: Visitor, _ peer: Peer) -> JoinOutcome {
    outboxes[peer.id] = peer.outbox
    waiting[peer.id] = visitor
    let knock = KnockRequest(
      join: request, device: visitor.device, box: visitor.knock, invitation: visitor.invitation)
    let effects = governance?.lobby.knock(knock, from: peer.id) ?? []
    if let refusal = effects.refusal(of: peer.id) {
      outboxes[peer.id] = nil
      waiting[peer.id] = nil
      return .refused(ErrorCode(refusal))
    }
    context.metrics.knocked()
    perform(effects)
    return .waiting
  }

  /// Whether the connection is a participant's, who may say more than somebody who waits.
  func isInside(_ connection: ConnectionID) -> Bool { room.index(of: connection) != nil }

  /// Somebody who waits is gone.
  func leaveLobby(_ connection: ConnectionID) {
    guard waiting.removeValue(forKey: connection) != nil else { return }
    outboxes[connection] = nil
    perform(governance?.lobby.lose(connection) ?? [])
  }

  func perform(_ effects: [LobbyEffect]) {
    for effect in effects {
      switch effect {
      case .wait(let connections, let isOpenable):
        let frame = OutgoingFrame.text(ServerMessage.lobby(isOpenable ? .waiting : .noHost).encoded())
        for connection in connections { outboxes[connection]?.send(frame) }
      case .knock(let connections, let place):
        for connection in connections { outboxes[connection]?.send(.knock(Knock(place))) }
      case .gone(let connections, let id):
        for connection in connections { outboxes[connection]?.send(.knockGone(id)) }
      case .disconnect(let connection):
        waiting[connection] = nil
        outboxes.removeValue(forKey: connection)?.send(.close(code: 1000))
      case .refuse(let connection, let refusal): turnAway(connection, ErrorCode(refusal))
      case .enter(let place): letIn(place)
      }
    }
  }

  private func turnAway(_ connection: ConnectionID, _ code: ErrorCode) {
    waiting[connection] = nil
    context.metrics.refused(code)
    outboxes.removeValue(forKey: connection)?.refuse(code)
  }

  /// Somebody who waited comes in, unless the room is full.
  private func letIn(_ place: LobbyPlace) {
    let connection = place.connection
    guard let visitor = waiting.removeValue(forKey: connection), let outbox = outboxes[connection] else { return }
    let outcome = enter(place.request.join, visitor, Peer(id: connection, outbox: outbox))
    if case .refused(let code) = outcome { turnAway(connection, code) }
    if outcome == .admitted { context.metrics.admitted() }
  }
}

extension [LobbyEffect] {
  fileprivate func refusal(of connection: ConnectionID) -> RoomRefusal? {
    for case .refuse(connection, let refusal) in self { return refusal }
    return nil
  }
}
