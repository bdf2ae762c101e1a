import Bytes
import Crypto
import Glibc
package import Rooms
package import SFU
package import Signaling

/// What all rooms of a node share.
package struct RoomContext: Sendable {
  package var limits: RoomLimits
  package var media: any MediaService
  package var metrics: Metrics
  package var clock: NodeClock
  /// Random word of this start of the node.
  package var instance: String
  /// Its key as external sender of the groups.
  package var signer: NodeSigner
  /// What remembers rooms with a host when they are over.
  package var keeper: any RoomKeeping
  package var lobby: LobbyLimits
  package var knocks: KnockLimits
  package var sources: SourceMeter
  /// Seconds since 1970, by which invitations end.
  package var unixTime: @Sendable () -> UInt64

  package init(
    limits: RoomLimits, media: any MediaService, metrics: Metrics, clock: NodeClock, instance: String,
    signer: NodeSigner = NodeSigner(), keeper: any RoomKeeping = MemoryRoomKeeper(),
    lobby: LobbyLimits = LobbyLimits(), knocks: KnockLimits = KnockLimits(),
    unixTime: @escaping @Sendable () -> UInt64 = { UInt64(max(0, time(nil))) }
  ) {
    self.limits = limits
    self.media = media
    self.metrics = metrics
    self.clock = clock
    self.instance = instance
    self.signer = signer
    self.keeper = keeper
    self.lobby = lobby
    self.knocks = knocks
    self.unixTime = unixTime
    sources = SourceMeter(limits: knocks, clock: clock)
  }
}

/// The rooms of this node, by the id in the link. Knows nothing that outlives them.
package actor RoomDirectory {
  /// Knows where connections come from, for as long as it counts.
  package nonisolated var sources: SourceMeter { context.sources }
  private let context: RoomContext
  private let maximumRooms: Int
  private var rooms: [Hidden<RoomKey>: RoomActor] = [:]
  /// Rooms with a host that nobody has been let into yet.
  private var halls: Set<RoomID> = []
  /// Hellos at rooms with a host, by the id of the room.
  private var doors: BucketTable<Hidden<String>>
  private var numbers: [RoomID: RoomActor] = [:]
  private var lastNumber: UInt64 = 0

  package init(context: RoomContext, maximumRooms: Int) {
    self.context = context
    self.maximumRooms = maximumRooms
    doors = BucketTable(capacity: context.knocks.perRoom, most: context.knocks.counted)
  }

  /// Rooms that somebody has been let into.
  package var count: Int { rooms.count - halls.count }

  /// Lets `peer` into the room that `hello` names, or before its door. A room without a host begins with the first who comes;
  /// otherwise says why not.
  package func join(_ hello: Hello, _ peer: Peer) async -> Result<Entrance, JoinRefusal> {
    let request = JoinRequest(
      gateHash: Array(SHA256.hash(data: hello.gate)), join: hello.join,
      resumeToken: hello.resume.flatMap(Base64URL.decode), freshToken: .random(count: 16))
    if let governance = hello.governance { return await arrive(hello, governance, request, peer) }
    while true {
      guard let room = room(RoomKey(id: hello.room), { nil }, gateHash: request.gateHash) else {
        return .failure(JoinRefusal(.serverFull))
      }
      switch await room.join(request, peer) {
      case .admitted: return .success(Entrance(room: room, isWaiting: false))
      case .waiting: return .success(Entrance(room: room, isWaiting: true))
      case .refused(let code): return .failure(JoinRefusal(code))
      case .retired, .elsewhere: forget(room)
      }
    }
  }

  /// To a room with a host. It is found by id, gate and host together: whoever has another link comes to another room, in which
  /// nobody is, and cannot tell it from one that does not exist.
  private func arrive(
    _ hello: Hello, _ governance: Hello.Governance, _ request: JoinRequest, _ peer: Peer
  ) async -> Result<Entrance, JoinRefusal> {
    guard peer.source.map(context.sources.take) ?? true else { return .failure(JoinRefusal(.knockLimit)) }
    guard var visitor = Visitor(hello, governance) else { return .failure(JoinRefusal(.badMessage, "proof")) }
    let key = RoomKey(id: hello.room, gateHash: request.gateHash, hostDigest: visitor.hostDigest)
    while true {
      if visitor.isHost, hasOtherGate(key) { visitor = visitor.asGuest }
      guard let room = await room(holding: request, key) ?? hall(key, visitor) else {
        return .failure(JoinRefusal(.serverFull))
      }
      // Counted by the room id alone, before anything depends on the gate: that is what stops whoever tries passwords. Given
      // back to who is let in, so that an open door takes everybody who comes.
      let isExpected = visitor.isHost ? true : await room.expects(request, visitor)
      if !isExpected {
        guard doors.take(Hidden(hello.room), now: context.clock.now) else { return .failure(JoinRefusal(.knockLimit)) }
      }
      if visitor.isHost, halls.contains(room.number), rooms.count - halls.count >= maximumRooms {
        return .failure(JoinRefusal(.serverFull))
      }
      switch await room.arrive(request, visitor, peer) {
      case .admitted:
        halls.remove(room.number)
        if let source = peer.source { context.sources.giveBack(source) }
        if !isExpected { doors.giveBack(Hidden(hello.room)) }
        return .success(Entrance(room: room, isWaiting: false))
      case .waiting: return .success(Entrance(room: room, isWaiting: true))
      case .refused(let code): return .failure(JoinRefusal(code))
      case .retired: forget(room)
      case .elsewhere: await follow(room)
      }
    }
  }

  /// A room whose host has changed the gate is found by the new one from now on. Whoever has waited at a door of that gate, because
  /// they heard of it before the room did, knocks again and comes here.
  package func follow(_ room: RoomActor) async {
    guard let gate = await room.gateHash, let old = rooms.first(where: { $0.value === room })?.key,
      old.value.gateHash != gate
    else { return }
    var key = old.value
    key.gateHash = gate
    let displaced = rooms[Hidden(key)]
    rooms[old] = nil
    rooms[Hidden(key)] = room
    guard let displaced, halls.contains(displaced.number) else { return }
    forget(displaced)
    await displaced.retire()
  }

  /// The room of a participant who lost the connection before the gate was changed, and comes back by the one that was.
  private func room(holding request: JoinRequest, _ key: RoomKey) async -> RoomActor? {
    guard request.resumeToken != nil else { return nil }
    for (other, room) in rooms where other.value.isOfSameHost(as: key) && !halls.contains(room.number) {
      if await room.holds(request) { return room }
    }
    return nil
  }

  /// Whether this very room goes on, or is kept, under another gate: the old one lets nobody open it again, not even its host.
  private func hasOtherGate(_ key: RoomKey) -> Bool {
    for (other, room) in rooms where other.value.isOfSameHost(as: key) && other.value.gateHash != key.gateHash {
      if !halls.contains(room.number) { return true }
    }
    guard let kept = context.keeper.room(Array(SHA256.hash(data: Array(key.id.utf8)))) else { return false }
    return kept.hostDigest == key.hostDigest && kept.gateHash != key.gateHash
  }

  /// Ends what is over. To be called about once a second.
  package func advance() async {
    for room in numbers.values where await room.advance() { forget(room) }
    doors.forgetTheFull(now: context.clock.now)
    context.sources.expire()
  }

  /// Takes events of the media plane to their rooms.
  package func deliver(_ events: [MediaEvent]) async {
    var batches: [RoomID: [MediaEvent]] = [:]
    for event in events { batches[RoomNumbers.room(of: event.peer), default: []].append(event) }
    for (number, batch) in batches { await numbers[number]?.deliver(batch) }
  }

  private func room(_ key: RoomKey, _ governance: () -> Governance?, gateHash: [UInt8]) -> RoomActor? {
    if let room = rooms[Hidden(key)] { return room }
    guard key.hostDigest != nil || rooms.count - halls.count < maximumRooms else { return nil }
    lastNumber += 1
    let room = RoomActor(
      number: RoomID(lastNumber), gateHash: gateHash, governance: governance(), context: context)
    rooms[Hidden(key)] = room
    numbers[room.number] = room
    return room
  }

  /// The room with a host of that key. One that nobody has been let into is only a door, and takes no place of a room.
  private func hall(_ key: RoomKey, _ visitor: Visitor) -> RoomActor? {
    guard let gateHash = key.gateHash else { return nil }
    if let room = rooms[Hidden(key)] { return room }
    guard visitor.isHost || halls.count < context.knocks.waiting else { return nil }
    let idHash = Array(SHA256.hash(data: Array(key.id.utf8)))
    let room = room(
      key,
      {
        let kept = context.keeper.room(idHash)
        let isThis = kept?.gateHash == gateHash && kept?.hostDigest == visitor.hostDigest
        return Governance(
          visitor, idHash: idHash, gateHash: gateHash, limits: context.lobby, kept: isThis ? kept : nil)
      }, gateHash: gateHash)
    if let room { halls.insert(room.number) }
    return room
  }

  private func forget(_ room: RoomActor) {
    numbers[room.number] = nil
    halls.remove(room.number)
    if let id = rooms.first(where: { $0.value === room })?.key { rooms[id] = nil }
  }
}

/// By what a room is found: the id in its link, and for one with a host also the hash of the gate and the host.
private struct RoomKey: Hashable {
  let id: String
  var gateHash: [UInt8]?
  var hostDigest: [UInt8]?

  func isOfSameHost(as other: RoomKey) -> Bool {
    id == other.id && hostDigest == other.hostDigest && hostDigest != nil
  }
}

/// Where a hello has led.
package struct Entrance: Sendable {
  package let room: RoomActor
  package let isWaiting: Bool
}

package struct JoinRefusal: Error, Equatable, Sendable {
  package let code: ErrorCode
  package let detail: Word?

  init(_ code: ErrorCode, _ detail: Word? = nil) {
    self.code = code
    self.detail = detail
  }
}

extension MediaEvent {
  fileprivate var peer: PeerID {
    switch self {
    case .connected(let peer), .disconnected(let peer, _): peer
    case .slotChanged(let receiver, _, _, _): receiver
    case .sendLayers(let peer, _, _, _), .path(let peer, _): peer
    }
  }
}

extension [UInt8] {
  /// Unpredictable bytes, from the system's generator.
  static func random(count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }
}
