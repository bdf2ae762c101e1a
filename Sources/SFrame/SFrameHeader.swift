package import Bytes

/// Why an SFrame ciphertext was refused.
package enum SFrameError: Error, Equatable {
  /// Too short, or a header that is not in its minimal encoding.
  case malformed
  /// No key for this key ID.
  case unknownKey
  /// This counter was already accepted under this key, or is older than the window remembers.
  case replayed
  /// The tag does not match.
  case authenticationFailed
  /// The key has sealed as many frames as it may.
  case exhausted
}

/// The SFrame header (RFC 9605 §4.3): a config byte `X KKK Y CCC`, then key ID and counter, each in the fewest bytes
/// that hold it and absent when it fits the three bits.
package struct SFrameHeader: Hashable, Sendable {
  package let keyID: UInt64
  package let counter: UInt64

  /// Config byte and two eight-byte fields.
  package static let maximumLength = 17

  package init(keyID: UInt64, counter: UInt64) {
    self.keyID = keyID
    self.counter = counter
  }

  /// Size on the wire, 1...17 bytes.
  package var length: Int { 1 + Self.extendedLength(keyID) + Self.extendedLength(counter) }

  package func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(length)
    bytes.append(Self.configBits(keyID) << 4 | Self.configBits(counter))
    Self.append(keyID, to: &bytes)
    Self.append(counter, to: &bytes)
    return bytes
  }

  /// Reads a header at the reader's position and leaves the reader behind it. Longer encodings than necessary are
  /// malformed: RFC 9605 §4.3 demands the minimal one, and two spellings of one header would be two ciphertexts.
  package static func read(from reader: inout ByteReader) throws(SFrameError) -> SFrameHeader {
    guard let config = reader.readUInt8() else { throw .malformed }
    let keyID = try readField(config >> 4, from: &reader)
    let counter = try readField(config & 0x0f, from: &reader)
    return SFrameHeader(keyID: keyID, counter: counter)
  }

  private static func extendedLength(_ value: UInt64) -> Int {
    value < 8 ? 0 : (UInt64.bitWidth - value.leadingZeroBitCount + 7) / 8
  }

  /// The flag and three bits of one field: the value itself, or the flag and its length in bytes minus one.
  private static func configBits(_ value: UInt64) -> UInt8 {
    value < 8 ? UInt8(value) : 0x08 | UInt8(extendedLength(value) - 1)
  }

  private static func append(_ value: UInt64, to bytes: inout [UInt8]) {
    for index in (0..<extendedLength(value)).reversed() {
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index)))
    }
  }

  private static func readField(_ bits: UInt8, from reader: inout ByteReader) throws(SFrameError) -> UInt64 {
    guard bits & 0x08 != 0 else { return UInt64(bits & 0x07) }
    let length = Int(bits & 0x07) + 1
    guard let bytes = reader.readBytes(length) else { throw .malformed }
    var value: UInt64 = 0
    for byte in bytes { value = value << 8 | UInt64(byte) }
    guard extendedLength(value) == length else { throw .malformed }
    return value
  }
}
