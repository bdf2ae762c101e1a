import MLS
import MLSWire
import NativeMLSCrypto

/// Seconds since 1970 at which all tests play.
let testNow: UInt64 = 1_800_000_000

/// Clients of one suite, with the randomness of a test.
struct Party<Suite: CipherSuiteProvider> {
  typealias Member = Group<Suite>
  var random: SeededGenerator

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  mutating func identity(
    _ name: String, capabilities: Capabilities = Capabilities(cipherSuites: [Suite.suite])
  ) throws -> ClientIdentity<Suite> {
    try ClientIdentity(
      credential: .basic(identity: Array(name.utf8)), signatureKey: Suite.generateSignatureKey(using: &random),
      capabilities: capabilities)
  }

  mutating func bundle(
    _ name: String, lifetime: Lifetime = Lifetime(notBefore: testNow - 3600, notAfter: testNow + 3600),
    capabilities: Capabilities = Capabilities(cipherSuites: [Suite.suite])
  ) throws -> KeyPackageBundle<Suite> {
    try KeyPackageBundle(identity(name, capabilities: capabilities), lifetime: lifetime, using: &random)
  }

  mutating func create(_ name: String = "creator", extensions: [Extension] = []) throws -> Member {
    let creator = try bundle(name)
    return try Group(id: Array("room".utf8), creator: creator, extensions: extensions, using: &random)
  }

  /// Commits `proposals` as `members[committer]`, lets everybody else process it, and returns what it was. Members
  /// that are removed stay in the array, closed.
  @discardableResult
  mutating func commit(
    _ options: CommitOptions, by committer: Int = 0, in members: inout [Member],
    psks: PreSharedKeys = PreSharedKeys()
  ) throws -> PendingCommit<Suite> {
    let pending = try members[committer].commit(options, psks: psks, now: testNow, using: &random)
    let message = try MLSMessage(wire: pending.message.wire)
    for index in members.indices where index != committer && members[index].status == .active {
      try members[index].accept(message, psks: psks)
    }
    try members[committer].merge(pending.staged)
    return pending
  }

  /// Adds a member by Welcome.
  mutating func add(_ name: String, by committer: Int = 0, to members: inout [Member]) throws {
    let bundle = try bundle(name)
    let pending = try commit(CommitOptions([.add(bundle.keyPackage)]), by: committer, in: &members)
    guard let welcome = pending.welcome else { return }
    members.append(try Group(joining: Welcome(wire: welcome.wire), as: bundle, now: testNow))
  }

  /// A group of `count`, all of whom have committed once, so that the tree has its inner nodes.
  mutating func group(of count: Int, extensions: [Extension] = []) throws -> [Member] {
    var members = [try create(extensions: extensions)]
    while members.count < count { try add("member \(members.count)", by: members.count - 1, to: &members) }
    return members
  }

  mutating func psk(_ id: String) -> PreSharedKeyID {
    PreSharedKeyID(kind: .external(id: Array(id.utf8)), nonce: random.bytes(Suite.hashLength))
  }
}

extension Group {
  /// Processes a commit and merges it.
  mutating func accept(_ message: MLSMessage, psks: PreSharedKeys = PreSharedKeys()) throws {
    guard case .commit(let staged) = try receive(message, psks: psks, now: testNow) else {
      throw MLSError.framing(.contentNotAllowed)
    }
    try merge(staged)
  }

  /// Application data, or an error.
  mutating func open(_ message: MLSMessage) throws -> [UInt8] {
    guard case .application(let message) = try receive(message) else { throw MLSError.framing(.contentNotAllowed) }
    return message.data
  }
}

extension [Group<NativeX25519Suite>] {
  /// Whether all who are still in agree on the epoch.
  var agree: Bool { Set(filter { $0.status == .active }.map(\.epochAuthenticator)).count == 1 }
}

extension [Group<NativeP256Suite>] {
  var agree: Bool { Set(filter { $0.status == .active }.map(\.epochAuthenticator)).count == 1 }
}
