import Bytes

extension STUNMessage {
  package var hasFingerprint: Bool { fingerprintOffset != nil }
  package var hasIntegrity: Bool { integrityOffset != nil }

  /// FINGERPRINT is there and right (RFC 8489 §14.7). Not authentication: it tells STUN from other protocols.
  package var hasValidFingerprint: Bool {
    guard let offset = fingerprintOffset else { return false }
    var crc = CRC32()
    crc.update(UnsafeRawBufferPointer(rebasing: bytes[..<offset]))
    let stored = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self))
    return crc.value ^ STUNFingerprint.mask == stored
  }

  /// MESSAGE-INTEGRITY is there and made with `key`, the password of the short-term credential (RFC 8489 §9.1, §14.5).
  /// Compares in constant time; never allocates.
  package func hasValidIntegrity<Primitives: RTCPrimitives>(
    key: UnsafeRawBufferPointer, using primitives: Primitives.Type
  ) -> Bool {
    guard let offset = integrityOffset else { return false }
    var computed: STUNIntegrity.Digest = (0, 0, 0, 0, 0)
    STUNIntegrity.compute(over: bytes, upTo: offset, key: key, into: &computed, using: primitives)
    let stored = UnsafeRawBufferPointer(rebasing: bytes[(offset + 4)..<(offset + 4 + Self.integritySize)])
    return withUnsafeBytes(of: computed) { primitives.constantTimeEqual($0, stored) }
  }
}

enum STUNFingerprint {
  /// "STUN" (RFC 8489 §14.7).
  static var mask: UInt32 { 0x5354_554E }
}

enum STUNIntegrity {
  typealias Digest = (UInt32, UInt32, UInt32, UInt32, UInt32)

  /// HMAC-SHA1 over the message up to `offset`, as if MESSAGE-INTEGRITY ended it: the length in the header is adjusted in
  /// a copy on the stack, so the message may be borrowed.
  static func compute<Primitives: RTCPrimitives>(
    over message: UnsafeRawBufferPointer, upTo offset: Int, key: UnsafeRawBufferPointer, into digest: inout Digest,
    using primitives: Primitives.Type
  ) {
    let length = UInt16(offset - STUNMessage.headerSize + 4 + STUNMessage.integritySize)
    var header: Digest = (0, 0, 0, 0, 0)
    withUnsafeMutableBytes(of: &header) { header in
      header.copyMemory(from: UnsafeRawBufferPointer(rebasing: message[..<STUNMessage.headerSize]))
      header.storeBytes(of: length.bigEndian, toByteOffset: 2, as: UInt16.self)
      withUnsafeMutableBytes(of: &digest) { digest in
        primitives.hmacSHA1(
          key: key, head: UnsafeRawBufferPointer(header),
          tail: UnsafeRawBufferPointer(rebasing: message[STUNMessage.headerSize..<offset]), into: digest)
      }
    }
  }
}
