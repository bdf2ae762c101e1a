internal import Crypto
internal import Foundation
package import MLS
package import MLSWire

/// MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519 over swift-crypto.
package enum NativeX25519Suite: NativeSuite {
  package static var suite: CipherSuite { .x25519AES128GCM }
  package static var kem: KEMAlgorithm { .x25519 }

  package static func kemPublicKey(privateKey: [UInt8]) throws(PrimitiveError) -> [UInt8] {
    try checked {
      Array(try Curve25519.KeyAgreement.PrivateKey(rawRepresentation: privateKey).publicKey.rawRepresentation)
    }
  }

  package static func diffieHellman(privateKey: [UInt8], publicKey: [UInt8]) throws(PrimitiveError) -> [UInt8] {
    try checked {
      let key = try Curve25519.KeyAgreement.PrivateKey(rawRepresentation: privateKey)
      let peer = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: publicKey)
      return try key.sharedSecretFromKeyAgreement(with: peer).withUnsafeBytes { Array($0) }
    }
  }

  package static func signaturePublicKey(privateKey: [UInt8]) throws(PrimitiveError) -> [UInt8] {
    try checked {
      Array(try Curve25519.Signing.PrivateKey(rawRepresentation: privateKey).publicKey.rawRepresentation)
    }
  }

  package static func sign(privateKey: [UInt8], message: [UInt8]) throws(PrimitiveError) -> [UInt8] {
    try checked {
      Array(try Curve25519.Signing.PrivateKey(rawRepresentation: privateKey).signature(for: message))
    }
  }

  package static func verify(publicKey: [UInt8], message: [UInt8], signature: [UInt8]) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
    return key.isValidSignature(signature, for: message)
  }
}
