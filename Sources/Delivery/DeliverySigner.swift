/// The primitives that a delivery service needs, of suite 1 (RFC 9420 §17.1): Ed25519 and SHA-256. It holds no other key
/// than its own, and none that opens anything.
package protocol DeliverySigner: Sendable {
  /// The node's own key as external sender (RFC 9420 §12.1.8.1): 32 bytes, the same as long as the node runs.
  var publicKey: [UInt8] { get }

  /// Ed25519 signature by that key, 64 bytes.
  func sign(_ message: [UInt8]) -> [UInt8]

  /// Whether `signature` is an Ed25519 signature of `message`. False for anything malformed.
  static func isValid(_ signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]) -> Bool

  static func sha256(_ message: [UInt8]) -> [UInt8]
}
