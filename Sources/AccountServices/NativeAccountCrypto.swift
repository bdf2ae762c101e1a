package import Accounts
import Crypto

/// The primitives of accounts, by swift-crypto.
package enum NativeAccountCrypto: AccountCrypto {
  package static func sha256(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

  package static func hmacSHA1(key: [UInt8], message: [UInt8]) -> [UInt8] {
    Array(HMAC<Insecure.SHA1>.authenticationCode(for: message, using: SymmetricKey(data: key)))
  }

  package static func isValid(signature: [UInt8], of message: [UInt8], by key: COSEKey) -> Bool {
    switch key {
    case .es256(let point):
      guard let key = try? P256.Signing.PublicKey(rawRepresentation: point),
        let signature = try? P256.Signing.ECDSASignature(derRepresentation: signature)
      else { return false }
      return key.isValidSignature(signature, for: message)
    case .edDSA(let point):
      guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: point) else { return false }
      return key.isValidSignature(signature, for: message)
    }
  }

  /// HKDF-SHA-256 (RFC 5869) without salt: 32 bytes.
  package static func derive(_ secret: [UInt8], _ label: String) -> [UInt8] {
    HKDF<SHA256>.deriveKey(
      inputKeyMaterial: SymmetricKey(data: secret), info: Array(label.utf8), outputByteCount: 32
    ).withUnsafeBytes { Array($0) }
  }
}

/// Seals a TOTP key under the password's secret, which the node has only while its owner signs in: whoever takes the store away
/// has no codes.
package enum TOTPSeal {
  private static let label = "tertulia totp 1"

  /// Nonce, ciphertext and tag; bound to the account.
  package static func seal(_ key: [UInt8], secret: [UInt8], account: [UInt8]) -> [UInt8]? {
    let sealed = try? AES.GCM.seal(key, using: sealingKey(secret), authenticating: account)
    return sealed?.combined.map { Array($0) }
  }

  /// Nil when it was sealed with another secret, or for another account.
  package static func open(_ sealed: [UInt8], secret: [UInt8], account: [UInt8]) -> [UInt8]? {
    guard let box = try? AES.GCM.SealedBox(combined: sealed) else { return nil }
    return (try? AES.GCM.open(box, using: sealingKey(secret), authenticating: account)).map { Array($0) }
  }

  private static func sealingKey(_ secret: [UInt8]) -> SymmetricKey {
    SymmetricKey(data: NativeAccountCrypto.derive(secret, label))
  }
}

extension [UInt8] {
  /// From the system's generator.
  package static func unpredictable(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }
}
