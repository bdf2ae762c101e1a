package import RoomRules

/// The primitives that a delivery service needs, of suite 1 (RFC 9420 §17.1): Ed25519 and SHA-256. It holds no other key
/// than its own, and none that opens anything.
package protocol DeliverySigner: RulesVerifier, Sendable {
  /// The node's own key as external sender (RFC 9420 §12.1.8.1): 32 bytes, the same as long as the node runs.
  var publicKey: [UInt8] { get }

  /// Ed25519 signature by that key, 64 bytes.
  func sign(_ message: [UInt8]) -> [UInt8]
}
