import Bytes

/// Writes one STUN message into borrowed memory, attribute by attribute (RFC 8489 §5, §14). Never allocates; what does not
/// fit is reported once, by `finish`.
package struct STUNWriter {
  private var writer: ByteWriter
  private let transactionID: STUNTransactionID

  package init(_ buffer: UnsafeMutableRawBufferPointer, type: STUNMessageType, transactionID: STUNTransactionID) {
    writer = ByteWriter(buffer)
    self.transactionID = transactionID
    writer.write(type.rawValue)
    writer.write(UInt16(0))
    writer.write(STUNMessage.magicCookie)
    writer.write(transactionID.high)
    writer.write(transactionID.low)
  }

  /// USERNAME; a caller keeps it to 508 bytes.
  package mutating func writeUsername(_ username: [UInt8]) {
    username.withUnsafeBytes { write(STUNAttribute.username, $0) }
  }

  package mutating func writePriority(_ priority: UInt32) {
    writeHeader(STUNAttribute.priority, 4)
    writer.write(priority)
  }

  package mutating func writeUseCandidate() { writeHeader(STUNAttribute.useCandidate, 0) }

  package mutating func writeICEControlling(_ tieBreaker: UInt64) {
    writeHeader(STUNAttribute.iceControlling, 8)
    writer.write(tieBreaker)
  }

  package mutating func writeICEControlled(_ tieBreaker: UInt64) {
    writeHeader(STUNAttribute.iceControlled, 8)
    writer.write(tieBreaker)
  }

  package mutating func writeXORMappedAddress(_ address: TransportAddress) {
    writeHeader(STUNAttribute.xorMappedAddress, STUNXORAddress.size(address))
    STUNXORAddress.write(address, transactionID, to: &writer)
  }

  /// ERROR-CODE without a reason phrase: `code` is 300...699.
  package mutating func writeErrorCode(_ code: Int) {
    writeHeader(STUNAttribute.errorCode, 4)
    writer.write(UInt32(code / 100) << 8 | UInt32(code % 100))
  }

  package mutating func writeUnknownAttributes(_ types: STUNUnknownAttributes) {
    writeHeader(STUNAttribute.unknownAttributes, UInt16(types.count * 2))
    for index in 0..<types.count { writer.write(types[index]) }
    pad(types.count * 2)
  }

  /// SOFTWARE; a caller keeps it under 128 characters.
  package mutating func writeSoftware(_ software: [UInt8]) {
    software.withUnsafeBytes { write(STUNAttribute.software, $0) }
  }

  /// Ends the message with MESSAGE-INTEGRITY under `key` and FINGERPRINT. The whole size, or nil if it did not fit.
  package consuming func finish<Primitives: RTCPrimitives>(
    key: UnsafeRawBufferPointer, using primitives: Primitives.Type
  ) -> Int? {
    let offset = writer.offset
    var digest: STUNIntegrity.Digest = (0, 0, 0, 0, 0)
    guard !writer.overflowed else { return nil }
    STUNIntegrity.compute(
      over: UnsafeRawBufferPointer(rebasing: writer.base[..<offset]), upTo: offset, key: key, into: &digest,
      using: primitives)
    withUnsafeBytes(of: digest) { write(STUNAttribute.messageIntegrity, $0) }
    return finishWithFingerprint()
  }

  /// Ends the message with FINGERPRINT alone, for who has no credential to answer with.
  package consuming func finish() -> Int? { finishWithFingerprint() }

  private mutating func finishWithFingerprint() -> Int? {
    let offset = writer.offset
    writer.patch(UInt16(offset + 8 - STUNMessage.headerSize), at: 2)
    guard !writer.overflowed else { return nil }
    var crc = CRC32()
    crc.update(UnsafeRawBufferPointer(rebasing: writer.base[..<offset]))
    writeHeader(STUNAttribute.fingerprint, 4)
    writer.write(crc.value ^ STUNFingerprint.mask)
    return writer.overflowed ? nil : writer.offset
  }

  private mutating func write(_ type: UInt16, _ value: UnsafeRawBufferPointer) {
    writeHeader(type, UInt16(truncatingIfNeeded: value.count))
    writer.write(value)
    pad(value.count)
  }

  private mutating func writeHeader(_ type: UInt16, _ length: UInt16) {
    writer.write(type)
    writer.write(length)
  }

  private mutating func pad(_ count: Int) { writer.writeZeros(-count & 3) }
}
