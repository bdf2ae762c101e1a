internal import Crypto
internal import Foundation
package import MLS
package import MLSWire

/// MLS_128_DHKEMP256_AES128GCM_SHA256_P256 over swift-crypto.
package enum NativeP256Suite: NativeSuite {
  package static var suite: CipherSuite { .p256AES128GCM }
  package static var kem: KEMAlgorithm { .p256 }

  package static func kemPublicKey(privateKey: [UInt8]) throws(PrimitiveError) -> [UInt8] {
    try checked {
      Array(try P256.KeyAgreement.PrivateKey(rawRepresentation: privateKey).publicKey.x963Representation)
    }
  }

  package static func diffieHellman(privateKey: [UInt8], publicKey: [UInt8]) throws(PrimitiveError) -> [UInt8] {
    try checked {
      let key = try P256.KeyAgreement.PrivateKey(rawRepresentation: privateKey)
      let peer = try P256.KeyAgreement.PublicKey(x963Representation: publicKey)
      return try key.sharedSecretFromKeyAgreement(with: peer).withUnsafeBytes { Array($0) }
    }
  }

  package static func signaturePublicKey(privateKey: [UInt8]) throws(PrimitiveError) -> [UInt8] {
    try checked {
      Array(try P256.Signing.PrivateKey(rawRepresentation: privateKey).publicKey.x963Representation)
    }
  }

  package static func sign(privateKey: [UInt8], message: [UInt8]) throws(PrimitiveError) -> [UInt8] {
    try checked {
      Array(try P256.Signing.PrivateKey(rawRepresentation: privateKey).signature(for: message).derRepresentation)
    }
  }

  package static func verify(publicKey: [UInt8], message: [UInt8], signature: [UInt8]) -> Bool {
    guard let key = try? P256.Signing.PublicKey(x963Representation: publicKey),
      let signature = try? P256.Signing.ECDSASignature(derRepresentation: signature)
    else { return false }
    return key.isValidSignature(signature, for: message)
  }
}
