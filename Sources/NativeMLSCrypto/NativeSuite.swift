internal import Crypto
internal import Foundation
package import MLS

/// What both suites share over swift-crypto: SHA-256 and AES-128-GCM. The browser build has its own conformances.
package protocol NativeSuite: CipherSuiteProvider {}

extension NativeSuite {
  package static func hash(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

  package static func hmac(key: [UInt8], message: [UInt8]) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key)))
  }

  package static func aeadSeal(
    key: [UInt8], nonce: [UInt8], additionalData: [UInt8], plaintext: [UInt8]
  ) throws(PrimitiveError) -> [UInt8] {
    guard key.count == 16, nonce.count == 12, let nonce = try? AES.GCM.Nonce(data: nonce),
      let box = try? AES.GCM.seal(
        plaintext, using: SymmetricKey(data: key), nonce: nonce, authenticating: additionalData)
    else { throw .invalidParameter }
    return Array(box.ciphertext) + Array(box.tag)
  }

  package static func aeadOpen(
    key: [UInt8], nonce: [UInt8], additionalData: [UInt8], sealed: [UInt8]
  ) throws(PrimitiveError) -> [UInt8] {
    guard key.count == 16, nonce.count == 12, sealed.count >= 16,
      let box = try? AES.GCM.SealedBox(combined: nonce + sealed)
    else { throw .invalidParameter }
    guard let plaintext = try? AES.GCM.open(box, using: SymmetricKey(data: key), authenticating: additionalData)
    else { throw .authenticationFailed }
    return Array(plaintext)
  }

  /// Runs a throwing call of swift-crypto whose only failure is a parameter that it does not have.
  static func checked<Value>(_ body: () throws -> Value) throws(PrimitiveError) -> Value {
    do {
      return try body()
    } catch {
      throw .invalidParameter
    }
  }
}
