import SFU

/// Which shard a room lives on: the one with the fewest peers when the room begins, and that one until it ends.
struct RoomPlacement: Sendable {
  private struct Place: Sendable {
    let shard: Int
    /// Those who are about to come: negotiations under way.
    var holds = 0
    var peers: Set<PeerID> = []
  }

  private var places: [RoomID: Place] = [:]
  private var loads: [Int]

  init(shards: Int) { loads = Array(repeating: 0, count: max(1, shards)) }

  var roomCount: Int { places.count }

  /// Where `room` is; nil when it has neither peers nor holds.
  func shard(of room: RoomID) -> Int? { places[room]?.shard }

  /// Holds the room where it is, or where it begins, until `release`.
  mutating func hold(_ room: RoomID) -> Int {
    let shard = places[room]?.shard ?? leastLoaded
    places[room, default: Place(shard: shard)].holds += 1
    return shard
  }

  mutating func release(_ room: RoomID) {
    guard let place = places[room], place.holds > 0 else { return }
    places[room]?.holds -= 1
    forgetIfOver(room)
  }

  /// A peer comes, or comes again.
  mutating func add(_ peer: PeerID, to room: RoomID) -> Int {
    let shard = places[room]?.shard ?? leastLoaded
    if places[room, default: Place(shard: shard)].peers.insert(peer).inserted { loads[shard] += 1 }
    return shard
  }

  /// A peer goes. Where it was; nil when it was not there.
  mutating func remove(_ peer: PeerID, from room: RoomID) -> Int? {
    guard let shard = places[room]?.shard, places[room]?.peers.remove(peer) != nil else { return nil }
    loads[shard] -= 1
    forgetIfOver(room)
    return shard
  }

  private mutating func forgetIfOver(_ room: RoomID) {
    if let place = places[room], place.holds == 0, place.peers.isEmpty { places[room] = nil }
  }

  private var leastLoaded: Int { loads.indices.min { (loads[$0], $0) < (loads[$1], $1) } ?? 0 }
}
