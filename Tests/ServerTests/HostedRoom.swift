import Bytes
import Crypto
import MLS
import MLSWire
import NativeMLSCrypto
import RoomRules

@testable import Server
@testable import Signaling

/// The keys of a room with a host, and hellos as honest clients say them, and others.
struct HostedRoom {
  let room: String
  let gate: UInt8
  let host = Curve25519.Signing.PrivateKey()

  init(room: String = Said.room, gate: UInt8 = 7) {
    self.room = room
    self.gate = gate
  }

  var hostKey: [UInt8] { Array(host.publicKey.rawRepresentation) }
  var hostDigest: [UInt8] { Array(NodeSigner.sha256(hostKey).prefix(10)) }

  /// What somebody brings to the door.
  struct Card {
    var join: UInt8
    var device = P256.Signing.PrivateKey()
    var isHost = false
    var invitation: Curve25519.Signing.PrivateKey?
    var resume: String?
    var knock: [UInt8] = Array(repeating: 9, count: 284)

    init(_ join: UInt8) { self.join = join }

    var identity: [UInt8] { Array(repeating: join, count: 16) }
    var deviceDigest: [UInt8] { Array(NodeSigner.sha256(Array(device.publicKey.x963Representation)).prefix(16)) }
  }

  /// What of a hello is wrong.
  enum Forgery: CaseIterable {
    case device, host, hostOfAnotherRoom, invitation, invitationOfAnotherDevice, replayedHost
  }

  func hello(_ card: Card, forged: Forgery? = nil, gate other: UInt8? = nil) throws -> String {
    var named = WireWriter()
    named.write(opaque: Array(room.utf8))
    named.write(raw: card.identity)
    let text = Array("tertulia knock 1".utf8) + Array(room.utf8) + card.identity
    let device = try card.device.signature(for: forged == .device ? text + [1] : text)
    var members = [
      JSONMember("v", .integer(1)), JSONMember("type", .string("hello")), JSONMember("room", .string(room)),
      JSONMember("gate", .string(Base64URL.encode(Array(repeating: other ?? gate, count: 32)))),
      JSONMember("join", .string(Base64URL.encode(card.identity))),
      JSONMember("governed", .string(Base64URL.encode(hostDigest))),
      JSONMember("device", proof(Array(card.device.publicKey.x963Representation), Array(device.rawRepresentation))),
      JSONMember("knock", .string(Base64URL.encode(card.knock))),
    ]
    if let resume = card.resume { members.append(JSONMember("resume", .string(resume))) }
    if card.isHost || forged == .host || forged == .hostOfAnotherRoom || forged == .replayedHost {
      let key = forged == .hostOfAnotherRoom ? Curve25519.Signing.PrivateKey() : host
      let content = forged == .replayedHost ? named.bytes.dropLast(16) + Array(repeating: 99, count: 16) : named.bytes
      var signature = try sign("tertulia host 2", Array(content), key)
      if forged == .host { signature[0] ^= 1 }
      members.append(JSONMember("host", proof(Array(key.publicKey.rawRepresentation), signature)))
    }
    if let invitation = card.invitation {
      let device = forged == .invitationOfAnotherDevice ? Array(repeating: 3, count: 16) : card.deviceDigest
      var signature = try sign("tertulia use 1", named.bytes + device, invitation)
      if forged == .invitation { signature[0] ^= 1 }
      members.append(JSONMember("invitation", proof(Array(invitation.publicKey.rawRepresentation), signature)))
    }
    return String(decoding: JSONValue.object(members).encoded(), as: UTF8.self)
  }

  private func proof(_ key: [UInt8], _ signature: [UInt8]) -> JSONValue {
    .object([
      JSONMember("key", .string(Base64URL.encode(key))), JSONMember("signature", .string(Base64URL.encode(signature))),
    ])
  }

  /// SignWithLabel (RFC 9420 §5.1.2).
  func sign(_ label: String, _ content: [UInt8], _ key: Curve25519.Signing.PrivateKey) throws -> [UInt8] {
    Array(try key.signature(for: LabelledContent.wire(label: label, content: content)))
  }

  /// An invitation by the host, or by the key of another.
  func invite(
    _ key: Curve25519.Signing.PrivateKey, below parents: InvitationChain? = nil,
    by parent: Curve25519.Signing.PrivateKey? = nil, role: Role = .speaker, delegates: Bool = false, uses: UInt16 = 1,
    expires: UInt64 = 0
  ) throws -> InvitationChain {
    var certificate = InvitationCertificate(
      hostDigest: hostDigest, key: Array(key.publicKey.rawRepresentation),
      issuer: parents?.last.id(as: NodeSigner.self) ?? .none, role: role, delegates: delegates, uses: uses,
      expires: expires)
    certificate.signature = Array(try (parent ?? host).signature(for: certificate.contentToSign))
    guard let chain = InvitationChain((parents?.certificates ?? []) + [certificate]) else { throw ConnectionEnded() }
    return chain
  }
}

/// Somebody in a room with a host, from the node's side of the socket, with a real MLS group; does what the node asks of it.
final class Guest {
  typealias Suite = NativeX25519Suite

  let client: TestClient
  let room: HostedRoom
  var card: HostedRoom.Card
  let identity: ClientIdentity<Suite>
  private(set) var bundle: KeyPackageBundle<Suite>
  private(set) var group: Group<Suite>?
  private var pending: StagedCommit<Suite>?
  private(set) var index: Int?
  private(set) var resume: String?
  private var senderKey: [UInt8] = []
  /// Rules of the group that it makes, when it does.
  var rules: (inout RoomRules) -> Void = { _ in }
  /// Everything that was heard and not forgotten.
  private(set) var heard: [JSONValue] = []

  init(
    _ node: TestNode, _ room: HostedRoom, _ card: HostedRoom.Card, chain: InvitationChain? = nil,
    source: SourceDigest? = nil
  ) throws {
    self.room = room
    self.card = card
    client = TestClient(node, source: source)
    var random = SystemRandomNumberGenerator()
    identity = try ClientIdentity(
      credential: .basic(identity: card.identity), signatureKey: Suite.generateSignatureKey(using: &random),
      capabilities: Capabilities(cipherSuites: [Suite.suite], extensions: [RoomRules.type, EntryProof.type]))
    var extensions: [Extension] = []
    if let chain, let key = card.invitation, let join = JoinID(card.identity) {
      let content = EntryProof.contentToSign(join: join, signatureKey: identity.signaturePublicKey)
      let proof = EntryProof(chain: chain, signature: Array(try key.signature(for: content)))
      extensions.append(Extension(type: EntryProof.type, data: proof.wire))
    }
    bundle = try KeyPackageBundle(
      identity, lifetime: Lifetime(notBefore: 0, notAfter: .max), leafExtensions: extensions, using: &random)
  }

  var join: JoinID { JoinID(card.identity) ?? .none }

  @discardableResult
  func hello(forged: HostedRoom.Forgery? = nil, gate: UInt8? = nil) async throws -> Bool {
    await client.say(try room.hello(card, forged: forged, gate: gate))
  }

  func say(_ type: String, _ members: [JSONMember] = []) async {
    let object = [JSONMember("v", .integer(1)), JSONMember("type", .string(type))] + members
    await client.say(JSONValue.object(object).encoded())
  }

  func box(_ type: String, _ bytes: [UInt8]) async {
    await say(type, [JSONMember("box", .string(Base64URL.encode(bytes)))])
  }

  func decide(_ type: String, _ ids: [Int], ban: Bool = false) async {
    let ids = JSONMember("ids", .array(ids.map { .integer(Int64($0)) }))
    await say(type, ban ? [ids, JSONMember("ban", .bool(true))] : [ids])
  }

  /// Takes what waits and does what is asked. True when there was something.
  func settle() async throws -> Bool {
    let messages = try await client.messages()
    for message in messages {
      heard.append(message)
      try await respond(to: message)
    }
    return !messages.isEmpty
  }

  /// What was heard since the last call.
  func take() -> [JSONValue] {
    defer { heard = [] }
    return heard
  }

  func last(_ type: String) -> JSONValue? { heard.last { $0.text("type") == type } }

  func types() -> [String] { take().map { $0.text("type") } }

  /// The code of the last error, forgotten.
  func refusal() -> String? {
    defer { heard = [] }
    return heard.last { $0.text("type") == "error" }?.text("code")
  }

  private func respond(to message: JSONValue) async throws {
    func bytes(_ name: String) throws -> [UInt8] {
      guard let bytes = Base64URL.decode(message.text(name)) else { throw ConnectionEnded() }
      return bytes
    }
    switch message.text("type") {
    case "welcome":
      index = message.number("index")
      resume = message.text("resume")
      senderKey = try bytes("sender_key")
      if group == nil { await box("key_package", MLSMessage.keyPackage(bundle.keyPackage).wire) }
    case "create_group": await box("group", try create())
    case "commit_refused": pending = nil
    case "commit_request":
      // What is under way comes first; the node asks again.
      guard pending == nil else { return }
      var adds: [Proposal] = []
      guard case .array(let packages)? = message["packages"] else { return }
      for case .string(let text) in packages {
        guard let box = Base64URL.decode(text), case .keyPackage(let package) = try MLSMessage(wire: box) else {
          continue
        }
        adds.append(.add(package))
      }
      await box("commit", try commit(adds))
    case "proposal": _ = try group?.receive(try MLSMessage(wire: try bytes("box")))
    case "commit":
      if message.number("from") == index, let pending {
        try group?.merge(pending)
      } else if case .commit(let staged)? = try group?.receive(MLSMessage(wire: try bytes("box"))) {
        try group?.merge(staged)
      }
      pending = nil
      await sayReady()
    case "group_welcome":
      guard case .welcome(let welcome) = try MLSMessage(wire: try bytes("welcome")) else { return }
      group = try Group(joining: welcome, as: bundle, tree: RatchetTreeExtension(wire: try bytes("tree")))
      await sayReady()
    default: return
    }
  }

  private func sayReady() async {
    guard let epoch = group?.epoch else { return }
    await say("ready", [JSONMember("epoch", .integer(Int64(epoch)))])
  }

  private func create() throws -> [UInt8] {
    var random = SystemRandomNumberGenerator()
    let node = ExternalSender(signatureKey: senderKey, credential: .basic(identity: Array("node".utf8)))
    var first = RoomRules(groupID: [1, 2, 3], counter: 1, hostKey: room.hostKey)
    first.entries = [RoomRules.Entry(join: join, signatureKey: identity.signaturePublicKey, role: .host)]
    first.veilsNewcomers = false
    rules(&first)
    first.signature = Array(try room.host.signature(for: first.contentToSign))
    let extensions = [
      Extension(type: .externalSenders, data: ExternalSenders([node]).wire),
      Extension(type: RoomRules.type, data: first.bytes),
    ]
    let group = try Group<Suite>(id: [1, 2, 3], creator: bundle, extensions: extensions, using: &random)
    self.group = group
    return GroupUpload(groupInfo: try info(of: group), tree: TreeChange(from: [], to: group.tree.sent.nodes)).wire
  }

  func commit(_ proposals: [Proposal]) throws -> [UInt8] {
    guard var group else { throw ConnectionEnded() }
    var options = CommitOptions(proposals)
    options.welcomeHasTree = false
    var random = SystemRandomNumberGenerator()
    let made = try group.commit(options, now: nil, using: &random)
    guard let next = made.staged.next else { throw ConnectionEnded() }
    pending = made.staged
    return CommitUpload(
      commit: made.message.wire, welcome: made.welcome.map { MLSMessage.welcome($0).wire } ?? [],
      groupInfo: try info(of: next), tree: TreeChange(from: group.tree.sent.nodes, to: next.tree.sent.nodes)
    ).wire
  }

  /// Signs the rules that follow, with the host's key unless another is given, and commits them.
  func change(
    signing key: Curve25519.Signing.PrivateKey? = nil, _ change: (inout RoomRules) -> Void
  ) async throws {
    guard let group, var rules = group.context.extensions.rules else { throw ConnectionEnded() }
    rules.counter += 1
    change(&rules)
    rules.entries.sort { $0.join < $1.join }
    rules.signature = Array(try (key ?? room.host).signature(for: rules.contentToSign))
    let proposal = Proposal.groupContextExtensions(group.context.extensions.replacing(rules))
    await box("commit", try commit([proposal]))
  }

  /// A call to freeze as this one signs it.
  func freezeCall(counter: UInt64? = nil) throws -> [UInt8] {
    guard let group else { throw ConnectionEnded() }
    var call = FreezeCall(
      groupID: group.groupID, counter: counter ?? group.context.extensions.rules?.counter ?? 0, join: join)
    call.signature = try Suite.sign(privateKey: identity.signatureKey, message: call.contentToSign)
    return call.wire
  }

  var entry: RoomRules.Entry { RoomRules.Entry(join: join, signatureKey: identity.signaturePublicKey) }

  private func info(of group: Group<Suite>) throws -> [UInt8] {
    MLSMessage.groupInfo(try group.groupInfo(withTree: false, withExternalPub: true)).wire
  }
}

/// Lets everything happen that the node and the guests have to do.
func settle(_ node: TestNode, _ guests: [Guest]) async throws {
  for _ in 0..<40 {
    var isQuiet = true
    for guest in guests where try await guest.settle() { isQuiet = false }
    if isQuiet {
      // What waits for a moment: joins that gather, requests that nobody answered.
      node.time.pass(.milliseconds(600))
      await node.directory.advance()
      var wasLast = true
      for guest in guests where try await guest.settle() { wasLast = false }
      if wasLast { return }
    }
  }
}
