import ClientCore
import MLS
import MLSWire
import NativeMLSCrypto
import RoomRules
import Testing

@Suite("Profiles")
struct ProfileTests {
  struct Author {
    let join: JoinID
    let key: [UInt8]
    let leaf: LeafNode

    init(using random: inout SeededGenerator) throws {
      join = JoinID(using: &random)
      key = random.bytes(32)
      leaf = LeafNode(
        encryptionKey: [], signatureKey: try NativeX25519Suite.signaturePublicKey(privateKey: key),
        credential: join.credential, capabilities: RolesPolicy<NativeX25519Suite>.capabilities, source: .update)
    }

    func profile(_ version: UInt64, _ body: [UInt8], group: [UInt8] = [1]) throws -> SignedProfile {
      try SignedProfile(
        join: join, version: version, body: body, groupID: group, signatureKey: key, as: NativeX25519Suite.self)
    }
  }

  private var book: ProfileBook<NativeX25519Suite> { ProfileBook(groupID: [1]) }

  @Test("the newest counts; the same or an older one does not come back, not even after its author has left")
  func rollBack() throws {
    var random = SeededGenerator(seed: 0x93_0001)
    let ana = try Author(using: &random)
    var book = book
    let profiles = try (1...3).map { try ana.profile(UInt64($0), [UInt8($0)]) }
    try book.accept(profiles[1], of: ana.leaf)
    #expect(throws: ProfileError.rolledBack) { try book.accept(profiles[1], of: ana.leaf) }
    #expect(throws: ProfileError.rolledBack) { try book.accept(profiles[0], of: ana.leaf) }
    try book.accept(profiles[2], of: ana.leaf)
    #expect(book[ana.join]?.body == [3])
    book.remove(ana.join)
    #expect(book[ana.join] == nil)
    #expect(throws: ProfileError.rolledBack) { try book.accept(profiles[2], of: ana.leaf) }
    try book.accept(ana.profile(4, [4]), of: ana.leaf)
    #expect(book[ana.join]?.body == [4])
  }

  @Test("forged: another's key, another's name, another group, another body, nobody's")
  func forgeries() throws {
    var random = SeededGenerator(seed: 0x93_0002)
    let ana = try Author(using: &random)
    let eva = try Author(using: &random)
    var book = book
    let good = try ana.profile(1, [1])
    #expect(throws: ProfileError.badSignature) { try book.accept(good, of: eva.leaf) }
    let named = try SignedProfile(
      join: ana.join, version: 9, body: [9], groupID: [1], signatureKey: eva.key, as: NativeX25519Suite.self)
    #expect(throws: ProfileError.badSignature) { try book.accept(named, of: ana.leaf) }
    #expect(throws: ProfileError.badSignature) { try book.accept(named, of: eva.leaf) }
    #expect(throws: ProfileError.badSignature) { try book.accept(ana.profile(1, [1], group: [2]), of: ana.leaf) }
    #expect(throws: ProfileError.unknownMember) { try book.accept(good, of: nil) }
    for position in good.wire.indices {
      var changed = good.wire
      changed[position] ^= 1
      guard let read = try? SignedProfile(wire: changed) else { continue }
      #expect(throws: ProfileError.badSignature) { try book.accept(read, of: ana.leaf) }
    }
    try book.accept(good, of: ana.leaf)
  }

  @Test("bundles carry everybody's in pieces that fit a message")
  func bundles() throws {
    var random = SeededGenerator(seed: 0x93_0003)
    var book = book
    var other = self.book
    var leaves: [JoinID: LeafNode] = [:]
    #expect(book.bundles.isEmpty)
    for number in 0..<40 {
      let author = try Author(using: &random)
      leaves[author.join] = author.leaf
      let length = number == 0 ? SignedProfile.maximumBodyLength : 500 + 37 * number
      try book.accept(author.profile(1, random.bytes(length)), of: author.leaf)
    }
    let bundles = book.bundles
    #expect(bundles.count > 2)
    for bundle in bundles {
      #expect(bundle.count <= ProfileBook<NativeX25519Suite>.maximumBundleLength)
      #expect(MeetingContent(.profiles, bundle) != nil)
      for profile in try #require(ProfileBook<NativeX25519Suite>.read(bundle: bundle)) {
        try other.accept(profile, of: leaves[profile.join])
      }
    }
    for join in leaves.keys { #expect(other[join] == book[join]) }
  }

  @Test("what is no bundle is none")
  func badBundles() throws {
    var random = SeededGenerator(seed: 0x93_0004)
    let long = try Author(using: &random).profile(1, [])
    var writer = WireWriter()
    writer.write(vector: [SignedProfile](repeating: long, count: 200))
    #expect(ProfileBook<NativeX25519Suite>.read(bundle: writer.bytes) == nil)
    for _ in 0..<2_000 {
      let bytes = random.bytes(Int.random(in: 1...60, using: &random))
      #expect(ProfileBook<NativeX25519Suite>.read(bundle: bytes)?.isEmpty ?? true)
    }
  }
}
