import Bytes

/// A group and what happens around it.
struct GroupRecord: Sendable {
  var state: GroupState
  /// Proposed in this epoch, oldest first.
  var removals: [(removal: Removal, proposed: Instant)] = []
  /// The commits before this epoch, oldest first, without gaps.
  var log: [LoggedCommit] = []
  /// The last commits with what was before them, oldest first, while they can be taken back.
  var disputes: [Dispute] = []
  var request: CommitRequest?
  /// Requests in this epoch that were not answered in time.
  var failures = 0
  /// Leaf from which the next to be asked is looked for.
  var nextHint: UInt32 = 0
  /// When joins are no longer gathered.
  var windowStart: Instant?
  /// The epoch for which everybody has been told that all are ready.
  var announced: UInt64?
  /// Since when no member has been connected while somebody waits.
  var orphanedSince: Instant?

  init(_ state: GroupState) { self.state = state }

  /// Keeps a commit for those who missed it; when there is no room the oldest go.
  mutating func record(_ commit: LoggedCommit, _ limits: DeliveryLimits) {
    log.append(commit)
    var size = 0
    for commit in log { size += commit.size }
    while log.count > limits.log || size > limits.logBytes { size -= log.removeFirst().size }
  }

  /// How many of the removals a commit must have, the oldest ones.
  func requiredRemovals(at now: Instant, _ limits: DeliveryLimits) -> Int {
    removals.prefix { now - $0.proposed >= limits.removalOverlap }.count
  }
}

struct LoggedCommit: Equatable, Sendable {
  /// The epoch that it ended.
  let epoch: UInt64
  let author: Int
  let box: [UInt8]
  /// The node's proposals of that epoch, which the commit may refer to.
  let removals: [[UInt8]]

  /// Bytes.
  var size: Int { removals.reduce(box.count) { $0 + $1.count } }
}

/// A commit that the others may still refuse.
struct Dispute: Sendable {
  let author: Int
  let accepted: Instant
  /// Before the commit.
  let state: GroupState
  let removals: [(removal: Removal, proposed: Instant)]
  var refusers: Set<Int> = []
}

/// Somebody has been asked for a commit.
struct CommitRequest: Equatable, Sendable {
  let hinted: Int
  /// Owners of the key packages that it is to add.
  let joiners: [Int]
  let deadline: Instant
}

/// The search for somebody who makes a group.
struct Creation: Equatable, Sendable {
  /// In order; the last one was asked for until `deadline`.
  var asked: [Int]
  var deadline: Instant
}

/// A participant whom a commit removed.
struct Expulsion: Equatable, Sendable {
  let index: Int
  let author: Int
  /// The epoch without it.
  let epoch: UInt64
  let due: Instant
}
