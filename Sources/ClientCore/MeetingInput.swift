package import RoomRules

/// Everything that a meeting can be told. What comes from the node is a claim: it is checked, refused or ignored, and
/// never thrown back.
package enum MeetingInput: Sendable {
  // The node's.

  /// The node answered `hello`. `senderKey` is its Ed25519 key as external sender, 32 bytes. Unless `resumed`, whatever
  /// group there was is given up.
  case entered(resumed: Bool, senderKey: [UInt8])
  /// The node's word about who else is here.
  case roster([JoinID])
  case createGroup
  /// MLSMessage KeyPackages to be added; proposals received are to be committed as well.
  case commitRequest([[UInt8]])
  /// MLSMessage PublicMessage.
  case proposal([UInt8])
  /// The commit that ended `epoch`: MLSMessage PublicMessage, our own included.
  case commit(epoch: UInt64, [UInt8])
  case commitRefused(epoch: UInt64)
  /// MLSMessage Welcome, and `ratchet_tree` extension data.
  case groupWelcome(welcome: [UInt8], tree: [UInt8])
  /// MLSMessage GroupInfo, and `ratchet_tree` extension data.
  case groupInfo(info: [UInt8], tree: [UInt8])
  /// The node cannot replay what we missed.
  case resync
  /// All members have the keys of `epoch`.
  case ready(epoch: UInt64)
  /// MLSMessage PrivateMessage; `from` is only the node's word.
  case message([UInt8], from: JoinID?)
  /// FreezeCall that the node passes on.
  case frozen([UInt8])
  /// The connection to the node is lost.
  case disconnected

  /// The chain of the invitation that our link is: to be told before the input `entered`.
  case invited([UInt8])

  // The person's.

  /// A fresh join and everything anew: to be told before a `hello` that resumes nothing. `Meeting.join` changes.
  case newJoin
  /// A message to all, or to some. It waits where it cannot be sent yet.
  case say([UInt8], kind: SaidKind, to: [JoinID]?)
  /// The body of our own profile, at most 8 kB; sent to all, again where needed.
  case setProfile([UInt8])
  /// All in one commit.
  case remove([JoinID])
  case setRules(RulesPatch)
  /// Of the host: the room's link asks for this password from now on. What Argon2id made of it, 32 bytes; empty for none.
  case setPassword([UInt8])
  /// Everything stops at once but what moderators do.
  case freeze
  /// We let these in who wait at the door: to be told before the node is.
  case admit([JoinID])
  /// We know this newcomer.
  case vouch(JoinID)
  case compare(JoinID)
  case acceptComparison
  /// Whether the digits are the same on both sides.
  case comparisonResult(Bool)
  case cancelComparison
}
