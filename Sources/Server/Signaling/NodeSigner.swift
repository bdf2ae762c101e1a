import Crypto
import Delivery

/// Ed25519 and SHA-256 of swift-crypto for the delivery service, and the key with which a node proposes to remove who is
/// lost. The key lives as long as the node runs: groups do not outlive it either.
package struct NodeSigner: DeliverySigner {
  private let key = Curve25519.Signing.PrivateKey()
  package let publicKey: [UInt8]

  package init() { publicKey = Array(key.publicKey.rawRepresentation) }

  package func sign(_ message: [UInt8]) -> [UInt8] {
    do {
      return Array(try key.signature(for: message))
    } catch {
      fatalError("a key of swift-crypto's own signs any message")
    }
  }

  package static func isValid(_ signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
    return key.isValidSignature(signature, for: message)
  }

  package static func sha256(_ message: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: message)) }
}
