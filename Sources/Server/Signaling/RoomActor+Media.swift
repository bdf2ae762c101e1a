import Bytes
package import Rooms
package import SFU
package import Signaling

// Media of a room: what the media plane is told of its participants, and what they are told of it.

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
      case .sendLayers(let peer, let kind, let layers, let isScalable):
        setLayers(layers, isScalable, of: kind, RoomNumbers.index(of: peer))
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

  private func setLayers(_ layers: UInt8, _ isScalable: Bool, of kind: SourceKind, _ index: Int) {
    guard let message = sessions[index]?.sent.set(layers, isScalable: isScalable, of: kind) else { return }
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

  func postSources(_ index: Int, _ media: MediaState) {
    let sources: [(SourceKind, Bool)] = [
      (.microphone, media.mic), (.camera, media.camera), (.screen, media.screen), (.screenAudio, media.screenAudio),
    ]
    for (kind, enabled) in sources {
      context.media.post(.setSource(peer: peer(index), kind: kind, enabled: enabled), in: number)
    }
  }

  func peer(_ index: Int) -> PeerID { RoomNumbers.peer(index, in: number) }
}
