import Bytes
package import Delivery
package import Rooms
package import SFU
package import Signaling

/// A signalling connection as a room needs it.
package struct Peer: Sendable {
  package let id: ConnectionID
  package let outbox: Outbox

  package init(id: ConnectionID, outbox: Outbox) {
    self.id = id
    self.outbox = outbox
  }
}

/// What became of a hello.
package enum JoinOutcome: Equatable, Sendable {
  case admitted
  case refused(ErrorCode)
  /// The room ended at this moment: ask the directory again.
  case retired
}

/// One room at work: hands commands to the `Room` and its `DeliveryService`, and does what they answer. Everything it does is
/// short and none of it waits.
package actor RoomActor {
  private struct Session {
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
  private let context: RoomContext
  private var room: Room
  private var delivery: DeliveryService<NodeSigner>
  private var alarm: (due: Instant, task: Task<Void, Never>)?
  private var outboxes: [ConnectionID: Outbox] = [:]
  private var sessions: [Int: Session] = [:]
  private var isRetired = false

  init(number: RoomID, gateHash: [UInt8], context: RoomContext) {
    self.number = number
    self.context = context
    room = Room(gateHash: gateHash, limits: context.limits, now: context.clock.now)
    delivery = DeliveryService(signer: context.signer)
  }

  func join(_ request: JoinRequest, _ peer: Peer) -> JoinOutcome {
    guard !isRetired else { return .retired }
    outboxes[peer.id] = peer.outbox
    let effects = room.apply(.join(request), from: peer.id, now: context.clock.now)
    perform(effects)
    guard let index = room.index(of: peer.id) else {
      outboxes[peer.id] = nil
      return .refused(Self.code(of: effects, for: peer.id))
    }
    catchUp(index, peer.outbox)
    for case .welcome(_, let welcome) in effects {
      deliver(welcome.resumed ? .resume : .enter(join: request.join), from: index)
    }
    return .admitted
  }

  /// What whoever is refused at the door is told there: see `ClientSession`.
  private static func code(of effects: [RoomEffect], for connection: ConnectionID) -> ErrorCode {
    if effects.contains(.refuse(connection, .wrongGate)) { return .wrongGate }
    return effects.contains(.refuse(connection, .joinTaken)) ? .alreadyJoined : .roomFull
  }

  package func apply(_ command: RoomCommand, from connection: ConnectionID) {
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

  /// For the group.
  package func apply(_ command: DeliveryCommand, from connection: ConnectionID) {
    if let index = room.index(of: connection) { deliver(command, from: index) }
  }

  /// Ends the graces that are over. True when the room itself is, and takes nobody in any more.
  package func advance() -> Bool {
    let now = context.clock.now
    if now >= room.nextDeadline { perform(room.advance(to: now)) }
    advanceDelivery()
    if room.isOver(at: now) {
      isRetired = true
      alarm?.task.cancel()
    }
    return isRetired
  }
}

// MARK: - The group

extension RoomActor {
  private func deliver(_ command: DeliveryCommand, from index: Int) {
    perform(delivery.apply(command, from: index, now: context.clock.now))
    setAlarm()
  }

  private func advanceDelivery() {
    let now = context.clock.now
    if now >= delivery.nextDeadline { perform(delivery.advance(to: now)) }
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

// MARK: - Media

extension RoomActor {
  /// Starts or replaces the media session behind `connection`.
  package func startMedia(_ configuration: PeerConfiguration, answer: String, from connection: ConnectionID) {
    guard let index = room.index(of: connection) else { return }
    var session = Session(configuration)
    session.view = sessions[index]?.view ?? []
    sessions[index] = session
    context.media.post(.addPeer(room: number, peer: peer(index), configuration: configuration), in: number)
    postSources(index, room.media(of: index))
    if !session.view.isEmpty { postView(index, session.view) }
    outboxes[connection]?.send(.answer(sdp: answer))
  }

  package func setView(_ view: [SlotView], from connection: ConnectionID) {
    guard let index = room.index(of: connection), sessions[index] != nil else { return }
    sessions[index]?.view = view
    postView(index, view)
  }

  /// What the media plane says about the peers of this room, in its order.
  package func deliver(_ events: [MediaEvent]) {
    var moved: [Int] = []
    for event in events {
      switch event {
      case .connected(let peer): beginMedia(of: RoomNumbers.index(of: peer))
      case .disconnected(let peer, _): setTransport(.lost, RoomNumbers.index(of: peer))
      case .slotChanged(let receiver, let slot, let kind, let source):
        let index = RoomNumbers.index(of: receiver)
        let changed = sessions[index]?.slots.assign(source.map(RoomNumbers.index(of:)), to: slot, kind: kind)
        if changed == true, !moved.contains(index) { moved.append(index) }
      case .sendLayers(let peer, let kind, let layers): setLayers(layers, of: kind, RoomNumbers.index(of: peer))
      case .path(let peer, let report): setPath(DownPath(report), RoomNumbers.index(of: peer))
      }
    }
    for index in moved {
      guard let session = sessions[index] else { continue }
      outbox(of: index)?.send(.slots(session.slots.people, screen: session.slots.screen))
    }
  }

  /// The session stands. What was said until now may have been about the one before: it is taken back.
  private func beginMedia(of index: Int) {
    setTransport(.connected, index)
    for message in sessions[index]?.sent.reset() ?? [] { outbox(of: index)?.send(message) }
    guard let path = sessions[index]?.path else { return }
    sessions[index]?.path = nil
    outbox(of: index)?.send(.path(DownPath(state: .good, down: path.down, proposal: .none)))
  }

  private func setTransport(_ state: TransportState, _ index: Int) {
    guard sessions[index] != nil else { return }
    sessions[index]?.state = state
    outbox(of: index)?.send(.connection(state))
  }

  private func setLayers(_ layers: UInt8, of kind: SourceKind, _ index: Int) {
    guard let message = sessions[index]?.sent.set(layers, of: kind) else { return }
    outbox(of: index)?.send(message)
  }

  private func setPath(_ path: DownPath, _ index: Int) {
    guard sessions[index] != nil else { return }
    sessions[index]?.path = path
    outbox(of: index)?.send(.path(path))
  }

  private func postView(_ index: Int, _ view: [SlotView]) {
    let requests = view.map { view in
      ViewRequest(
        slot: view.slot, participant: view.index.map(peer), pixelHeight: view.height, priority: view.priority)
    }
    context.media.post(.setView(peer: peer(index), requests: requests), in: number)
  }

  private func postSources(_ index: Int, _ media: MediaState) {
    let sources: [(SourceKind, Bool)] = [
      (.microphone, media.mic), (.camera, media.camera), (.screen, media.screen), (.screenAudio, media.screenAudio),
    ]
    for (kind, enabled) in sources {
      context.media.post(.setSource(peer: peer(index), kind: kind, enabled: enabled), in: number)
    }
  }

  private func peer(_ index: Int) -> PeerID { RoomNumbers.peer(index, in: number) }
}

// MARK: - Effects

extension RoomActor {
  private func perform(_ effects: [RoomEffect]) {
    for effect in effects {
      switch effect {
      case .welcome(let connection, let welcome):
        context.metrics.joined(resumed: welcome.resumed)
        outboxes[connection]?.send(.welcome(Welcome(welcome, context)))
      case .tell(let connections, let event): tell(connections, event)
      case .refuse(let connection, let refusal): refuse(connection, refusal)
      case .disconnect(let connection):
        outboxes.removeValue(forKey: connection)?.send(.close(code: 1000))
      case .setSources(let index, let media):
        if sessions[index] != nil { postSources(index, media) }
      case .endMedia(let index):
        if sessions.removeValue(forKey: index) != nil { context.media.post(.removePeer(peer(index)), in: number) }
        deliver(.leave, from: index)
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
    case .screenBusy:
      context.metrics.refused(.screenBusy)
      outboxes[connection]?.send(.error(.screenBusy, fatal: false, detail: nil))
    }
  }

  /// What somebody who came back may have missed about their own media.
  private func catchUp(_ index: Int, _ outbox: Outbox) {
    guard let session = sessions[index] else { return }
    if let state = session.state { outbox.send(.connection(state)) }
    outbox.send(.slots(session.slots.people, screen: session.slots.screen))
    for message in session.sent.messages { outbox.send(message) }
    if let path = session.path { outbox.send(.path(path)) }
  }

  private func outbox(of index: Int) -> Outbox? {
    room.connection(of: index).flatMap { outboxes[$0] }
  }
}
