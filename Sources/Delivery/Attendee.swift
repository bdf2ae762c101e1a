/// A participant as the delivery service knows it, connected or in its grace.
struct Attendee: Equatable, Sendable {
  /// In the room.
  let index: Int
  /// Join id: the credential of its leaf.
  let identity: [UInt8]
  /// Has shown to have the key of the room's host.
  let isHost: Bool
  var isConnected = true
  var package: WaitingPackage?
  /// How it was let in, until it shows that it is in.
  var admission: Admission?
  /// The newest epoch that it has said it is ready for.
  var readyEpoch: UInt64?
  /// Has been told that it cannot catch up, and has not come back since: it cannot process what the others can.
  var isStray = false
  var offences = 0

  struct Admission: Equatable, Sendable {
    let reference: [UInt8]
    let welcome: [UInt8]
    /// The epoch that the commit began, and its tree.
    let epoch: UInt64
    let tree: OpaqueTree
  }

  func isReady(for epoch: UInt64) -> Bool { (readyEpoch ?? 0) >= epoch && readyEpoch != nil }
}
