import MLS
import NativeCrypto
import NativeMLSCrypto
import RoomRules
import Testing

@testable import ClientCore

@Suite("The door of a room")
struct DoorTests {
  private static let room = Array("0123456789ABCDEF".utf8)
  private static let name = Array("\"Ana\"".utf8)

  private func meeting(
    _ link: MeetingLink, hostSeed: [UInt8]? = nil, _ random: inout SeededGenerator
  ) throws -> TestMeeting {
    try TestMeeting.open(link: link, hostSeed: hostSeed, using: &random)
  }

  @Test("a hello says whose room the link is of; only the host proves to be it, for one join into one room")
  func hello() throws {
    var random = SeededGenerator(seed: 0xa2_0101)
    let seed = random.bytes(32)
    let key = try HostKey<NativeX25519Suite>(seed: seed)
    let link = MeetingLink(host: key.digest, using: &random)
    var host = try meeting(link, hostSeed: seed, &random)
    let said = try #require(host.hello(room: Self.room, device: nil, name: Self.name, using: &random))
    #expect(said.governed == key.digest)
    #expect(said.invitation == nil)
    let proof = try #require(said.host)
    #expect(proof.key == key.publicKey)
    func isGood(_ room: [UInt8], _ join: JoinID) -> Bool {
      TestVerifier.isValid(proof.signature, of: DoorProofs.host(room: room, join: join), by: proof.key)
    }
    #expect(isGood(Self.room, host.join))
    #expect(!isGood(Self.room, JoinID(using: &random)))
    #expect(!isGood(Array("0123456789ABCDEG".utf8), host.join))
    var guest = try meeting(link, &random)
    #expect(try #require(guest.hello(room: Self.room, device: nil, name: [], using: &random)).host == nil)
    var nobodys = try meeting(MeetingLink(host: nil, using: &random), &random)
    #expect(nobodys.hello(room: Self.room, device: nil, name: [], using: &random) == nil)
  }

  @Test("who was invited proves it for one device, and without a device not at all")
  func use() throws {
    var host = try InvitingHost(seed: 0xa2_0102)
    let secret = host.random.bytes(16)
    let link = MeetingLink(host.link, invitation: secret)
    var guest = try meeting(link, &host.random)
    let device = DeviceDigest(using: &host.random)
    let said = try #require(guest.hello(room: Self.room, device: device, name: [], using: &host.random))
    let proof = try #require(said.invitation)
    #expect(proof.key == TestInvitationKey(secret: secret)?.publicKey)
    func isGood(_ device: DeviceDigest) -> Bool {
      let content = DoorProofs.use(room: Self.room, join: guest.join, device: device)
      return TestVerifier.isValid(proof.signature, of: content, by: proof.key)
    }
    #expect(isGood(device))
    #expect(!isGood(DeviceDigest(using: &host.random)))
    #expect(guest.hello(room: Self.room, device: nil, name: [], using: &host.random)?.invitation == nil)
  }

  @Test("a name at the door is read by who has the link, for the join that knocks; all boxes are of one length")
  func knock() throws {
    var host = try InvitingHost(seed: 0xa2_0103)
    let inside = try meeting(host.link, &host.random)
    var guest = try meeting(host.link, &host.random)
    var lengths = Set<Int>()
    for name in [[], Self.name, [UInt8](repeating: 0x61, count: 256)] as [[UInt8]] {
      let box = try #require(guest.hello(room: Self.room, device: nil, name: name, using: &host.random)?.knock)
      lengths.insert(box.count)
      let read = try #require(inside.keys.open(box, for: .knock(guest.join)))
      #expect(read == name + [UInt8](repeating: 0x20, count: 256 - name.count))
      #expect(inside.keys.open(box, for: .knock(inside.join)) == nil)
      #expect(inside.keys.open(box, for: .label) == nil)
      let other = try meeting(MeetingLink(host: host.key.digest, using: &host.random), &host.random)
      #expect(other.keys.open(box, for: .knock(guest.join)) == nil)
    }
    #expect(lengths == [LinkKeys<NativeX25519Suite>.doorBoxLength])
    let tooLong = [UInt8](repeating: 0x61, count: 257)
    #expect(guest.hello(room: Self.room, device: nil, name: tooLong, using: &host.random)?.knock == nil)
    for length in [0, 12, 283, 285] {
      #expect(inside.keys.open([UInt8](repeating: 7, count: length), for: .label) == nil)
    }
  }

  @Test("the host invites at the door, with a link that opens it and a label that only the room reads")
  func invite() throws {
    var random = SeededGenerator(seed: 0xa2_0104)
    let seed = random.bytes(32)
    let link = MeetingLink(host: try HostKey<NativeX25519Suite>(seed: seed).digest, using: &random)
    var host = try meeting(link, hostSeed: seed, &random)
    let wish = InvitationWish(role: .speaker, delegates: false, uses: 1, expires: 0)
    let made = try #require(host.invite(wish, label: Array("\"the lawyer\"".utf8), using: &random))
    let read = try MeetingLink(fragment: made.fragment)
    var guest = try meeting(read, &random)
    #expect(guest.gate == host.gate && guest.keys.roomPSK == host.keys.roomPSK)
    #expect(guest.invitation?.id == made.id)
    #expect(made.chain.last.key == guest.invitation?.publicKey)
    #expect(host.keys.open(made.label, for: .label)?.starts(with: Array("\"the lawyer\"".utf8)) == true)
    var visitor = try meeting(link, &random)
    #expect(visitor.invite(wish, label: [], using: &random) == nil)
    #expect(guest.invite(wish, label: [], using: &random) == nil)
    #expect(host.invite(wish, label: [UInt8](repeating: 0x20, count: 257), using: &random) == nil)
  }
}
