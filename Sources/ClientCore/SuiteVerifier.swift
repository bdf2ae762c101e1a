package import MLS
import RoomRules

/// An MLS suite as what rules, freeze calls and invitations are checked with.
package enum SuiteVerifier<Suite: CipherSuiteProvider>: RulesVerifier {
  package static func sha256(_ message: [UInt8]) -> [UInt8] { Suite.hash(message) }

  package static func isValid(_ signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]) -> Bool {
    Suite.verify(publicKey: publicKey, message: message, signature: signature)
  }
}
