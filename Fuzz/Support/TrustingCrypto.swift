import Delivery
import SFrame

/// What `TrustingSuite` is for the group, for frames and for the node.
enum TrustingCrypto: CryptoProvider {
  static func hash(_ function: DigestAlgorithm, _ bytes: [UInt8]) -> [UInt8] { sized(bytes, function.length) }

  static func hkdfExtract(_ function: DigestAlgorithm, salt: [UInt8], secret: [UInt8]) -> [UInt8] {
    sized(salt + secret, function.length)
  }

  static func hkdfExpand(
    _ function: DigestAlgorithm, key: [UInt8], info: [UInt8], length: Int
  ) throws(SFrame.PrimitiveError) -> [UInt8] { sized(key + info, length) }

  static func aeadSeal(
    key: [UInt8], nonce: [UInt8], additionalData: [UInt8], plaintext: [UInt8]
  ) throws(SFrame.PrimitiveError) -> [UInt8] { plaintext + [UInt8](repeating: 0, count: 16) }

  static func aeadOpen(
    key: [UInt8], nonce: [UInt8], additionalData: [UInt8], sealed: [UInt8]
  ) throws(SFrame.PrimitiveError) -> [UInt8] {
    guard sealed.count >= 16 else { throw .invalidParameter }
    return Array(sealed.dropLast(16))
  }

  private static func sized(_ bytes: [UInt8], _ length: Int) -> [UInt8] {
    let digest = TrustingSuite.hash(bytes)
    return (0..<length).map { digest[$0 % digest.count] }
  }
}

struct TrustingSigner: DeliverySigner {
  let publicKey = [UInt8](repeating: 0x77, count: 32)

  func sign(_ message: [UInt8]) -> [UInt8] { [UInt8](repeating: 0xCC, count: 64) }

  static func isValid(_ signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]) -> Bool {
    signature.count <= 128
  }

  static func sha256(_ message: [UInt8]) -> [UInt8] { TrustingSuite.hash(message) }
}
