import Bytes
import Delivery
import Rooms
import SFU
package import Signaling

/// One connection's conversation, message by message: out of order, too much or unreadable is refused here, and nothing but
/// the sender notices.
package struct ClientSession {
  private enum State {
    case halfOpen
    /// Before the door of a room with a host.
    case waiting(RoomActor)
    case joined(RoomActor)
    case ended
  }

  private let peer: Peer
  private let services: Services
  private var rate: MessageRate
  private var state = State.halfOpen

  /// What a conversation needs of the node.
  package struct Services: Sendable {
    package let directory: RoomDirectory
    package let connections: Connections
    package let media: any MediaService
    package let metrics: Metrics
    package let clock: NodeClock

    package init(
      directory: RoomDirectory, connections: Connections, media: any MediaService, metrics: Metrics, clock: NodeClock
    ) {
      self.directory = directory
      self.connections = connections
      self.media = media
      self.metrics = metrics
      self.clock = clock
    }
  }

  package init(_ peer: Peer, _ services: Services) {
    self.peer = peer
    self.services = services
    rate = MessageRate(now: services.clock.now)
  }

  /// Bytes that the next message may have.
  package var messageLimit: Int {
    switch state {
    case .halfOpen: Limits.hello
    // The door may open at any moment, and then somebody has much to say at once.
    case .waiting: Limits.message
    case .joined, .ended: Limits.uploadMessage
    }
  }

  /// Takes in one text message. False when the conversation is over.
  package mutating func receive(_ bytes: [UInt8]) async -> Bool {
    let now = services.clock.now
    guard rate.count(now: now) == .passed else { return end(.rateLimited) }
    guard bytes.count <= messageLimit else { return end(.tooLarge, "message") }
    let message: ClientMessage
    do throws(SignalingError) {
      message = try ClientMessage.decode(bytes)
    } catch {
      return refuse(error)
    }
    if case .refused(let word) = rate.admit(message, now: now) { return tell(.rateLimited, word) }
    switch state {
    case .halfOpen: return await open(message)
    case .waiting(let room): return await wait(message, room)
    case .joined(let room): return await handle(message, room)
    case .ended: return false
    }
  }

  /// A frame that no client of ours sends: binary, or larger than the decoder takes.
  package mutating func refuseFrame(_ code: ErrorCode, _ detail: Word) { _ = end(code, detail) }

  /// The connection is gone, for whatever reason.
  package mutating func close() async {
    switch state {
    case .joined(let room), .waiting(let room): await room.apply(.loseConnection, from: peer.id)
    case .halfOpen, .ended: break
    }
    state = .ended
    services.connections.closed(peer.id)
  }

  private mutating func open(_ message: ClientMessage) async -> Bool {
    switch message {
    case .hello(let hello):
      guard services.connections.isOpen(peer.id) else { return false }
      switch await services.directory.join(hello, peer) {
      case .success(let entrance):
        guard services.connections.admitted(peer.id, waits: entrance.isWaiting) else {
          await entrance.room.apply(RoomCommand.leave, from: peer.id)
          return false
        }
        state = entrance.isWaiting ? .waiting(entrance.room) : .joined(entrance.room)
        return true
      case .failure(let refusal): return end(refusal.code, refusal.detail)
      }
    case .ping:
      peer.outbox.send(.pong)
      return true
    case .offer, .media, .view, .message, .keyPackage, .group, .commit, .sync, .ready, .refuse, .leave, .admit,
      .turnAway, .ban, .freeze, .invite, .revoke, .invitations, .keep:
      return end(.notJoined)
    }
  }

  /// Whoever waits can go, and nothing else. Once let in, it is a participant like any other.
  private mutating func wait(_ message: ClientMessage, _ room: RoomActor) async -> Bool {
    if await room.isInside(peer.id) {
      guard services.connections.admitted(peer.id) else { return false }
      state = .joined(room)
      return await handle(message, room)
    }
    switch message {
    case .ping: peer.outbox.send(.pong)
    case .leave: return await leave(room)
    default: return tell(.notJoined)
    }
    return true
  }

  private mutating func leave(_ room: RoomActor) async -> Bool {
    await room.apply(RoomCommand.leave, from: peer.id)
    state = .ended
    peer.outbox.send(.close(code: 1000))
    return false
  }

  private mutating func handle(_ message: ClientMessage, _ room: RoomActor) async -> Bool {
    switch message {
    case .hello: return tell(.alreadyJoined)
    case .offer(let offer): return await negotiate(offer, room)
    case .media(let flags): await room.apply(.setMedia(MediaState(flags)), from: peer.id)
    case .view(let view): await room.setView(view, from: peer.id)
    case .message(let box, let indices, let isControl):
      await room.apply(.say(box, to: indices, isControl: isControl), from: peer.id)
    case .admit(let knocks): await room.apply(.admit(knocks), from: peer.id)
    case .turnAway(let knocks, let ban): await room.apply(.turnAway(knocks, ban: ban), from: peer.id)
    case .ban(let index, let branch): await room.apply(.ban(index: index, branch: branch), from: peer.id)
    case .freeze(let box): await room.apply(.freeze(box), from: peer.id)
    case .invite(let chain, let label): await room.apply(.invite(chain: chain, label: label), from: peer.id)
    case .revoke(let ids): await room.apply(.revoke(ids), from: peer.id)
    case .invitations: await room.apply(.listInvitations, from: peer.id)
    case .keep(let isKept): await room.apply(.keep(isKept), from: peer.id)
    case .keyPackage(let box): await room.apply(.keyPackage(box), from: peer.id)
    case .group(let box): await room.apply(.create(box), from: peer.id)
    case .commit(let box):
      await room.apply(.commit(box), from: peer.id)
      if await room.takeMove() { await services.directory.follow(room) }
    case .sync(let epoch): await room.apply(.sync(epoch: epoch), from: peer.id)
    case .ready(let epoch): await room.apply(.ready(epoch: epoch), from: peer.id)
    case .refuse(let epoch):
      await room.apply(.refuse(epoch: epoch), from: peer.id)
      if await room.takeMove() { await services.directory.follow(room) }
    case .ping: peer.outbox.send(.pong)
    case .leave: return await leave(room)
    }
    return true
  }

  private func negotiate(_ offer: Offer, _ room: RoomActor) async -> Bool {
    let local = services.media.enter(room.number)
    defer { services.media.leave(room.number) }
    do throws(NegotiationError) {
      var random = SystemRandomNumberGenerator()
      let (answer, configuration) = try MediaNegotiator.negotiate(
        offer: offer.sdp, mids: OfferedMids(offer), local: local, using: &random)
      await room.startMedia(configuration, answer: answer, from: peer.id)
      return true
    } catch {
      return tell(.badOffer, Word(checking: error.rawValue))
    }
  }
}

// MARK: - Refusing

extension ClientSession {
  /// Before hello nothing is forgiven. Afterwards a message of a newer client is, but not bytes that are no JSON at all.
  private mutating func refuse(_ error: SignalingError) -> Bool {
    switch (state, error) {
    case (.joined, .unknownType), (.joined, .invalid), (.joined, .unknownMembers), (.joined, .tooLarge),
      (.waiting, .unknownType), (.waiting, .invalid), (.waiting, .unknownMembers), (.waiting, .tooLarge):
      tell(error.code, error.detail)
    default: end(error.code, error.detail)
    }
  }

  private func tell(_ code: ErrorCode, _ detail: Word? = nil) -> Bool {
    services.metrics.refused(code)
    peer.outbox.send(.error(code, fatal: false, detail: detail))
    return true
  }

  private mutating func end(_ code: ErrorCode, _ detail: Word? = nil) -> Bool {
    services.metrics.refused(code)
    peer.outbox.refuse(code, detail: detail)
    return false
  }
}

extension OfferedMids {
  fileprivate init(_ offer: Offer) {
    self.init(
      microphone: offer.mic, camera: offer.camera, screen: offer.screen, screenAudio: offer.screenAudio,
      slots: offer.slots.map(SlotMids.init), screenSlot: offer.screenSlot.map(SlotMids.init))
  }
}

extension SlotMids {
  fileprivate init(_ slot: Offer.Slot) { self.init(audio: slot.audio, video: slot.video) }
}
