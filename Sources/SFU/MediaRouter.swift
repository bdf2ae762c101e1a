internal import Bytes
internal import RTCCore

/// Rooms, peers and streams of a node, and who follows whom: everything about media but its cryptography and its sockets.
/// Elements lie in slabs and name each other by place.
struct MediaRouter: ~Copyable {
  var rooms: Slab<Room>
  var peers: Slab<Peer>
  var upTracks: Slab<UpTrack>
  var downTracks: Slab<DownTrack>
  /// What the mungers of all down tracks remember, place by place: most tracks of a peer that sees nobody never touch theirs.
  let segments: UnsafeMutablePointer<StreamMunger.Segment>
  /// Owners of incoming SSRCs: place of the up track times two, plus one for its RTX stream.
  var ssrcs: FlatTable<RoomSSRC>
  /// Control path only.
  private(set) var peerPlaces: [PeerID: Int32] = [:]
  private var roomPlaces: [RoomID: Int32] = [:]

  var counters = MediaCounters()
  var events: [MediaEvent] = []
  /// Scratch of `allocate`, `rankSpeakers` and `revoice`.
  var items: [AllocationItem] = []
  var candidates: [SpeakerRanking.Candidate] = []
  var seats: [Int32] = []
  var voices: [Int32] = []
  var speakers: [Int32] = []
  /// When `MediaNode.advance` has to visit each peer.
  var deadlines: Deadlines
  var random: SplitMix64
  private var generation: UInt32 = 0

  /// Up tracks of one peer: three camera layers, three more should screens be simulcast, two sounds.
  private static var upTracksPerPeer: Int { 8 }
  /// 9 person slots and the screen, audio and video each, and some more.
  private static var downTracksPerPeer: Int { 24 }

  init(configuration: MediaNodeConfiguration) {
    let peers = max(1, configuration.maximumPeers)
    rooms = Slab(capacity: peers)
    self.peers = Slab(capacity: peers)
    upTracks = Slab(capacity: peers * Self.upTracksPerPeer)
    // A few peers may have 33 slots each; many have ten.
    downTracks = Slab(capacity: max(peers * Self.downTracksPerPeer, 66))
    segments = .allocate(capacity: downTracks.capacity * StreamMunger.remembered)
    deadlines = Deadlines(capacity: peers)
    ssrcs = FlatTable(capacity: peers * Self.upTracksPerPeer * 2, seed: configuration.seed)
    random = SplitMix64(seed: configuration.seed)
  }

  deinit {
    segments.deallocate()
    for index in 0..<upTracks.limit where upTracks.contains(index) { upTracks[index].pointee.destroy() }
  }

  // MARK: Places

  func place(of peer: PeerID) -> Int32? { peerPlaces[peer] }

  mutating func setPlace(_ place: Int32?, of peer: PeerID) { peerPlaces[peer] = place }

  /// The room of this id, made when there is none; nil when the node is full.
  mutating func roomPlace(_ id: RoomID) -> Int32? {
    if let place = roomPlaces[id] { return place }
    guard let place = rooms.insert(Room(id: id)) else { return nil }
    roomPlaces[id] = place
    return place
  }

  mutating func removeRoomIfEmpty(_ place: Int32) {
    guard rooms[place].pointee.members.isEmpty else { return }
    roomPlaces[rooms[place].pointee.id] = nil
    rooms.remove(place)
  }

  mutating func nextGeneration() -> UInt32 {
    generation &+= 1
    return generation
  }

  /// Makes `advance` visit a peer at `time` at the latest.
  @inline(__always)
  mutating func wake(_ peer: Int32, at time: Instant) { deadlines.lower(peer, to: time) }

  @inline(__always)
  func source(_ peer: Int32, _ kind: SourceKind) -> Source { peers[peer].pointee.sources[Int(kind.rawValue)] }
}

/// A small generator for what need not be secret: hash seeds, first sequence numbers (Steele, Lea, Flood 2014).
struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }
}
