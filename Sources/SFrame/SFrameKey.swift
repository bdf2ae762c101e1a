import Bytes

/// The AES-GCM cipher suites of RFC 9605 §4.5, under their registered numbers.
package enum SFrameSuite: UInt16, CaseIterable, Sendable {
  case aes128GCM = 4
  case aes256GCM = 5

  package static let nonceLength = 12
  package static let tagLength = 16

  /// AEAD key size in bytes (`Nk`).
  package var keyLength: Int { self == .aes128GCM ? 16 : 32 }
  package var hash: DigestAlgorithm { self == .aes128GCM ? .sha256 : .sha512 }
}

/// The key and salt of one key ID (RFC 9605 §4.4.2).
package struct SFrameKey: Sendable {
  package let suite: SFrameSuite
  package let keyID: UInt64
  /// AEAD key, `suite.keyLength` bytes.
  package let key: [UInt8]
  package let salt: SFrameSalt

  /// Frames that one key may seal. A nonce never repeats long before this; the bound keeps the advantage that AES-GCM
  /// gives an attacker under 2^-40 even with frames of 64 KiB.
  package static let maximumCounter: UInt64 = 1 << 32

  /// Derives key and salt; the key ID and the suite are part of both labels.
  package static func derive<Crypto: CryptoProvider>(
    _ suite: SFrameSuite, keyID: UInt64, baseKey: [UInt8], with crypto: Crypto.Type
  ) throws(PrimitiveError) -> SFrameKey {
    let secret = Crypto.hkdfExtract(suite.hash, salt: [], secret: baseKey)
    let context = bigEndianBytes(keyID) + bigEndianBytes(suite.rawValue)
    let key = try Crypto.hkdfExpand(
      suite.hash, key: secret, info: [UInt8](utf8: "SFrame 1.0 Secret key ") + context, length: suite.keyLength)
    let salt = try Crypto.hkdfExpand(
      suite.hash, key: secret, info: [UInt8](utf8: "SFrame 1.0 Secret salt ") + context, length: SFrameSuite.nonceLength
    )
    return SFrameKey(suite: suite, keyID: keyID, key: key, salt: SFrameSalt(salt))
  }

  /// Seals one plaintext (RFC 9605 §4.4.3): header, ciphertext, tag. The caller owns the counter and never repeats it.
  package func seal<Crypto: CryptoProvider>(
    _ plaintext: [UInt8], counter: UInt64, metadata: [UInt8], with crypto: Crypto.Type
  ) throws(PrimitiveError) -> [UInt8] {
    let header = SFrameHeader(keyID: keyID, counter: counter).encoded()
    let sealed = try Crypto.aeadSeal(
      key: key, nonce: salt.nonce(counter), additionalData: header + metadata, plaintext: plaintext)
    return header + sealed
  }

  /// Opens what follows a header already read from `frame` (RFC 9605 §4.4.4). Replay is the key ring's to judge.
  package func open<Crypto: CryptoProvider>(
    _ frame: [UInt8], header: SFrameHeader, metadata: [UInt8], with crypto: Crypto.Type
  ) throws(PrimitiveError) -> [UInt8] {
    let additionalData = Array(frame.prefix(header.length)) + metadata
    return try Crypto.aeadOpen(
      key: key, nonce: salt.nonce(header.counter), additionalData: additionalData,
      sealed: Array(frame.dropFirst(header.length)))
  }
}

/// The secret that, combined with a counter, gives the nonce of a frame.
package struct SFrameSalt: Sendable {
  /// 12 bytes.
  package let bytes: [UInt8]

  init(_ bytes: [UInt8]) {
    precondition(bytes.count == SFrameSuite.nonceLength)
    self.bytes = bytes
  }

  /// Salt xor counter, both as 12-byte big-endian integers.
  package func nonce(_ counter: UInt64) -> [UInt8] {
    var nonce = bytes
    for (offset, byte) in bigEndianBytes(counter).enumerated() { nonce[4 + offset] ^= byte }
    return nonce
  }
}

/// Network byte order, as every label and field of RFC 9605 has it.
package func bigEndianBytes<T: FixedWidthInteger & UnsignedInteger>(_ value: T) -> [UInt8] {
  (0..<(T.bitWidth / 8)).reversed().map { UInt8(truncatingIfNeeded: value >> T(8 * $0)) }
}
