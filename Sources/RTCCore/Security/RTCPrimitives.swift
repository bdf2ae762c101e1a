/// The few functions that the pure protocols need and cannot have themselves: hashes, and a hint to the processor.
package protocol RTCPrimitives {
  /// HMAC-SHA1 (RFC 2104) under `key`, as STUN's MESSAGE-INTEGRITY wants it (RFC 8489 §14.5). The message is `head`
  /// followed by `tail`, so that a rewritten STUN header need not be copied in front of its attributes. Writes exactly
  /// 20 bytes to the start of `digest`, which must be at least that long.
  static func hmacSHA1(
    key: UnsafeRawBufferPointer, head: UnsafeRawBufferPointer, tail: UnsafeRawBufferPointer,
    into digest: UnsafeMutableRawBufferPointer)

  /// SHA-256 of `message`. Writes exactly 32 bytes to the start of `digest`.
  static func sha256(_ message: UnsafeRawBufferPointer, into digest: UnsafeMutableRawBufferPointer)

  /// Whether two byte strings are equal, in time that depends on their lengths alone.
  static func constantTimeEqual(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool

  /// Memory at `address` will be used soon: it may be brought near. Nothing is read, and any address will do.
  static func prefetch(_ address: UnsafeRawPointer)
}

extension RTCPrimitives {
  @inline(__always)
  package static func prefetch(_ address: UnsafeRawPointer) {}

  /// HMAC-SHA1 of one contiguous message; see the two-part form.
  @inline(__always)
  package static func hmacSHA1(
    key: UnsafeRawBufferPointer, message: UnsafeRawBufferPointer, into digest: UnsafeMutableRawBufferPointer
  ) {
    hmacSHA1(key: key, head: message, tail: UnsafeRawBufferPointer(start: nil, count: 0), into: digest)
  }
}
