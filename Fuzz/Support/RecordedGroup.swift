import MLS
import MLSWire

/// Seconds since 1970 at which all groups play.
let fuzzNow: UInt64 = 1_800_000_000

/// A group of five as one of its members has it, and honest messages that this member has not read yet: what a fuzzer
/// begins to change from.
struct RecordedGroup {
  typealias Member = Group<TrustingSuite>

  private(set) var reader: Member
  private(set) var messages: [[UInt8]] = []
  /// A key package whose owner waits for the Welcome, the tree served beside it, and a group info for external joins.
  private(set) var joiner: KeyPackageBundle<TrustingSuite>
  private(set) var welcome: [UInt8] = []
  private(set) var tree: [UInt8] = []
  private(set) var groupInfo: [UInt8] = []
  private(set) var random = FixedGenerator(state: 7)

  static let psks = PreSharedKeys(external: [1], secret: [2])

  init() throws(MLSError) {
    var random = FixedGenerator(state: 1)
    let node = ExternalSender(signatureKey: random.bytes(32), credential: .basic(identity: [9]))
    let extensions = [Extension(type: .externalSenders, data: ExternalSenders([node]).wire)]
    var members = [
      try Member(id: [5], creator: try Self.bundle(0, &random), extensions: extensions, using: &random)
    ]
    while members.count < 5 { try Self.add(to: &members, &random) }
    joiner = try Self.bundle(9, &random)
    reader = members[3]
    try record(members, &random)
  }

  private mutating func record(_ members: [Member], _ random: inout FixedGenerator) throws(MLSError) {
    var others = members
    let psk = PreSharedKeyID(kind: .external(id: [1]), nonce: random.bytes(32))
    let proposals: [[Proposal]] = [
      [.add(joiner.keyPackage), .preSharedKey(psk)], [.remove(LeafIndex(1))], [.remove(LeafIndex(3))], [],
      [.groupContextExtensions(reader.context.extensions)],
    ]
    for (index, list) in proposals.enumerated() {
      var options = CommitOptions(list)
      options.welcomeHasTree = false
      let pending = try others[0].commit(options, psks: Self.psks, now: fuzzNow, using: &random)
      messages.append(pending.message.wire)
      guard index == 0, let sent = pending.welcome, let next = pending.staged.next else { continue }
      welcome = sent.wire
      tree = next.tree.sent.wire
      groupInfo = try next.groupInfo(withTree: true, withExternalPub: true).wire
    }
    messages.append(try others[2].seal([1, 2, 3], padding: 9, using: &random).wire)
    messages.append(try others[1].proposeUpdate(using: &random).wire)
    messages.append(try others[4].proposeUpdate(isPrivate: true, using: &random).wire)
    messages.append(
      try ExternalProposal.sign(
        .remove(LeafIndex(2)), groupID: [5], epoch: reader.epoch, sender: .external(0), signatureKey: random.bytes(32),
        as: TrustingSuite.self
      ).wire)
    messages.append(try externalCommit(members[0], &random))
  }

  private func externalCommit(_ member: Member, _ random: inout FixedGenerator) throws(MLSError) -> [UInt8] {
    let info = try member.groupInfo(withTree: true, withExternalPub: true)
    var join = ExternalJoin(identity: try Self.identity(8, &random))
    join.pskIDs = [PreSharedKeyID(kind: .external(id: [1]), nonce: random.bytes(32))]
    return try Member.joinExternally(info, join: join, psks: Self.psks, now: fuzzNow, using: &random).message.wire
  }

  private static func add(to members: inout [Member], _ random: inout FixedGenerator) throws(MLSError) {
    let bundle = try bundle(UInt8(members.count), &random)
    let committer = members.count - 1
    let pending = try members[committer].commit(
      CommitOptions([.add(bundle.keyPackage)]), now: fuzzNow, using: &random)
    for index in members.indices where index != committer {
      if case .commit(let staged) = try members[index].receive(pending.message, now: fuzzNow) {
        try members[index].merge(staged)
      }
    }
    try members[committer].merge(pending.staged)
    if let welcome = pending.welcome { members.append(try Member(joining: welcome, as: bundle, now: fuzzNow)) }
  }

  private static func identity(
    _ name: UInt8, _ random: inout FixedGenerator
  ) throws(MLSError) -> ClientIdentity<TrustingSuite> {
    try ClientIdentity(credential: .basic(identity: [name]), signatureKey: random.bytes(32))
  }

  private static func bundle(
    _ name: UInt8, _ random: inout FixedGenerator
  ) throws(MLSError) -> KeyPackageBundle<TrustingSuite> {
    try KeyPackageBundle(
      identity(name, &random), lifetime: Lifetime(notBefore: fuzzNow - 60, notAfter: fuzzNow + 60), using: &random)
  }
}
