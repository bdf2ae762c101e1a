package import MLSWire

/// What a primitive refuses.
package enum PrimitiveError: Error, Equatable, Sendable {
  /// The AEAD tag does not match.
  case authenticationFailed
  /// A key, nonce or length is not one that the algorithm has, or a point is not on its curve.
  case invalidParameter
}

/// The key encapsulation of a cipher suite (RFC 9180 §7.1).
package enum KEMAlgorithm: Sendable {
  case x25519
  case p256

  /// `kem_id`.
  package var id: UInt16 { self == .x25519 ? 0x0020 : 0x0010 }
  /// Bytes of a private key (`Nsk`).
  package var privateKeyLength: Int { 32 }
}

/// The one door to cryptographic primitives, a type for each cipher suite. Synchronous and static: the native build
/// opens it over swift-crypto, the browser build over BoringSSL, and the compiler specialises everything behind it.
/// Both suites hash with SHA-256 and encrypt with AES-128-GCM.
package protocol CipherSuiteProvider: Sendable {
  static var suite: CipherSuite { get }
  static var kem: KEMAlgorithm { get }

  /// SHA-256.
  static func hash(_ bytes: [UInt8]) -> [UInt8]
  /// HMAC-SHA-256.
  static func hmac(key: [UInt8], message: [UInt8]) -> [UInt8]

  /// AES-128-GCM with a 12-byte nonce; returns ciphertext followed by the 16-byte tag.
  static func aeadSeal(
    key: [UInt8], nonce: [UInt8], additionalData: [UInt8], plaintext: [UInt8]
  ) throws(PrimitiveError) -> [UInt8]
  static func aeadOpen(
    key: [UInt8], nonce: [UInt8], additionalData: [UInt8], sealed: [UInt8]
  ) throws(PrimitiveError) -> [UInt8]

  /// The serialised public key of a KEM private key: 32 bytes, or an uncompressed point of 65. Throws for a scalar
  /// out of range.
  static func kemPublicKey(privateKey: [UInt8]) throws(PrimitiveError) -> [UInt8]
  /// The Diffie-Hellman value (for P-256 the x coordinate), 32 bytes. Throws for a public key that is not a valid
  /// point.
  static func diffieHellman(privateKey: [UInt8], publicKey: [UInt8]) throws(PrimitiveError) -> [UInt8]

  /// The public key of a signature private key of 32 bytes: an Ed25519 seed, or a P-256 scalar in network order.
  static func signaturePublicKey(privateKey: [UInt8]) throws(PrimitiveError) -> [UInt8]
  /// Ed25519, or ECDSA in DER over SHA-256 (RFC 9420 §5.1.1).
  static func sign(privateKey: [UInt8], message: [UInt8]) throws(PrimitiveError) -> [UInt8]
  static func verify(publicKey: [UInt8], message: [UInt8], signature: [UInt8]) -> Bool
}

extension CipherSuiteProvider {
  /// Output bytes of the hash and of `KDF.Extract` (`Nh`).
  package static var hashLength: Int { 32 }
  /// Bytes of an AEAD key (`Nk`).
  package static var aeadKeyLength: Int { 16 }
  /// Bytes of an AEAD nonce (`Nn`).
  package static var aeadNonceLength: Int { 12 }
  /// Bytes of an AEAD tag (`Nt`).
  package static var aeadTagLength: Int { 16 }
  /// The all-zero vector of `KDF.Nh` bytes, written `0` in RFC 9420 §8.
  static var zero: [UInt8] { [UInt8](repeating: 0, count: hashLength) }

  /// HKDF-Extract (RFC 5869 §2.2).
  package static func extract(salt: [UInt8], secret: [UInt8]) -> [UInt8] {
    hmac(key: salt.isEmpty ? zero : salt, message: secret)
  }

  /// HKDF-Expand (RFC 5869 §2.3); `length` is at most 255 * `hashLength`.
  package static func expand(key: [UInt8], info: [UInt8], length: Int) -> [UInt8] {
    precondition(length <= 255 * hashLength)
    var output: [UInt8] = []
    var block: [UInt8] = []
    var counter: UInt8 = 1
    while output.count < length {
      block = hmac(key: key, message: block + info + [counter])
      output += block
      counter &+= 1
    }
    return Array(output.prefix(length))
  }
}

/// A KEM key pair in the serialisation of RFC 9180 §7.1.
package struct KeyPair: Equatable, Sendable {
  package var privateKey: [UInt8]
  package var publicKey: [UInt8]

  package init(privateKey: [UInt8], publicKey: [UInt8]) {
    self.privateKey = privateKey
    self.publicKey = publicKey
  }
}

extension RandomNumberGenerator {
  /// `count` random bytes.
  package mutating func bytes(_ count: Int) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(count)
    for _ in 0..<count { result.append(UInt8(truncatingIfNeeded: next())) }
    return result
  }
}

extension [UInt8] {
  /// Overwrites a secret that is no longer needed (RFC 9420 §9.2). Only this array: copies handed out are their
  /// holders' duty.
  mutating func erase() {
    for index in indices { self[index] = 0 }
    removeAll()
  }
}
