import Bytes
import MediaClient
import RTCCore
import RTCSecurity
import SFU
import Synchronization
import Testing

@testable import SFURuntime

@Suite("Shards on one port", .serialized)
struct ShardTests {
  private typealias Fleet = SocketFleet<OpenSSLSecurity>

  private func start(shards: Int = 2, port: UInt16 = 0, usesKernelSteering: Bool = true) throws -> MediaPlane {
    try MediaPlane(
      configuration: MediaPlaneConfiguration(
        bindAddress: "127.0.0.1", port: port, maximumPeers: 32, shards: shards, usesKernelSteering: usesKernelSteering)
    ) { _ in }
  }

  /// Four rooms of a sender and two who listen, on `plane`.
  private func call(on plane: MediaPlane) throws -> Fleet {
    var sender = ClientConfiguration()
    sender.personSlots = 2
    sender.camera = VideoProfile(frameRate: 20, layers: [.init(rid: nil, width: 320, height: 180, bitrate: 100_000)])
    let listener = ClientConfiguration.listener(personSlots: 2)
    let fleet = try Fleet(
      (0..<12).map { $0 % 3 == 0 ? sender : listener }, security: try OpenSSLSecurity(),
      bind: TransportAddress(ipv4: 0x7F00_0001, port: 0), seed: 7)
    var random = SecureRandom()
    for index in 0..<fleet.count {
      let room = RoomID(UInt64(index / 3))
      let offer = fleet.offer(of: index)
      let (answer, peer) = try MediaNegotiator.negotiate(
        offer: offer.sdp, mids: offer.mids, local: plane.enter(room), using: &random)
      plane.post(.addPeer(room: room, peer: PeerID(UInt64(index)), configuration: peer), in: room)
      plane.leave(room)
      try fleet.accept(answer: answer, for: index)
    }
    return fleet
  }

  private func isServed(_ fleet: Fleet) -> Bool {
    (0..<fleet.count).filter { $0 % 3 != 0 }.allSatisfy { index in
      fleet.withClient(index) { client in client.trackStatistics.count { $0.frames > 0 } == 2 }
    }
  }

  private func lost(_ fleet: Fleet) -> UInt64 {
    (0..<fleet.count).reduce(0) { sum, index in
      fleet.withClient(index) { client in client.trackStatistics.reduce(sum) { $0 + $1.lost } }
    }
  }

  private final class Reports: Sendable {
    let found = Mutex<[Int: MediaPlaneCounters]>([:])
  }

  /// Counters of each shard. The clients go on meanwhile: on a busy machine to wait for them may last longer than consent.
  private func counters(of plane: MediaPlane, while fleet: Fleet) -> [MediaPlaneCounters] {
    let reports = Reports()
    for (index, mailbox) in plane.mailboxes.enumerated() {
      mailbox.post(.report { counters in reports.found.withLock { $0[index] = counters } })
    }
    fleet.run(for: .seconds(60)) { _ in reports.found.withLock { $0.count } == plane.mailboxes.count }
    return reports.found.withLock { found in found.sorted { $0.key < $1.key }.map(\.value) }
  }

  @Test("rooms on two shards of one port: all media arrives, and once the kernel steers nothing is handed over")
  func steered() throws {
    let plane = try start()
    defer { plane.stop() }
    let fleet = try call(on: plane)
    fleet.run(for: .seconds(60)) { fleet in isServed(fleet) && plane.steeringStatus?.routes == 12 }
    #expect(fleet.connectedCount == 12)
    #expect(isServed(fleet))
    try #require(plane.steeringStatus?.refusals == 0)
    // The program follows the last route by a few milliseconds.
    fleet.run(for: .milliseconds(300))
    let before = counters(of: plane, while: fleet)
    fleet.run(for: .seconds(1))
    let after = counters(of: plane, while: fleet)
    for shard in 0..<2 {
      #expect(after[shard].population.rooms == 2)
      #expect(after[shard].population.peers == 6)
      #expect(after[shard].media.forwarded > before[shard].media.forwarded + 100)
      #expect(after[shard].network.handedOver == before[shard].network.handedOver)
      // What comes before its address has found the way through both shards is dropped, and sent again.
      for reason in [DropReason.unvalidatedAddress, .unknownUfrag] {
        #expect(after[shard].media[reason] == before[shard].media[reason])
      }
    }
    #expect(lost(fleet) == 0)
    fleet.close()
  }

  @Test("without the kernel's help all media arrives as well, handed over in process")
  func handedOver() async throws {
    let plane = try start(usesKernelSteering: false)
    defer { plane.stop() }
    let fleet = try call(on: plane)
    fleet.run(for: .seconds(60)) { fleet in isServed(fleet) && plane.steeringStatus?.routes == 12 }
    #expect(isServed(fleet))
    fleet.run(for: .seconds(1))
    let counters = await plane.counters()
    #expect(plane.steeringStatus?.programs == 0)
    // Twelve addresses on the right shard by chance: one in 4096.
    #expect(counters.network.handedOver > 0)
    #expect(counters.network.handoversLost == 0)
    #expect(lost(fleet) == 0)
    fleet.close()
  }

  @Test("sessions that end give up their routes, and rooms that end their place")
  func released() async throws {
    let plane = try start()
    defer { plane.stop() }
    let fleet = try call(on: plane)
    fleet.run(for: .seconds(60)) { fleet in fleet.connectedCount == 12 && plane.steeringStatus?.routes == 12 }
    #expect(plane.placedRooms == 4)
    for index in 0..<12 { plane.post(.removePeer(PeerID(UInt64(index))), in: RoomID(UInt64(index / 3))) }
    #expect(plane.placedRooms == 0)
    fleet.run(for: .seconds(10)) { _ in plane.steeringStatus?.routes == 0 }
    #expect(plane.steeringStatus?.routes == 0)
    #expect(await plane.counters().population == .none)
  }

  private static let offer =
    [
      "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0", "m=audio 9 UDP/TLS/RTP/SAVPF 111",
      "c=IN IP4 0.0.0.0", "a=mid:0", "a=sendonly", "a=rtcp-mux", "a=ice-ufrag:them",
      "a=ice-pwd:aPasswordOfTwentyFourChr",
      "a=fingerprint:sha-256 " + Array(repeating: "AB", count: 32).joined(separator: ":"), "a=setup:actpass",
      "a=rtpmap:111 opus/48000/2",
    ].map { $0 + "\r\n" }.joined()

  private func add(_ number: UInt64, to plane: MediaPlane) throws -> ICECredentials {
    let room = RoomID(number)
    var random = SecureRandom()
    let (_, peer) = try MediaNegotiator.negotiate(
      offer: Self.offer, mids: OfferedMids(microphone: "0"), local: plane.enter(room), using: &random)
    plane.post(.addPeer(room: room, peer: PeerID(number), configuration: peer), in: room)
    plane.leave(room)
    return peer.localCredentials
  }

  /// Counters of all shards once `isDone` says so. The number of questions bounds a broken run.
  private func counters(
    of plane: MediaPlane, _ isDone: ([MediaPlaneCounters]) -> Bool
  ) async -> [MediaPlaneCounters] {
    var counters = await plane.shardCounters()
    for _ in 0..<200_000 where !isDone(counters) { counters = await plane.shardCounters() }
    return counters
  }

  @Test("fragments name the shard of their room, and checks are answered whatever attribute comes first")
  func checks() async throws {
    let plane = try start()
    defer { plane.stop() }
    let credentials = [try add(1, to: plane), try add(2, to: plane)]
    #expect(credentials[0].ufrag.hasPrefix("A") && credentials[1].ufrag.hasPrefix("B"))
    for port in 0..<16 {
      let client = try UDPTestClient(server: plane.port)
      let own = credentials[port % 2]
      client.send(Checks.request("\(own.ufrag):them", password: own.password))
      _ = try client.receive()
      client.send(Checks.request("\(own.ufrag):them", password: own.password, isUsernameFirst: false))
      _ = try client.receive()
    }
    let counters = await plane.counters()
    #expect(counters.media.packetsIn == 32)
    #expect(counters.media[.unknownUfrag] == 0)
  }

  @Test("forged checks and floods from a validated address move nothing: its datagrams still reach its shard")
  func forged() async throws {
    for usesKernelSteering in [true, false] {
      let plane = try start(usesKernelSteering: usesKernelSteering)
      defer { plane.stop() }
      let (own, other) = (try add(1, to: plane), try add(2, to: plane))
      let client = try UDPTestClient(server: plane.port)
      client.send(Checks.request("\(own.ufrag):them", password: own.password))
      _ = try client.receive()
      _ = await counters(of: plane) { _ in plane.steeringStatus?.routes == 1 }
      for _ in 0..<20 {
        client.send(Checks.request("\(other.ufrag):them", password: "not the password of anybody"))
        client.send(Checks.request("BBBBBBBB:them", password: "not the password of anybody"))
        client.send(Checks.request("PPPPPPPP:them", password: "not the password of anybody"))
        client.send([0xFF, 1, 2, 3])
      }
      // A record that no handshake begins with is nobody's but the shard's that has validated the address.
      for _ in 0..<10 { client.send([22, 0xFE, 0xFD] + Array(repeating: 0, count: 60)) }
      let after = await counters(of: plane) { $0.reduce(0) { $0 + $1.media.packetsIn } >= 91 }
      #expect(after[0].media.packetsIn >= 11)
      #expect(after[1].media[.badSTUNIntegrity] == 20)
      #expect(after.allSatisfy { $0.media[.unvalidatedAddress] == 0 })
      #expect(plane.steeringStatus?.routes == 1)
    }
  }

  @Test("a port that shards share is nobody else's, and can be taken again after stop")
  func exclusive() throws {
    let plane = try start(shards: 3)
    #expect(throws: MediaPlaneError.bind(errno: 98)) { try start(shards: 3, port: plane.port) }
    #expect(throws: MediaPlaneError.bind(errno: 98)) { try start(shards: 1, port: plane.port) }
    plane.stop()
    let again = try start(shards: 2, port: plane.port)
    #expect(again.shardCount == 2 && again.port == plane.port)
    again.stop()
  }

  @Test("with one shard nothing is shared, steered or named")
  func alone() async throws {
    let plane = try start(shards: 1)
    defer { plane.stop() }
    #expect(plane.steeringStatus == nil)
    #expect(plane.enter(RoomID(1)).shard == nil)
    let client = try UDPTestClient(server: plane.port)
    client.send([0x80, 0x60] + Array(repeating: 0, count: 100))
    let after = await counters(of: plane) { $0[0].media.packetsIn == 1 }
    #expect(after[0].media[.unvalidatedAddress] == 1)
    #expect(after[0].network.handedOver == 0)
  }

  @Test("a ring keeps order and bytes, and refuses what does not fit")
  func ring() throws {
    let ring = HandoverRing()
    let source = TransportAddress(ipv4: 0x7F00_0001, port: 9)
    func push(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { ring.push($0, from: source) } }
    #expect(ring.front()?.bytes == nil)
    for round in 0..<3 {
      for index in 0..<HandoverRing.capacity { #expect(push([UInt8(index), UInt8(round)])) }
      #expect(!push([0]))
      for index in 0..<HandoverRing.capacity {
        let (bytes, from) = try #require(ring.front())
        #expect(Array(bytes) == [UInt8(index), UInt8(round)] && from == source)
        ring.pop()
      }
      #expect(ring.front()?.bytes == nil)
    }
    #expect(!push(Array(repeating: 0, count: 2_049)))
    #expect(push([]))
    #expect(ring.front()?.bytes.count == 0)
  }
}
