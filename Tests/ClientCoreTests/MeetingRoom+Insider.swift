import MLS
import MLSWire
import NativeMLSCrypto

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
    guard var group = self[person].group else { return [] }
    var options = CommitOptions(proposals)
    options.welcomeHasTree = false
    return try group.commit(options, psks: self[person].keys.psks, now: wallClock, using: &random).message.wire
  }
}
