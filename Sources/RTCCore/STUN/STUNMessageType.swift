/// Method and class of a STUN message (RFC 8489 §5). ICE speaks only Binding; every other method is refused as a type.
package enum STUNMessageType: UInt16, Hashable, Sendable {
  case bindingRequest = 0x0001
  case bindingIndication = 0x0011
  case bindingSuccess = 0x0101
  case bindingError = 0x0111
}

/// The 96-bit transaction id of RFC 8489 §5, as network-order integers. Made by the caller from a random source.
package struct STUNTransactionID: Hashable, Sendable {
  package let high: UInt32
  package let low: UInt64

  package init(high: UInt32, low: UInt64) {
    self.high = high
    self.low = low
  }

  package init(using random: inout some RandomNumberGenerator) {
    high = UInt32(truncatingIfNeeded: random.next())
    low = random.next()
  }
}

/// Attribute types this stack reads or writes (RFC 8489 §18.3, RFC 8445 §16.1). Below 0x8000 a receiver must understand
/// the attribute or refuse the request.
package enum STUNAttribute {
  package static let username: UInt16 = 0x0006
  package static let messageIntegrity: UInt16 = 0x0008
  package static let errorCode: UInt16 = 0x0009
  package static let unknownAttributes: UInt16 = 0x000A
  package static let realm: UInt16 = 0x0014
  package static let nonce: UInt16 = 0x0015
  package static let messageIntegritySHA256: UInt16 = 0x001C
  package static let xorMappedAddress: UInt16 = 0x0020
  package static let priority: UInt16 = 0x0024
  package static let useCandidate: UInt16 = 0x0025
  package static let software: UInt16 = 0x8022
  package static let fingerprint: UInt16 = 0x8028
  package static let iceControlled: UInt16 = 0x8029
  package static let iceControlling: UInt16 = 0x802A
}
