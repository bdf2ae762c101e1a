internal import Crypto
internal import Foundation
package import SFrame

/// The cryptographic door over swift-crypto: for tests, tools and native participants.
package enum NativeCrypto: CryptoProvider {
  package static func hash(_ function: DigestAlgorithm, _ bytes: [UInt8]) -> [UInt8] {
    switch function {
    case .sha256: Array(SHA256.hash(data: bytes))
    case .sha512: Array(SHA512.hash(data: bytes))
    }
  }

  package static func hkdfExtract(_ function: DigestAlgorithm, salt: [UInt8], secret: [UInt8]) -> [UInt8] {
    let secret = SymmetricKey(data: secret)
    return switch function {
    case .sha256: Array(HKDF<SHA256>.extract(inputKeyMaterial: secret, salt: salt))
    case .sha512: Array(HKDF<SHA512>.extract(inputKeyMaterial: secret, salt: salt))
    }
  }

  package static func hkdfExpand(
    _ function: DigestAlgorithm, key: [UInt8], info: [UInt8], length: Int
  ) throws(PrimitiveError) -> [UInt8] {
    guard (1...(255 * function.length)).contains(length) else { throw .invalidParameter }
    let expanded =
      switch function {
      case .sha256: HKDF<SHA256>.expand(pseudoRandomKey: key, info: info, outputByteCount: length)
      case .sha512: HKDF<SHA512>.expand(pseudoRandomKey: key, info: info, outputByteCount: length)
      }
    return expanded.withUnsafeBytes { Array($0) }
  }

  package static func aeadSeal(
    key: [UInt8], nonce: [UInt8], additionalData: [UInt8], plaintext: [UInt8]
  ) throws(PrimitiveError) -> [UInt8] {
    guard isSupported(key: key, nonce: nonce), let nonce = try? AES.GCM.Nonce(data: nonce),
      let box = try? AES.GCM.seal(
        plaintext, using: SymmetricKey(data: key), nonce: nonce, authenticating: additionalData)
    else { throw .invalidParameter }
    return Array(box.ciphertext) + Array(box.tag)
  }

  package static func aeadOpen(
    key: [UInt8], nonce: [UInt8], additionalData: [UInt8], sealed: [UInt8]
  ) throws(PrimitiveError) -> [UInt8] {
    guard isSupported(key: key, nonce: nonce), sealed.count >= SFrameSuite.tagLength,
      let box = try? AES.GCM.SealedBox(combined: nonce + sealed)
    else { throw .invalidParameter }
    guard
      let plaintext = try? AES.GCM.open(box, using: SymmetricKey(data: key), authenticating: additionalData)
    else { throw .authenticationFailed }
    return Array(plaintext)
  }

  private static func isSupported(key: [UInt8], nonce: [UInt8]) -> Bool {
    (key.count == 16 || key.count == 32) && nonce.count == SFrameSuite.nonceLength
  }
}
