import Bytes
import MLS
import MLSWire
import SFrame

/// A key of one sender, stream and epoch. The raw key is the caller's, under the handle.
struct MediaKey: Sendable {
  /// Whose it is: what is dropped together.
  struct Owner: Equatable, Sendable {
    let epoch: UInt64
    let leaf: UInt16
  }

  let owner: Owner
  let handle: KeyHandle
  let salt: SFrameSalt
}

/// One of our own keys and the next counter to use with it. Never stored: a counter is handed out once.
struct SendingKey: Sendable {
  let key: MediaKey
  var nextCounter: UInt64 = 0

  init(_ key: MediaKey) { self.key = key }

  /// Throws when the key has sealed as many frames as it may.
  mutating func takeCounter() throws(FrameError) -> UInt64 {
    guard nextCounter < SFrameKey.maximumCounter else { throw .exhausted }
    defer { nextCounter += 1 }
    return nextCounter
  }
}

/// An epoch whose keys can still be derived.
struct HeldEpoch: Sendable {
  let groupID: [UInt8]
  let number: UInt64
  let ownLeaf: UInt16
  private var secret: [UInt8]
  /// By leaf: whose frames are accepted.
  private var isPresent: [Bool]
  /// By stream context.
  var sending: [SendingKey?]
  /// From when on we seal in it, at the latest.
  var switchAt: Instant
  /// When its keys go.
  var end: Instant = .distantFuture

  /// The leaves must be in range.
  init(_ epoch: MediaEpoch, switchAt: Instant) {
    groupID = epoch.groupID
    number = epoch.number
    ownLeaf = UInt16(truncatingIfNeeded: epoch.ownLeaf.rawValue)
    secret = epoch.secret
    isPresent = [Bool](repeating: false, count: Int(StreamKeyID.maximumLeaf) + 1)
    for leaf in epoch.leaves { isPresent[Int(leaf.rawValue)] = true }
    sending = [SendingKey?](repeating: nil, count: StreamContext.allCases.count)
    self.switchAt = switchAt
  }

  /// Whether frames of this leaf are opened; never our own.
  func accepts(_ leaf: UInt16) -> Bool { leaf != ownLeaf && isPresent[Int(leaf)] }

  mutating func strike(_ leaf: UInt16) { isPresent[Int(leaf)] = false }

  /// The base key of a leaf: `HKDF-Expand(M, "tertulia sender 1" || uint32 leaf, 32)`. Derived when it is first needed:
  /// in a large meeting most members are never heard.
  func baseKey<Suite: CipherSuiteProvider>(of leaf: UInt16, as suite: Suite.Type) -> [UInt8] {
    Suite.expand(
      key: secret, info: [UInt8](utf8: "tertulia sender 1") + bigEndianBytes(UInt32(leaf)), length: 32)
  }

  /// Overwrites the secret, as well as a value can.
  mutating func erase() {
    for index in secret.indices { secret[index] = 0 }
  }
}
