import Bytes
import Crypto
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

  package init(
    limits: RoomLimits, media: any MediaService, metrics: Metrics, clock: NodeClock, instance: String,
    signer: NodeSigner = NodeSigner()
  ) {
    self.limits = limits
    self.media = media
    self.metrics = metrics
    self.clock = clock
    self.instance = instance
    self.signer = signer
  }
}

/// The rooms of this node, by the id in the link. Knows nothing that outlives them.
package actor RoomDirectory {
  private let context: RoomContext
  private let maximumRooms: Int
  private var rooms: [Hidden<String>: RoomActor] = [:]
  private var numbers: [RoomID: RoomActor] = [:]
  private var lastNumber: UInt64 = 0

  package init(context: RoomContext, maximumRooms: Int) {
    self.context = context
    self.maximumRooms = maximumRooms
  }

  package var count: Int { rooms.count }

  /// Lets `peer` into the room that `hello` names, which begins with its first. Otherwise says why not.
  package func join(_ hello: Hello, _ peer: Peer) async -> Result<RoomActor, JoinRefusal> {
    let request = JoinRequest(
      gateHash: Array(SHA256.hash(data: hello.gate)), join: hello.join,
      resumeToken: hello.resume.flatMap(Base64URL.decode), freshToken: .random(count: 16))
    while true {
      guard let room = room(hello.room, gateHash: request.gateHash) else { return .failure(JoinRefusal(.serverFull)) }
      switch await room.join(request, peer) {
      case .admitted: return .success(room)
      case .refused(let code): return .failure(JoinRefusal(code))
      case .retired: forget(room)
      }
    }
  }

  /// Ends what is over. To be called about once a second.
  package func advance() async {
    for room in numbers.values where await room.advance() { forget(room) }
  }

  /// Takes events of the media plane to their rooms.
  package func deliver(_ events: [MediaEvent]) async {
    var batches: [RoomID: [MediaEvent]] = [:]
    for event in events { batches[RoomNumbers.room(of: event.peer), default: []].append(event) }
    for (number, batch) in batches { await numbers[number]?.deliver(batch) }
  }

  private func room(_ id: String, gateHash: [UInt8]) -> RoomActor? {
    if let room = rooms[Hidden(id)] { return room }
    guard rooms.count < maximumRooms else { return nil }
    lastNumber += 1
    let room = RoomActor(number: RoomID(lastNumber), gateHash: gateHash, context: context)
    rooms[Hidden(id)] = room
    numbers[room.number] = room
    return room
  }

  private func forget(_ room: RoomActor) {
    numbers[room.number] = nil
    if let id = rooms.first(where: { $0.value === room })?.key { rooms[id] = nil }
  }
}

package struct JoinRefusal: Error, Equatable, Sendable {
  package let code: ErrorCode
  init(_ code: ErrorCode) { self.code = code }
}

extension MediaEvent {
  fileprivate var peer: PeerID {
    switch self {
    case .connected(let peer), .disconnected(let peer, _): peer
    case .slotChanged(let receiver, _, _, _): receiver
    case .sendLayers(let peer, _, _), .path(let peer, _): peer
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
