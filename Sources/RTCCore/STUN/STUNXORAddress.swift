import Bytes

/// The value of XOR-MAPPED-ADDRESS (RFC 8489 §14.2).
enum STUNXORAddress {
  private static var portMask: UInt16 { UInt16(truncatingIfNeeded: STUNMessage.magicCookie >> 16) }
  private static func highMask(_ id: STUNTransactionID) -> UInt64 {
    UInt64(STUNMessage.magicCookie) << 32 | UInt64(id.high)
  }

  static func size(_ address: TransportAddress) -> UInt16 { address.isIPv6 ? 20 : 8 }

  static func read(_ reader: inout ByteReader, _ id: STUNTransactionID) -> TransportAddress? {
    guard reader.skip(1), let family = reader.readUInt8(), let port = reader.readUInt16() else { return nil }
    switch (family, reader.remaining) {
    case (1, 4):
      guard let address = reader.readUInt32() else { return nil }
      return TransportAddress(ipv4: address ^ STUNMessage.magicCookie, port: port ^ portMask)
    case (2, 16):
      guard let high = reader.readUInt64(), let low = reader.readUInt64() else { return nil }
      return TransportAddress(ipv6High: high ^ highMask(id), low: low ^ id.low, port: port ^ portMask)
    default: return nil
    }
  }

  static func write(_ address: TransportAddress, _ id: STUNTransactionID, to writer: inout ByteWriter) {
    writer.write(UInt16(address.isIPv6 ? 2 : 1))
    writer.write(address.port ^ portMask)
    if let ipv4 = address.ipv4 {
      writer.write(ipv4 ^ STUNMessage.magicCookie)
    } else {
      writer.write(address.high ^ highMask(id))
      writer.write(address.low ^ id.low)
    }
  }
}
