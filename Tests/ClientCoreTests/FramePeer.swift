import Bytes
import ClientCore
import MLSWire
import NativeCrypto
import NativeMLSCrypto
import SFrame
import Testing

/// One participant's media with everything around the session that the browser's worker adds: keys under their handles,
/// AES-GCM, and frames as they look on the wire.
struct FramePeer {
  var session = FrameSession<NativeX25519Suite, NativeCrypto>()
  let leaf: UInt32
  private(set) var keys: [KeyHandle: [UInt8]] = [:]

  init(leaf: UInt32) { self.leaf = leaf }

  /// Leaves 1 and 2 in epoch 7 of a group of three.
  static func pair() throws -> (ana: FramePeer, ben: FramePeer) {
    var ana = FramePeer(leaf: 1)
    var ben = FramePeer(leaf: 2)
    try ana.install(7)
    try ben.install(7)
    return (ana, ben)
  }

  /// Its secret follows from group and number, as it does for all members.
  mutating func install(
    _ number: UInt64, leaves: [UInt32] = [0, 1, 2], removed: [UInt32] = [], group: UInt8 = 1, now: Instant = .zero
  ) throws {
    let secret = NativeCrypto.hash(.sha256, [group] + bigEndianBytes(number))
    try session.install(
      MediaEpoch(
        groupID: [group], number: number, secret: secret, ownLeaf: LeafIndex(leaf),
        leaves: leaves.map { LeafIndex($0) },
        removed: removed.map { LeafIndex($0) }),
      now: now)
  }

  mutating func seal(_ context: StreamContext, _ kind: FrameKind, _ frame: [UInt8]) throws -> [UInt8] {
    let plan = try session.planSeal(context, kind, clear: Array(frame.prefix(10)))
    let sealed = try NativeCrypto.aeadSeal(
      key: try key(plan.key), nonce: plan.nonce, additionalData: plan.additionalData,
      plaintext: Array(frame[plan.clearLength...]))
    return frame[..<plan.clearLength] + plan.header.encoded() + sealed
  }

  mutating func open(_ kind: FrameKind, _ frame: [UInt8]) throws -> [UInt8] {
    let plan = try session.planOpen(
      kind, prefix: Array(frame.prefix(FramePlan.maximumPrefixLength)), length: frame.count)
    let sealed = Array(frame[(plan.clearLength + plan.header.length)...])
    guard
      let opened = try? NativeCrypto.aeadOpen(
        key: try key(plan.key), nonce: plan.nonce, additionalData: plan.additionalData, sealed: sealed)
    else { throw FrameError.badTag }
    try session.commit(plan.header, openedWith: plan.key)
    return frame[..<plan.clearLength] + opened
  }

  private mutating func key(_ handle: KeyHandle) throws -> [UInt8] {
    if keys[handle] == nil { keys[handle] = session.takeKey(handle) }
    return try #require(keys[handle])
  }
}
