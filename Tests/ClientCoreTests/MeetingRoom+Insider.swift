import MLS
import MLSWire
import NativeMLSCrypto
import RoomRules

@testable import ClientCore

extension MeetingRoom {
  /// A key package of somebody who has no link.
  func keyPackage() throws -> (bundle: KeyPackageBundle<NativeX25519Suite>, box: [UInt8]) {
    let identity = TestMeeting.identity(JoinID(using: &random), using: &random)
    let bundle = try KeyPackageBundle(
      identity, lifetime: Lifetime(notBefore: wallClock - 3600, notAfter: wallClock + 3600), using: &random)
    return (bundle, MLSMessage.keyPackage(bundle.keyPackage).wire)
  }

  /// A commit that a member makes who breaks the rules with all its keys: an MLSMessage.
  func insider(_ person: Int, _ proposals: [Proposal]) throws -> [UInt8] {
    try insiderUpload(person, proposals).commit
  }

  /// The same with what the node is given.
  func insiderUpload(_ person: Int, _ proposals: [Proposal]) throws -> CommitUpload {
    guard var group = self[person].group else { throw MLSError.group(.removed) }
    var options = CommitOptions(proposals)
    options.welcomeHasTree = false
    let made = try group.commit(options, psks: self[person].keys.psks, now: wallClock, using: &random)
    guard let next = made.staged.next else { throw MLSError.group(.removed) }
    let info = try next.groupInfo(withTree: false, withExternalPub: true)
    return CommitUpload(
      commit: made.message.wire, welcome: made.welcome.map { MLSMessage.welcome($0).wire } ?? [],
      groupInfo: MLSMessage.groupInfo(info).wire,
      tree: TreeChange(from: group.tree.sent.nodes, to: next.tree.sent.nodes))
  }
}

extension RulesPatch {
  static func door(_ door: Door) -> RulesPatch {
    var patch = RulesPatch()
    patch.door = door
    return patch
  }

  static func role(_ join: JoinID, _ role: Role) -> RulesPatch { .entry(.init(join: join, role: role)) }

  static func entry(_ entry: Entry) -> RulesPatch {
    var patch = RulesPatch()
    patch.entries = [entry]
    return patch
  }

  static func frozen(_ isFrozen: Bool) -> RulesPatch {
    var patch = RulesPatch()
    patch.isFrozen = isFrozen
    return patch
  }
}
