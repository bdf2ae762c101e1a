package import MLS
package import MLSWire

/// What the start of a group's epoch means for media: the secret that all sender keys follow from, and who is there.
package struct MediaEpoch: Sendable {
  package let groupID: [UInt8]
  package let number: UInt64
  /// `M = MLS-Exporter("tertulia sframe 1", "", 32)`.
  package let secret: [UInt8]
  package let ownLeaf: LeafIndex
  /// All members, ourselves included.
  package let leaves: [LeafIndex]
  /// Leaves that the commit before took away, as they were numbered before it. Nobody new may hear what comes after, so
  /// an epoch with removals is switched to at once.
  package let removed: [LeafIndex]

  package static let secretLength = 32
  static let exporterLabel = "tertulia sframe 1"

  package init(
    groupID: [UInt8], number: UInt64, secret: [UInt8], ownLeaf: LeafIndex, leaves: [LeafIndex],
    removed: [LeafIndex] = []
  ) {
    self.groupID = groupID
    self.number = number
    self.secret = secret
    self.ownLeaf = ownLeaf
    self.leaves = leaves
    self.removed = removed
  }

  /// Takes the secret of the epoch that `group` has just entered; the group exports nothing more in it. Throws when that
  /// was done before.
  package init<Suite: CipherSuiteProvider>(
    startOf group: inout Group<Suite>, removed: [LeafIndex] = []
  ) throws(MLSError) {
    let secret = try group.export(label: Self.exporterLabel, context: [], length: Self.secretLength)
    group.deleteExporterSecret()
    self.init(
      groupID: group.groupID, number: group.epoch, secret: secret, ownLeaf: group.ownLeaf, leaves: group.tree.members,
      removed: removed)
  }
}

/// Why an epoch is not installed.
package enum EpochError: Error, Equatable {
  /// This one or a later one of the group was installed before: its counters must not start again.
  case notNewer
  /// A leaf that key IDs cannot name, or a secret of another length.
  case invalid
}
