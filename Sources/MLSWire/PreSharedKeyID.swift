/// What a resumption PSK is used for (RFC 9420 §8.4).
package enum ResumptionPSKUsage: UInt8, Sendable {
  case application = 1
  case reInit = 2
  case branch = 3
}

/// Which pre-shared key goes into an epoch (RFC 9420 §8.4).
package struct PreSharedKeyID: Hashable, Sendable, WireCodable {
  package enum Kind: Hashable, Sendable {
    case external(id: [UInt8])
    case resumption(usage: ResumptionPSKUsage, groupID: [UInt8], epoch: UInt64)
  }

  package var kind: Kind
  /// `KDF.Nh` fresh random bytes.
  package var nonce: [UInt8]

  package init(kind: Kind, nonce: [UInt8]) {
    self.kind = kind
    self.nonce = nonce
  }

  package init(from reader: inout WireReader) throws(WireError) {
    switch try reader.uint8() {
    case 1: kind = .external(id: try reader.opaque())
    case 2:
      guard let usage = ResumptionPSKUsage(rawValue: try reader.uint8()) else {
        throw .unknownSelector(.resumptionUsage)
      }
      kind = .resumption(usage: usage, groupID: try reader.opaque(), epoch: try reader.uint64())
    default: throw .unknownSelector(.pskType)
    }
    nonce = try reader.opaque()
  }

  package func encode(into writer: inout WireWriter) {
    switch kind {
    case .external(let id):
      writer.write(UInt8(1))
      writer.write(opaque: id)
    case .resumption(let usage, let groupID, let epoch):
      writer.write(UInt8(2))
      writer.write(usage.rawValue)
      writer.write(opaque: groupID)
      writer.write(epoch)
    }
    writer.write(opaque: nonce)
  }
}
