import Delivery
import MLS
import MLSWire
import NativeMLSCrypto

typealias NativeSuite1 = NativeX25519Suite

/// Seconds since 1970 at which all tests play.
let testNow: UInt64 = 1_800_000_000

/// splitmix64.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}

/// The node's key.
struct TestSigner: DeliverySigner {
  private let key = [UInt8](repeating: 7, count: 32)

  var publicKey: [UInt8] {
    guard let key = try? NativeSuite1.signaturePublicKey(privateKey: key) else { fatalError("32 bytes are a key") }
    return key
  }

  func sign(_ message: [UInt8]) -> [UInt8] {
    guard let signature = try? NativeSuite1.sign(privateKey: key, message: message) else { fatalError("32 bytes") }
    return signature
  }

  static func isValid(_ signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]) -> Bool {
    NativeSuite1.verify(publicKey: publicKey, message: message, signature: signature)
  }

  static func sha256(_ message: [UInt8]) -> [UInt8] { NativeSuite1.hash(message) }
}

/// A participant with a real MLS group, who does what the node asks.
struct Person {
  let index: Int
  let join: [UInt8]
  let identity: ClientIdentity<NativeSuite1>
  var bundle: KeyPackageBundle<NativeSuite1>
  var group: Group<NativeSuite1>?
  /// Our commit that has not been answered, and what it makes.
  var pending: StagedCommit<NativeSuite1>?
  var entered: Group<NativeSuite1>?
  /// Does nothing of its own accord.
  var isSilent = false
  /// Refuses every commit of these.
  var distrusted: Set<Int> = []
  var events: [DeliveryEvent] = []
  var random: SeededGenerator

  init(_ index: Int, seed: UInt64 = 1) throws {
    self.index = index
    join =
      [UInt8](repeating: UInt8(truncatingIfNeeded: index + 1), count: 14) + [UInt8(index >> 8), UInt8(index & 255)]
    random = SeededGenerator(seed: seed << 20 + UInt64(index))
    identity = try ClientIdentity(
      credential: .basic(identity: join), signatureKey: NativeSuite1.generateSignatureKey(using: &random),
      capabilities: Capabilities(cipherSuites: [NativeSuite1.suite]))
    bundle = try KeyPackageBundle(
      identity, lifetime: Lifetime(notBefore: testNow - 3600, notAfter: testNow + 3600), using: &random)
  }

  var package: [UInt8] { MLSMessage.keyPackage(bundle.keyPackage).wire }

  mutating func renewPackage() throws {
    bundle = try KeyPackageBundle(
      identity, lifetime: Lifetime(notBefore: testNow - 3600, notAfter: testNow + 3600), using: &random)
  }

  static var extensions: [Extension] {
    let node = ExternalSender(signatureKey: TestSigner().publicKey, credential: .basic(identity: Array("node".utf8)))
    return [Extension(type: .externalSenders, data: ExternalSenders([node]).wire)]
  }

  mutating func create(extensions: [Extension] = Person.extensions) throws -> GroupUpload {
    let group = try Group(
      id: Array("room \(index)".utf8), creator: bundle, extensions: extensions, using: &random)
    self.group = group
    return GroupUpload(groupInfo: try info(of: group), tree: TreeChange(from: [], to: group.tree.sent.nodes))
  }

  /// A commit with these proposals and those received.
  mutating func commit(_ proposals: [Proposal]) throws -> CommitUpload {
    guard var group else { throw MLSError.group(.removed) }
    var options = CommitOptions(proposals)
    options.welcomeHasTree = false
    let made = try group.commit(options, now: testNow, using: &random)
    pending = made.staged
    guard let next = made.staged.next else { throw MLSError.group(.removed) }
    return CommitUpload(
      commit: made.message.wire, welcome: made.welcome.map { MLSMessage.welcome($0).wire } ?? [],
      groupInfo: try info(of: next), tree: TreeChange(from: group.tree.sent.nodes, to: next.tree.sent.nodes))
  }

  /// A way in from outside.
  mutating func externalCommit(_ info: [UInt8], _ tree: [UInt8]) throws -> CommitUpload {
    guard case .groupInfo(let groupInfo) = try MLSMessage(wire: info) else { throw WireError.truncated }
    let tree = try RatchetTreeExtension(wire: tree)
    var join = ExternalJoin<NativeSuite1>(identity: identity)
    join.replacing = tree.nodes.indices.lazy.filter { $0 & 1 == 0 }.first { index in
      if case .leaf(let leaf) = tree.nodes[index] { leaf.credential == .basic(identity: self.join) } else { false }
    }.map { LeafIndex(UInt32($0 / 2)) }
    let (message, next) = try Group.joinExternally(groupInfo, tree: tree, join: join, now: testNow, using: &random)
    entered = next
    return CommitUpload(
      commit: message.wire, welcome: [], groupInfo: try self.info(of: next),
      tree: TreeChange(from: tree.nodes, to: next.tree.sent.nodes))
  }

  private func info(of group: Group<NativeSuite1>) throws -> [UInt8] {
    MLSMessage.groupInfo(try group.groupInfo(withTree: false, withExternalPub: true)).wire
  }

  /// What it answers to an event.
  mutating func respond(to event: DeliveryEvent) throws -> [DeliveryCommand] {
    switch event {
    case .createGroup: return [.create(try create().wire)]
    case .commitRequest(let packages): return try answer(packages)
    case .proposal(let box):
      _ = try group?.receive(try MLSMessage(wire: box), now: testNow)
      return []
    case .commit(let epoch, let author, let box): return try process(epoch, author, box)
    case .commitRefused:
      // Somebody was quicker than who comes from outside: once more, from where the group is now.
      guard entered != nil else { return [] }
      entered = nil
      return [.sync(epoch: nil)]
    case .ready: return []
    case .groupWelcome(let welcome, let tree):
      guard case .welcome(let welcome) = try MLSMessage(wire: welcome) else { throw WireError.truncated }
      let joined = try Group(joining: welcome, as: bundle, tree: RatchetTreeExtension(wire: tree), now: testNow)
      group = joined
      return [.ready(epoch: joined.epoch)]
    case .resync: return [.sync(epoch: nil)]
    case .groupInfo(let info, let tree): return [.commit(try externalCommit(info, tree).wire)]
    }
  }

  private mutating func answer(_ packages: [[UInt8]]) throws -> [DeliveryCommand] {
    guard group != nil else { return [] }
    let adds = try packages.map { box -> Proposal in
      guard case .keyPackage(let package) = try MLSMessage(wire: box) else { throw WireError.truncated }
      return .add(package)
    }
    return [.commit(try commit(adds).wire)]
  }

  private mutating func process(_ epoch: UInt64, _ author: Int, _ box: [UInt8]) throws -> [DeliveryCommand] {
    if author == index {
      if let entered {
        group = entered
      } else if let pending {
        try group?.merge(pending)
      }
    } else {
      guard group?.epoch == epoch else { return [] }
      guard !distrusted.contains(author) else { return [.refuse(epoch: epoch)] }
      guard case .commit(let staged) = try group?.receive(MLSMessage(wire: box), now: testNow) else { return [] }
      try group?.merge(staged)
    }
    pending = nil
    entered = nil
    guard let group, group.status == .active else { return [] }
    return [.ready(epoch: group.epoch)]
  }
}
