/// The public key of a passkey (RFC 9052 §7), of the two kinds that are asked for.
package enum COSEKey: Equatable, Sendable {
  /// ECDSA with SHA-256 on P-256 (COSE algorithm -7): x and y, 64 bytes.
  case es256([UInt8])
  /// Ed25519 (COSE algorithm -8): 32 bytes.
  case edDSA([UInt8])

  /// COSE algorithm identifiers in order of preference.
  package static let algorithms: [Int64] = [-8, -7]

  /// Number in the COSE registry.
  package var algorithm: Int64 {
    switch self {
    case .es256: -7
    case .edDSA: -8
    }
  }

  /// The key alone: 64 or 32 bytes.
  package var bytes: [UInt8] {
    switch self {
    case .es256(let bytes), .edDSA(let bytes): bytes
    }
  }

  /// Of what a store kept; nil for another algorithm or length.
  package init?(algorithm: Int64, bytes: [UInt8]) {
    switch (algorithm, bytes.count) {
    case (-7, 64): self = .es256(bytes)
    case (-8, 32): self = .edDSA(bytes)
    default: return nil
    }
  }

  /// Reads a COSE_Key with exactly the parameters that its kind needs (WebAuthn level 3 §6.5.1.1), each once.
  init(from reader: inout CBORReader) throws(CBORError) {
    var integers: [Int64: Int64] = [:]
    var coordinates: [Int64: [UInt8]] = [:]
    for _ in 0..<(try reader.readMap()) {
      let label = try reader.readInteger()
      guard integers[label] == nil, coordinates[label] == nil else { throw .unexpected }
      switch label {
      case 1, 3, -1: integers[label] = try reader.readInteger()
      case -2, -3:
        let coordinate = try reader.readBytes()
        guard coordinate.count == 32 else { throw .unsupported }
        coordinates[label] = coordinate
      default: throw .unsupported
      }
    }
    switch (integers[1], integers[3], integers[-1], coordinates[-2], coordinates[-3]) {
    case (2, -7, 1, let x?, let y?): self = .es256(x + y)
    case (1, -8, 6, let x?, nil): self = .edDSA(x)
    default: throw .unsupported
    }
  }
}
