package import Bytes
package import MLS
import MLSWire
package import RoomRules
package import SFrame

/// The media keys of one participant: which epoch seals, which epochs open, counters and replay windows. Media bytes
/// never pass through it, and it draws nothing: everything follows from the secrets of the epochs.
///
/// Fail closed: nothing is sealed before an epoch is installed, and what no member's key opens is refused.
///
/// Sending follows the group with care for those who hear of a commit later: at once where somebody was removed, else
/// when the node says that all are ready, or after a second. Receiving follows at once; the keys of an epoch go 20 s after
/// members came, so that who has lost the node and keeps its place is heard meanwhile, 2 s after some went.
package struct FrameSession<Suite: CipherSuiteProvider, Crypto: CryptoProvider>: Sendable {
  /// In the order of their numbers.
  var epochs: [HeldEpoch] = []
  var ring = KeyRing<MediaKey>()
  /// The epoch that new frames are sealed in; nil before the first.
  package private(set) var sendingEpoch: UInt64?

  /// The newest epoch ever installed of each group, so that no counter starts twice.
  private var newest: [(groupID: [UInt8], number: UInt64)] = []
  private var lastHandle: UInt32 = 0
  /// In the order of their handles.
  private var untakenKeys: [(handle: KeyHandle, key: [UInt8])] = []
  private var handles: [(owner: MediaKey.Owner, handle: KeyHandle)] = []
  private var retired: [KeyHandle] = []
  /// What each leaf may send, as `mask`; everything of those beyond the end.
  private var permitted: [UInt8] = []

  /// Until everybody seals in the epoch after an Add.
  package static var switchDelay: TimeDelta { .seconds(1) }
  package static var retirementAfterAdd: TimeDelta { .seconds(20) }
  package static var retirementAfterRemove: TimeDelta { .seconds(2) }
  /// Epochs that are held at once; fewer than 256, so that eight bits tell them apart.
  package static var maximumEpochs: Int { 64 }

  package init() {}

  /// The newest epoch that is held.
  package var newestEpoch: UInt64? { epochs.last?.number }

  /// Takes in the epoch that the group has entered. An epoch of another group takes the place of everything before.
  package mutating func install(_ epoch: MediaEpoch, now: Instant) throws(EpochError) {
    guard epoch.secret.count == MediaEpoch.secretLength,
      epoch.leaves.allSatisfy({ $0.rawValue <= StreamKeyID.maximumLeaf }), epoch.leaves.contains(epoch.ownLeaf)
    else { throw .invalid }
    try count(epoch)
    if let last = epochs.last, last.groupID != epoch.groupID { forget() }
    for leaf in epoch.removed { strike(leaf) }
    let end = now + (epoch.removed.isEmpty ? Self.retirementAfterAdd : Self.retirementAfterRemove)
    for index in epochs.indices { epochs[index].end = min(epochs[index].end, end) }
    retire { $0.number &- epoch.number & 0xff == 0 }
    while epochs.count >= Self.maximumEpochs { retireOldest() }
    let sending = sendingEpoch
    let isUrgent = !epoch.removed.isEmpty || !epochs.contains { $0.number == sending }
    epochs.append(HeldEpoch(epoch, switchAt: isUrgent ? now : now + Self.switchDelay))
    advance(to: now)
  }

  /// The node says that all members have this epoch.
  package mutating func ready(_ epoch: UInt64, now: Instant) {
    for index in epochs.indices where epochs[index].number <= epoch { epochs[index].switchAt = now }
    advance(to: now)
  }

  /// Switches and retires what is due.
  package mutating func advance(to now: Instant) {
    if let due = epochs.last(where: { $0.switchAt <= now })?.number, due > sendingEpoch ?? 0 || sendingEpoch == nil {
      sendingEpoch = due
    }
    let sending = sendingEpoch
    retire { $0.end <= now && $0.number != sending }
  }

  /// When `advance` has something to do; nil when nothing is due.
  package var nextDeadline: Instant? {
    var next = Instant.distantFuture
    for epoch in epochs where epoch.number != sendingEpoch {
      next = min(next, epoch.number > sendingEpoch ?? 0 ? min(epoch.switchAt, epoch.end) : epoch.end)
    }
    return next == .distantFuture ? nil : next
  }

  /// What members may send from now on: for each leaf a `mask`, which refuses at once what it does not have, in all epochs.
  package mutating func permit(_ masks: [UInt8]) { permitted = masks }

  /// Microphone, camera and screen as bits.
  package static func mask(of permissions: Permissions) -> UInt8 {
    UInt8(truncatingIfNeeded: permissions.intersection([.microphone, .camera, .screen]).rawValue)
  }

  /// Whether a leaf may send in this context.
  func permits(_ context: StreamContext, of leaf: UInt16) -> Bool {
    Int(leaf) >= permitted.count || permitted[Int(leaf)] & Self.mask(of: context.permission) != 0
  }

  /// Drops all keys: after leaving, or being removed. What was installed before is not installed again.
  package mutating func forget() {
    retire { _ in true }
    sendingEpoch = nil
    permitted = []
  }

  /// The raw key behind a handle, 16 bytes, once; afterwards the session no longer has it.
  @discardableResult
  package mutating func takeKey(_ handle: KeyHandle) -> [UInt8]? {
    var (low, high) = (0, untakenKeys.count)
    while low < high {
      let middle = (low + high) / 2
      if untakenKeys[middle].handle.value < handle.value { low = middle + 1 } else { high = middle }
    }
    guard low < untakenKeys.count, untakenKeys[low].handle == handle else { return nil }
    return untakenKeys.remove(at: low).key
  }

  /// Handles whose keys are of no more use since the last call: their holder drops them.
  package mutating func takeRetiredHandles() -> [KeyHandle] {
    defer { retired = [] }
    return retired
  }

  /// Registers a media key to be taken by the caller.
  mutating func register(_ key: SFrameKey, of owner: MediaKey.Owner) -> KeyHandle {
    lastHandle += 1
    let handle = KeyHandle(lastHandle)
    untakenKeys.append((handle, key.key))
    handles.append((owner, handle))
    return handle
  }

  /// Remembers that an epoch was installed, once.
  private mutating func count(_ epoch: MediaEpoch) throws(EpochError) {
    guard let place = newest.firstIndex(where: { $0.groupID == epoch.groupID }) else {
      return newest.append((epoch.groupID, epoch.number))
    }
    guard epoch.number > newest[place].number else { throw .notNewer }
    newest[place].number = epoch.number
  }

  /// Refuses everything of a leaf in all epochs so far: its number may be given to somebody else.
  private mutating func strike(_ leaf: LeafIndex) {
    guard let leaf = UInt16(exactly: leaf.rawValue) else { return }
    for index in epochs.indices { epochs[index].strike(leaf) }
    drop { $0.leaf == leaf }
  }

  private mutating func retireOldest() {
    guard let oldest = epochs.first?.number else { return }
    retire { $0.number == oldest }
  }

  private mutating func retire(where isOver: (HeldEpoch) -> Bool) {
    for index in epochs.indices.reversed() where isOver(epochs[index]) {
      var epoch = epochs.remove(at: index)
      epoch.erase()
      drop { $0.epoch == epoch.number }
    }
  }

  private mutating func drop(where isOver: (MediaKey.Owner) -> Bool) {
    _ = ring.remove { isOver($0.owner) }
    let over = handles.filter { isOver($0.owner) }
    handles.removeAll { isOver($0.owner) }
    for (_, handle) in over {
      takeKey(handle)
      retired.append(handle)
    }
  }
}
