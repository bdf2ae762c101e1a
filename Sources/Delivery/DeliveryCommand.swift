package import Bytes

/// What happens to the delivery service of a meeting, each time by one participant, named by its index in the room.
package enum DeliveryCommand: Equatable, Sendable {
  /// Came in. `join` is the credential that its leaf will have, 16 bytes; `isHost` says that it has shown to have the host's key.
  case enter(join: [UInt8], isHost: Bool = false)
  /// An MLSMessage with a key package; the newest replaces any before.
  case keyPackage([UInt8])
  /// A `GroupUpload`.
  case create([UInt8])
  /// A `CommitUpload`.
  case commit([UInt8])
  /// Wants every commit from the one that ended `epoch` on; without an epoch, what an external commit needs.
  case sync(epoch: UInt64?)
  /// Has processed everything up to the beginning of `epoch`.
  case ready(epoch: UInt64)
  /// Cannot accept the commit that ended `epoch`.
  case refuse(epoch: UInt64)
  /// Its connection is gone; it may come back.
  case lose
  /// Is back.
  case resume
  /// Is gone for good.
  case leave
}

/// What has to be done because of a command or of time, in this order.
package enum DeliveryEffect: Equatable, Sendable {
  /// For participants that are connected.
  case tell([Int], DeliveryEvent)
  /// The participant has no place in the meeting any more: a commit that the others accept removed it, or what it sent is none of
  /// a client of ours.
  case expel(Int)
}

/// What the service says to a participant: the messages of docs/protocol.md by the same names. Boxes are MLSMessages,
/// trees the content of a `ratchet_tree` extension (RFC 9420 §12.4.3.3).
package enum DeliveryEvent: Equatable, Sendable {
  case createGroup
  case commitRequest(packages: [[UInt8]])
  case proposal([UInt8])
  /// The commit that ended `epoch`, by the participant `from`.
  case commit(epoch: UInt64, from: Int, box: [UInt8])
  case commitRefused(epoch: UInt64)
  case groupWelcome(welcome: [UInt8], tree: [UInt8])
  case groupInfo(info: [UInt8], tree: [UInt8])
  case resync
  case ready(epoch: UInt64)
}

/// Bounds and times of a delivery service.
package struct DeliveryLimits: Equatable, Sendable {
  /// Bytes of a key package.
  package var keyPackage = 4 * 1024
  /// Bytes of a commit or of a new group.
  package var upload = 320 * 1024
  /// Members that one commit is asked to add, and bytes of their key packages: what comes back must fit `upload`.
  package var batch = 100
  package var batchBytes = 64 * 1024
  /// After a commit that added somebody, how long joins gather: at least and at most, and more for each that waits.
  package var window = TimeDelta.milliseconds(100)
  package var longestWindow = TimeDelta.milliseconds(500)
  package var windowPerPackage = TimeDelta.milliseconds(8)
  /// How long whoever was asked for a commit may take before the next is asked as well.
  package var hint = TimeDelta.milliseconds(400)
  /// How long whoever was asked to create the group may take before the next is asked as well.
  package var creation = TimeDelta.seconds(2)
  /// How long a group is kept for others while none of its members is connected.
  package var orphan = TimeDelta.seconds(3)
  /// A commit may leave out a Remove that was proposed less than this before: it was under way already.
  package var removalOverlap = TimeDelta.milliseconds(500)
  /// How long a commit can be refused by the others.
  package var dispute = TimeDelta.seconds(5)
  /// Commits that can be taken back.
  package var disputes = 8
  /// How long the person whom a commit removed stays connected, unless more than half of the others are ready before.
  package var expulsion = TimeDelta.seconds(2)
  /// Commits kept for those who missed them, and bytes of them.
  package var log = 64
  package var logBytes = 2 * 1024 * 1024
  /// Commits that leave out a key package they were asked for, until it is dropped.
  package var skips = 5
  /// Uploads that no client of ours makes, until the sender is expelled.
  package var offences = 3

  package init() {}
}
