import Bytes
import Crypto
import MLS
import MLSWire
import NativeMLSCrypto
import RoomRules
import Rooms
import Testing

@testable import Server
@testable import Signaling

@Suite("A room whose password its host changes")
struct PasswordChangeTests {
  private static let newGate: UInt8 = 8

  let keeper: MemoryRoomKeeper
  let node: TestNode
  let room = HostedRoom()

  init() {
    keeper = MemoryRoomKeeper()
    node = TestNode(keeper: keeper)
  }

  private func hash(_ gate: UInt8) -> [UInt8] { NodeSigner.sha256(Array(repeating: gate, count: 32)) }

  private func change(by host: Guest, to gate: UInt8 = newGate, others: [Guest] = []) async throws {
    try await host.change { $0.gate = hash(gate) }
    try await settle(node, [host] + others)
  }

  /// Somebody says hello with a gate, and hears this.
  private func arrive(_ join: UInt8, gate: UInt8, _ change: (inout HostedRoom.Card) -> Void = { _ in }) async throws
    -> Guest
  {
    var card = HostedRoom.Card(join)
    change(&card)
    let guest = try Guest(node, room, card)
    try await guest.hello(gate: gate)
    return guest
  }

  private var silence: [OutgoingFrame] { [.text(ServerMessage.lobby(.noHost).encoded())] }

  @Test("who is inside goes on; who waits knocks again, and comes to where their password leads now")
  func everybody() async throws {
    let host = try await hosted(node, room)
    let inside = try await admitted(2, by: host, node, room)
    let old = try await arrive(3, gate: room.gate)
    let early = try await arrive(4, gate: Self.newGate)
    try await settle(node, [host, inside, old, early])
    #expect(old.take().map { $0.text("state") } == ["waiting"])
    #expect(early.take().map { $0.text("state") } == ["no_host"])
    _ = host.take()
    try await change(by: host, others: [inside])
    #expect(host.types().contains("knock_gone"))
    #expect(inside.group?.epoch == host.group?.epoch && inside.refusal() == nil)
    for guest in [old, early] { #expect(await guest.client.frames() == [.close(code: 1000)]) }

    let again = try await arrive(3, gate: room.gate)
    #expect(await again.client.frames() == silence)
    _ = try await host.settle()
    #expect(host.last("knock") == nil)
    let guest = try await arrive(4, gate: Self.newGate)
    try await settle(node, [host, guest])
    #expect(guest.take().map { $0.text("state") } == ["waiting"])
    await host.decide("admit", [try #require(host.last("knock")?.number("id"))])
    try await settle(node, [host, inside, guest])
    #expect(guest.group?.epoch == host.group?.epoch && guest.group != nil)
    #expect(await node.directory.count == 1)
  }

  @Test(
    "who had lost the connection comes back by the gate that was, as the participant that they were and as nobody else")
  func lostMeanwhile() async throws {
    let host = try await hosted(node, room)
    let lost = try await admitted(2, by: host, node, room)
    let resume = lost.resume
    await lost.client.lose()
    try await change(by: host)
    let thief = try await arrive(9, gate: room.gate) { $0.resume = resume }
    #expect(await thief.client.frames() == silence)
    let stranger = try await arrive(2, gate: 77) { $0.resume = resume }
    #expect(await stranger.client.frames() == silence)
    let back = try await arrive(2, gate: room.gate) { $0.resume = resume }
    let welcome = try #require(try await back.client.messages().first { $0.text("type") == "welcome" })
    #expect(welcome["resumed"] == .bool(true) && welcome.number("index") == lost.index)
    let epoch = try #require(lost.group?.epoch)
    await back.say("sync", [JSONMember("epoch", .integer(Int64(epoch)))])
    #expect(try await back.client.types().contains("commit"), "hears of the change")
  }

  @Test("a gate of long ago brings nobody back: the node remembers the last four")
  func longAgo() async throws {
    let host = try await hosted(node, room)
    let lost = try await admitted(2, by: host, node, room)
    await lost.client.lose()
    for gate in UInt8(20)..<25 { try await change(by: host, to: gate) }
    let back = try await arrive(2, gate: room.gate) { $0.resume = lost.resume }
    #expect(await back.client.frames() == silence)
    let later = try await arrive(2, gate: 21) { $0.resume = lost.resume }
    #expect(try await later.client.types().first == "welcome")
  }

  @Test(
    "a gate that a co-host, a speaker or a stranger's key names changes nothing, nor one that the host named before")
  func forged() async throws {
    let host = try await hosted(node, room)
    let other = try await admitted(2, by: host, node, room)
    let before = try #require(host.group?.context.extensions.rules)
    try await host.change { rules in
      var entry = other.entry
      entry.role = .coHost
      rules.entries.append(entry)
      rules.gate = hash(room.gate)
    }
    try await settle(node, [host, other])
    let current = try #require(other.group?.context.extensions.rules)
    let epoch = host.group?.epoch

    func refused(_ rules: RoomRules) async throws {
      _ = other.take()
      let group = try #require(other.group)
      let proposal = Proposal.groupContextExtensions(group.context.extensions.replacing(rules))
      await other.box("commit", try other.commit([proposal]))
      try await settle(node, [host, other])
      #expect(other.types().contains("commit_refused"))
      #expect(host.group?.epoch == epoch)
      let new = try await arrive(5, gate: Self.newGate)
      #expect(await new.client.frames() == silence)
      await new.client.lose()
    }
    var coHosts = current
    coHosts.counter += 1
    coHosts.signer = .coHost(other.join)
    coHosts.basis = current.hostsWord
    coHosts.gate = hash(Self.newGate)
    coHosts.signature = try Guest.Suite.sign(
      privateKey: other.identity.signatureKey, message: coHosts.contentToSign)
    try await refused(coHosts)
    var strangers = current
    strangers.counter += 1
    strangers.gate = hash(Self.newGate)
    strangers.signature = Array(try Curve25519.Signing.PrivateKey().signature(for: strangers.contentToSign))
    try await refused(strangers)
    // Three offences put a client out: the replay is another's.
    let third = try await admitted(6, by: host, node, room, others: [other])
    let group = try #require(third.group)
    await third.box("commit", try third.commit([.groupContextExtensions(group.context.extensions.replacing(before))]))
    try await settle(node, [host, other, third])
    #expect(third.types().contains("commit_refused"))
    let guest = try await arrive(7, gate: room.gate)
    #expect(try await guest.client.messages().map { $0.text("state") } == ["waiting"])
  }

  @Test("who was let in and is not in the group yet comes again, and learns no more than who has a wrong password")
  func betweenDoorAndGroup() async throws {
    let host = try await hosted(node, room)
    let guest = try await arrive(2, gate: room.gate)
    _ = try await host.settle()
    await host.decide("admit", [try #require(host.last("knock")?.number("id"))])
    let welcome = try #require(try await guest.client.messages().first { $0.text("type") == "welcome" })
    try await change(by: host)
    let last = await guest.client.frames().last
    #expect(last == .close(code: 1000))
    let again = try await arrive(2, gate: room.gate) { $0.resume = welcome.text("resume") }
    #expect(await again.client.frames() == silence)
  }

  @Test("the old gate opens nothing to its host either, while the room goes on or is kept; the new one does")
  func hostWithTheOldLink() async throws {
    let host = try await hosted(node, room)
    await host.client.say(#"{"v":1,"type":"keep","kept":true}"#)
    try await change(by: host)
    #expect(keeper.room(NodeSigner.sha256(Array(room.room.utf8)))?.gateHash == hash(Self.newGate))
    let second = try await arrive(2, gate: room.gate) { $0.isHost = true }
    #expect(await second.client.frames() == silence)
    await host.client.say(Said.leave)
    await host.client.lose()
    await node.pass(seconds: 120)
    #expect(await node.directory.count == 0)
    let late = try await arrive(3, gate: room.gate) { $0.isHost = true }
    #expect(await late.client.frames() == silence)
    let back = try await arrive(4, gate: Self.newGate) { $0.isHost = true }
    #expect(try await back.client.types().starts(with: ["welcome", "create_group"]))
    #expect(keeper.room(NodeSigner.sha256(Array(room.room.utf8)))?.gateHash == hash(Self.newGate))
  }

  @Test(
    "one change after the other, as fast as a connection may speak: the last one counts, and nothing is left behind")
  func flood() async throws {
    let host = try await hosted(node, room)
    for gate in UInt8(100)..<130 {
      try await host.change { $0.gate = hash(gate) }
      _ = try await host.settle()
      node.time.pass(.milliseconds(250))
    }
    for gate in [room.gate, 100, 128] {
      let guest = try await arrive(gate, gate: gate)
      #expect(await guest.client.frames() == silence)
      await guest.client.lose()
    }
    let guest = try await arrive(2, gate: 129)
    #expect(try await guest.client.messages().map { $0.text("state") } == ["waiting"])
    await guest.client.lose()
    await node.pass(seconds: 120)
    #expect(await node.directory.count == 1)
  }
}
