import Bytes
package import Delivery
package import Rooms
package import SFU
package import Signaling

/// A signalling connection as a room needs it.
package struct Peer: Sendable {
  package let id: ConnectionID
  package let outbox: Outbox
  /// Where it comes from; nil where nobody counts.
  package let source: SourceDigest?

  package init(id: ConnectionID, outbox: Outbox, source: SourceDigest? = nil) {
    self.id = id
    self.outbox = outbox
    self.source = source
  }
}

/// What became of a hello.
package enum JoinOutcome: Equatable, Sendable {
  case admitted
  /// Waits before the door.
  case waiting
  case refused(ErrorCode)
  /// The room ended at this moment: ask the directory again.
  case retired
  /// The room has another gate since: ask the directory again once it knows.
  case elsewhere
}

/// One room at work: hands commands to the `Room` and its `DeliveryService`, and does what they answer. Everything it does is
/// short and none of it waits.
package actor RoomActor {
  struct Session {
    var slots: ReceiveSlots
    var state: TransportState?
    var view: [SlotView] = []
    var sent: SentLayers
    /// What was last said of the way to this participant; nil while that is good.
    var path: DownPath?

    init(_ configuration: PeerConfiguration) {
      slots = ReceiveSlots(count: configuration.slots.count)
      sent = SentLayers(configuration.sources)
    }
  }

  package nonisolated let number: RoomID
  let context: RoomContext
  var room: Room
  var delivery: DeliveryService<NodeSigner>
  /// Nil where nobody governs.
  var governance: Governance?
  private var alarm: (due: Instant, task: Task<Void, Never>)?
  /// Of participants, and of those who wait.
  var outboxes: [ConnectionID: Outbox] = [:]
  /// Those who wait, and what they have shown.
  var waiting: [ConnectionID: Visitor] = [:]
  var sessions: [Int: Session] = [:]
  var isRetired = false

  init(number: RoomID, gateHash: [UInt8], governance: Governance?, context: RoomContext) {
    self.number = number
    self.context = context
    self.governance = governance
    room = Room(
      gateHash: gateHash, isGoverned: governance != nil, limits: context.limits, now: context.clock.now)
    delivery = DeliveryService(signer: context.signer, hostDigest: governance?.hostDigest)
  }

  /// Into a room without a host.
  func join(_ request: JoinRequest, _ peer: Peer) -> JoinOutcome {
    guard !isRetired else { return .retired }
    return enter(request, peer)
  }

  /// `invitation` is the chain of the invitation that the newcomer came by.
  func enter(
    _ request: JoinRequest, _ peer: Peer, isHost: Bool = false, invitation: [UInt8]? = nil
  ) -> JoinOutcome {
    outboxes[peer.id] = peer.outbox
    let effects = room.apply(.join(request), from: peer.id, now: context.clock.now)
    perform(effects, invitation: invitation)
    guard let index = room.index(of: peer.id) else {
      outboxes[peer.id] = nil
      return .refused(Self.code(of: effects, for: peer.id))
    }
    catchUp(index, peer.outbox)
    for case .welcome(_, let welcome) in effects {
      deliver(welcome.resumed ? .resume : .enter(join: request.join, isHost: isHost), from: index)
    }
    return .admitted
  }

  /// What whoever is refused at the door is told there: see `ClientSession`.
  private static func code(of effects: [RoomEffect], for connection: ConnectionID) -> ErrorCode {
    if effects.contains(.refuse(connection, .wrongGate)) { return .wrongGate }
    return effects.contains(.refuse(connection, .joinTaken)) ? .alreadyJoined : .roomFull
  }

  package func apply(_ command: RoomCommand, from connection: ConnectionID) {
    guard waiting[connection] == nil else { return waitingSaid(command, connection) }
    let index = room.index(of: connection)
    perform(room.apply(command, from: connection, now: context.clock.now))
    switch command {
    case .leave: outboxes[connection] = nil
    case .loseConnection:
      outboxes[connection] = nil
      if let index { deliver(.lose, from: index) }
    case .join, .setMedia, .say: break
    }
  }

  /// Of those who wait, all that counts is whether they go.
  private func waitingSaid(_ command: RoomCommand, _ connection: ConnectionID) {
    switch command {
    case .leave, .loseConnection: leaveLobby(connection)
    case .join, .setMedia, .say: break
    }
  }

  /// For the group.
  package func apply(_ command: DeliveryCommand, from connection: ConnectionID) {
    if let index = room.index(of: connection) { deliver(command, from: index) }
  }

  /// Ends the graces that are over. True when the room itself is, and takes nobody in any more.
  package func advance() -> Bool {
    let now = context.clock.now
    if now >= room.nextDeadline { perform(room.advance(to: now)) }
    carryOutSentences(now)
    advanceDelivery()
    if room.isOver(at: now), waiting.isEmpty {
      isRetired = true
      alarm?.task.cancel()
    }
    return isRetired
  }
}

// MARK: - The group

extension RoomActor {
  func deliver(_ command: DeliveryCommand, from index: Int) {
    let effects = delivery.apply(command, from: index, now: context.clock.now)
    perform(effects)
    setAlarm()
    // In a large group most that is said is that somebody is ready, which changes nothing.
    if case .ready = command, effects.isEmpty { return }
    settleGovernance()
  }

  private func advanceDelivery() {
    let now = context.clock.now
    if now >= delivery.nextDeadline {
      perform(delivery.advance(to: now))
      settleGovernance()
    }
    setAlarm()
  }

  /// Sees to it that `advanceDelivery` is called when it is time. Its times are shorter than the node's second.
  private func setAlarm() {
    let due = delivery.nextDeadline
    guard due < alarm?.due ?? .distantFuture, !isRetired else { return }
    alarm?.task.cancel()
    let wait = max(due - context.clock.now, .milliseconds(1))
    alarm = (
      due,
      Task { [weak self] in
        guard (try? await Task.sleep(for: .nanoseconds(wait.nanoseconds))) != nil else { return }
        await self?.ring()
      }
    )
  }

  private func ring() {
    alarm = nil
    advanceDelivery()
  }

  private func perform(_ effects: [DeliveryEffect]) {
    for effect in effects {
      switch effect {
      case .tell(let indices, let event):
        context.metrics.delivered(event)
        let frame = OutgoingFrame.text(ServerMessage(event).encoded())
        for index in indices { outbox(of: index)?.send(frame) }
      case .expel(let index): perform(room.expel(index, now: context.clock.now))
      }
    }
  }
}

// MARK: - Effects

extension RoomActor {
  func perform(_ effects: [RoomEffect], invitation: [UInt8]? = nil) {
    for effect in effects {
      switch effect {
      case .welcome(let connection, let welcome):
        context.metrics.joined(resumed: welcome.resumed)
        outboxes[connection]?.send(.welcome(Welcome(welcome, context, invitation: invitation)))
      case .tell(let connections, let event): tell(connections, event)
      case .refuse(let connection, let refusal): refuse(connection, refusal)
      case .disconnect(let connection):
        outboxes.removeValue(forKey: connection)?.send(.close(code: 1000))
      case .setSources(let index, let media):
        if sessions[index] != nil { postSources(index, media) }
      case .endMedia(let index):
        if sessions.removeValue(forKey: index) != nil { context.media.post(.removePeer(peer(index)), in: number) }
        deliver(.leave, from: index)
        forgetVisitor(index)
      case .expel(let connection):
        context.metrics.refused(.removed)
        outboxes.removeValue(forKey: connection)?.refuse(.removed)
      }
    }
  }

  private func tell(_ connections: [ConnectionID], _ event: RoomEvent) {
    guard !connections.isEmpty else { return }
    let frame = OutgoingFrame.text(ServerMessage(event).encoded())
    for connection in connections { outboxes[connection]?.send(frame) }
  }

  private func refuse(_ connection: ConnectionID, _ refusal: RoomRefusal) {
    switch refusal {
    case .wrongGate, .full, .joinTaken: break
    case .screenBusy: tell(connection, .screenBusy)
    case .notAllowed: tell(connection, .notAllowed)
    case .rateLimited: tell(connection, .rateLimited, "message")
    case .refused, .banned, .roomLocked, .knockLimit, .invitationUsed, .invitationOver, .noInvitation: break
    }
  }

  func tell(_ connection: ConnectionID, _ code: ErrorCode, _ detail: Word? = nil) {
    context.metrics.refused(code)
    outboxes[connection]?.send(.error(code, fatal: false, detail: detail))
  }

  /// What somebody who came back may have missed about their own media.
  private func catchUp(_ index: Int, _ outbox: Outbox) {
    guard let session = sessions[index] else { return }
    if let state = session.state { outbox.send(.connection(state)) }
    outbox.send(.slots(session.slots.people, screen: session.slots.screen))
    for message in session.sent.messages { outbox.send(message) }
    if let path = session.path { outbox.send(.path(path)) }
  }

  func outbox(of index: Int) -> Outbox? {
    room.connection(of: index).flatMap { outboxes[$0] }
  }
}
