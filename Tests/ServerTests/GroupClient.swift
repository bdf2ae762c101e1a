import Bytes
import MLS
import MLSWire
import NativeMLSCrypto

@testable import Signaling

/// A participant over a live WebSocket, with a real MLS group. Does what the node asks of it, message by message.
final class GroupClient {
  typealias Suite = NativeX25519Suite

  private let connection: LiveConnection
  private let member: Member
  /// Types of what has arrived.
  private(set) var heard: [String] = []

  /// What outlives a connection.
  final class Member {
    let join: UInt8
    let identity: ClientIdentity<Suite>
    let bundle: KeyPackageBundle<Suite>
    var group: Group<Suite>?
    var pending: StagedCommit<Suite>?
    var entered: Group<Suite>?
    var resume: String?
    var senderKey: [UInt8] = []

    init(_ join: UInt8) throws {
      var random = SystemRandomNumberGenerator()
      self.join = join
      identity = try ClientIdentity(
        credential: .basic(identity: Array(repeating: join, count: 16)),
        signatureKey: Suite.generateSignatureKey(using: &random),
        capabilities: Capabilities(cipherSuites: [Suite.suite]))
      bundle = try KeyPackageBundle(identity, lifetime: Lifetime(notBefore: 0, notAfter: .max), using: &random)
    }

    var leaves: Int { group?.tree.members.count ?? 0 }
  }

  init(_ connection: LiveConnection, _ member: Member) {
    self.connection = connection
    self.member = member
  }

  func say(_ type: String, _ members: [JSONMember] = []) async throws {
    let object = [JSONMember("v", .integer(1)), JSONMember("type", .string(type))] + members
    try await connection.sendFrame(JSONValue.object(object).encoded())
  }

  func box(_ type: String, _ bytes: [UInt8]) async throws {
    try await say(type, [JSONMember("box", .string(Base64URL.encode(bytes)))])
  }

  /// Hello, and the key package, or for one who comes back the epoch.
  func enter() async throws {
    try await connection.sendFrame(Array(Said.hello(join: member.join, resume: member.resume).utf8))
    _ = try await until("welcome")
    if let epoch = member.group?.epoch {
      try await say("sync", [JSONMember("epoch", .integer(Int64(epoch)))])
    } else {
      try await box("key_package", MLSMessage.keyPackage(member.bundle.keyPackage).wire)
    }
  }

  /// Does what it is asked to, until a message of that type has been dealt with.
  func until(_ type: String) async throws -> JSONValue {
    while case .text(let bytes)? = try await connection.next() {
      let message = try JSONReader.read(bytes)
      heard.append(message.text("type"))
      try await respond(to: message)
      if message.text("type") == type { return message }
    }
    throw ConnectionEnded()
  }

  private func bytes(_ message: JSONValue, _ name: String) throws -> [UInt8] {
    guard let bytes = Base64URL.decode(message.text(name)) else { throw ConnectionEnded() }
    return bytes
  }

  private func respond(to message: JSONValue) async throws {
    switch message.text("type") {
    case "welcome":
      member.resume = message.text("resume")
      member.senderKey = try bytes(message, "sender_key")
    case "create_group": try await box("group", try create())
    case "commit_request": try await box("commit", try commit(message))
    case "proposal":
      _ = try member.group?.receive(try MLSMessage(wire: try bytes(message, "box")))
    case "commit": try await process(message)
    case "group_welcome": try await join(message)
    case "resync": try await say("sync")
    case "group_info": try await box("commit", try comeBack(message))
    default: return
    }
  }

  // MARK: MLS

  private func create() throws -> [UInt8] {
    var random = SystemRandomNumberGenerator()
    let node = ExternalSender(signatureKey: member.senderKey, credential: .basic(identity: Array("node".utf8)))
    let group = try Group<Suite>(
      id: [1, 2, 3], creator: member.bundle,
      extensions: [Extension(type: .externalSenders, data: ExternalSenders([node]).wire)], using: &random)
    member.group = group
    return GroupUpload(groupInfo: try info(of: group), tree: TreeChange(from: [], to: group.tree.sent.nodes)).wire
  }

  func commit(_ request: JSONValue? = nil) throws -> [UInt8] {
    guard var group = member.group else { throw ConnectionEnded() }
    var proposals: [Proposal] = []
    if case .array(let packages)? = request?["packages"] {
      for case .string(let text) in packages {
        guard let box = Base64URL.decode(text), case .keyPackage(let package) = try MLSMessage(wire: box) else {
          continue
        }
        proposals.append(.add(package))
      }
    }
    var options = CommitOptions(proposals)
    options.welcomeHasTree = false
    var random = SystemRandomNumberGenerator()
    let made = try group.commit(options, now: nil, using: &random)
    guard let next = made.staged.next else { throw ConnectionEnded() }
    member.pending = made.staged
    return CommitUpload(
      commit: made.message.wire, welcome: made.welcome.map { MLSMessage.welcome($0).wire } ?? [],
      groupInfo: try info(of: next), tree: TreeChange(from: group.tree.sent.nodes, to: next.tree.sent.nodes)
    ).wire
  }

  private func process(_ message: JSONValue) async throws {
    if let entered = member.entered {
      member.group = entered
    } else if let pending = member.pending {
      try member.group?.merge(pending)
    } else if case .commit(let staged)? = try member.group?.receive(MLSMessage(wire: try bytes(message, "box"))) {
      try member.group?.merge(staged)
    }
    member.pending = nil
    member.entered = nil
    try await sayReady()
  }

  private func join(_ message: JSONValue) async throws {
    guard case .welcome(let welcome) = try MLSMessage(wire: try bytes(message, "welcome")) else { return }
    let tree = try RatchetTreeExtension(wire: try bytes(message, "tree"))
    member.group = try Group(joining: welcome, as: member.bundle, tree: tree)
    try await sayReady()
  }

  private func comeBack(_ message: JSONValue) throws -> [UInt8] {
    guard case .groupInfo(let info) = try MLSMessage(wire: try bytes(message, "info")) else { throw ConnectionEnded() }
    let tree = try RatchetTreeExtension(wire: try bytes(message, "tree"))
    var join = ExternalJoin<Suite>(identity: member.identity)
    join.replacing = member.group?.ownLeaf
    var random = SystemRandomNumberGenerator()
    let (commit, next) = try Group.joinExternally(info, tree: tree, join: join, now: nil, using: &random)
    member.entered = next
    return CommitUpload(
      commit: commit.wire, welcome: [], groupInfo: try self.info(of: next),
      tree: TreeChange(from: tree.nodes, to: next.tree.sent.nodes)
    ).wire
  }

  private func sayReady() async throws {
    guard let epoch = member.group?.epoch else { return }
    try await say("ready", [JSONMember("epoch", .integer(Int64(epoch)))])
  }

  private func info(of group: Group<Suite>) throws -> [UInt8] {
    MLSMessage.groupInfo(try group.groupInfo(withTree: false, withExternalPub: true)).wire
  }
}
