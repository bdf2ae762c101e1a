import Bytes

/// Why bytes are not a STUN message this stack takes. Also counters.
package enum STUNParseError: Error, Hashable, Sendable {
  /// Shorter than the header, or than the length it declares.
  case truncated
  /// Longer than it declares, than 1,500 bytes, or a length not in whole words.
  case badLength
  /// The first two bits or the magic cookie are not STUN's.
  case notSTUN
  /// A method other than Binding.
  case unknownType
  /// An attribute runs past the end or has a size its type cannot have.
  case badAttribute
}

/// A parsed STUN message (RFC 8489 §5, §14): plain values and offsets over borrowed memory, which must outlive it.
/// Parsing authenticates nothing: see `hasValidFingerprint` and `hasValidIntegrity`.
package struct STUNMessage {
  /// Exactly the message.
  package let bytes: UnsafeRawBufferPointer
  package let type: STUNMessageType
  package let transactionID: STUNTransactionID

  /// USERNAME, at most 508 bytes.
  package private(set) var username: UnsafeRawBufferPointer?
  package private(set) var priority: UInt32?
  package private(set) var useCandidate = false
  /// The peer's tiebreaker, when it says it is controlling.
  package private(set) var iceControlling: UInt64?
  /// The peer's tiebreaker, when it says it is controlled.
  package private(set) var iceControlled: UInt64?
  package private(set) var xorMappedAddress: TransportAddress?
  /// 300...699.
  package private(set) var errorCode: Int?
  /// Comprehension-required attributes nobody here understands; a request that has any must be refused with 420.
  package private(set) var unknownAttributes = STUNUnknownAttributes()

  private(set) var integrityOffset: Int?
  private(set) var fingerprintOffset: Int?

  package static var headerSize: Int { 20 }
  package static var maximumSize: Int { 1500 }
  static var magicCookie: UInt32 { 0x2112_A442 }
  static var integritySize: Int { 20 }

  /// Parses a whole datagram. Total; time is linear in its size.
  package init(_ datagram: UnsafeRawBufferPointer) throws(STUNParseError) {
    guard datagram.count <= Self.maximumSize else { throw .badLength }
    var reader = ByteReader(datagram)
    guard let rawType = reader.readUInt16(), let length = reader.readUInt16(), let cookie = reader.readUInt32(),
      let high = reader.readUInt32(), let low = reader.readUInt64()
    else { throw .truncated }
    guard rawType & 0xC000 == 0, cookie == Self.magicCookie else { throw .notSTUN }
    guard length % 4 == 0, Int(length) <= reader.remaining else { throw length % 4 == 0 ? .truncated : .badLength }
    guard Int(length) == reader.remaining else { throw .badLength }
    guard let type = STUNMessageType(rawValue: rawType) else { throw .unknownType }
    bytes = datagram
    self.type = type
    transactionID = STUNTransactionID(high: high, low: low)
    try readAttributes(&reader)
  }

  private mutating func readAttributes(_ reader: inout ByteReader) throws(STUNParseError) {
    while !reader.isAtEnd {
      let start = reader.offset
      guard let type = reader.readUInt16(), let length = reader.readUInt16(),
        let value = reader.readBytes(Int(length)), reader.skip(-Int(length) & 3)
      else { throw .badAttribute }
      // FINGERPRINT is the last attribute, and what follows the integrity is unprotected (RFC 8489 §14.5, §14.7).
      guard fingerprintOffset == nil else { throw .badAttribute }
      if integrityOffset != nil, type != STUNAttribute.fingerprint { continue }
      try take(type, value, at: start)
    }
  }

  /// Of an attribute that comes twice, only the first counts (RFC 8489 §14).
  private mutating func take(_ type: UInt16, _ value: UnsafeRawBufferPointer, at start: Int) throws(STUNParseError) {
    var reader = ByteReader(value)
    switch type {
    case STUNAttribute.username:
      guard value.count <= 508 else { throw .badAttribute }
      username = username ?? value
    case STUNAttribute.messageIntegrity:
      guard value.count == Self.integritySize else { throw .badAttribute }
      integrityOffset = start
    case STUNAttribute.fingerprint:
      guard value.count == 4 else { throw .badAttribute }
      fingerprintOffset = start
    case STUNAttribute.priority:
      guard value.count == 4, let number = reader.readUInt32() else { throw .badAttribute }
      priority = priority ?? number
    case STUNAttribute.useCandidate:
      guard value.isEmpty else { throw .badAttribute }
      useCandidate = true
    case STUNAttribute.iceControlling:
      guard value.count == 8, let number = reader.readUInt64() else { throw .badAttribute }
      iceControlling = iceControlling ?? number
    case STUNAttribute.iceControlled:
      guard value.count == 8, let number = reader.readUInt64() else { throw .badAttribute }
      iceControlled = iceControlled ?? number
    case STUNAttribute.xorMappedAddress:
      guard let address = STUNXORAddress.read(&reader, transactionID) else { throw .badAttribute }
      xorMappedAddress = xorMappedAddress ?? address
    case STUNAttribute.errorCode:
      guard let word = reader.readUInt32() else { throw .badAttribute }
      let code = Int(word >> 8 & 7) * 100 + Int(word & 0xFF)
      guard 300...699 ~= code, word & 0xFF < 100 else { throw .badAttribute }
      errorCode = errorCode ?? code
    case STUNAttribute.unknownAttributes, STUNAttribute.realm, STUNAttribute.nonce,
      STUNAttribute.messageIntegritySHA256:
      break
    default:
      if type < 0x8000 { unknownAttributes.append(type) }
    }
  }
}

/// The first eight unknown attribute types of a message, in order: as many as an answer names.
package struct STUNUnknownAttributes: Sendable {
  package private(set) var count = 0
  private var types = InlineArray<8, UInt16>(repeating: 0)

  package init() {}

  package var isEmpty: Bool { count == 0 }

  /// `index` is 0..<count.
  package subscript(index: Int) -> UInt16 { types[index] }

  mutating func append(_ type: UInt16) {
    guard count < 8 else { return }
    types[count] = type
    count += 1
  }
}
