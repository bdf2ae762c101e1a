/// The SRTP protection profiles offered, preferred first. Raw values are those of the DTLS use_srtp extension (RFC 5764
/// §4.1.2, RFC 7714 §14.2).
package enum SRTPProfile: UInt16, CaseIterable, Sendable {
  case aeadAES128GCM = 0x0007
  // swift-format-ignore: AlwaysUseLowerCamelCase
  case aes128CMHMACSHA1_80 = 0x0001

  /// Bytes of a master key and of the session encryption key.
  package var keyLength: Int { 16 }

  /// Bytes of a master salt: 12 for GCM, 14 for counter mode.
  package var saltLength: Int {
    switch self {
    case .aeadAES128GCM: 12
    case .aes128CMHMACSHA1_80: 14
    }
  }

  /// Bytes of the authentication tag of RTP and RTCP alike.
  package var tagLength: Int {
    switch self {
    case .aeadAES128GCM: 16
    case .aes128CMHMACSHA1_80: 10
    }
  }

  /// Bytes that protection adds to an RTP packet.
  package var rtpOverhead: Int { tagLength }
  /// Bytes that protection adds to an RTCP packet: the tag, and the E flag with the 31-bit index.
  package var rtcpOverhead: Int { tagLength + 4 }

  /// Bytes to take from the DTLS exporter: both directions' keys and salts.
  package var keyingMaterialLength: Int { 2 * (keyLength + saltLength) }
}

/// Where the master keys lie in the material of the DTLS exporter (RFC 5764 §4.2): client key, server key, client
/// salt, server salt. "Client" and "server" are DTLS roles; each side writes with its own.
package struct DTLSSRTPKeyLayout: Hashable, Sendable {
  /// The exporter's label; no context.
  package static let exporterLabel = "EXTRACTOR-dtls_srtp"

  package let clientKey: Range<Int>
  package let serverKey: Range<Int>
  package let clientSalt: Range<Int>
  package let serverSalt: Range<Int>

  package init(_ profile: SRTPProfile) {
    let key = profile.keyLength
    let salt = profile.saltLength
    clientKey = 0..<key
    serverKey = key..<(2 * key)
    clientSalt = (2 * key)..<(2 * key + salt)
    serverSalt = (2 * key + salt)..<(2 * key + 2 * salt)
  }
}

/// Labels of the SRTP key derivation (RFC 3711 §4.3.1, §4.3.2).
package enum SRTPKeyLabel: UInt8, Sendable {
  case rtpEncryption = 0
  case rtpAuthentication = 1
  case rtpSalt = 2
  case rtcpEncryption = 3
  case rtcpAuthentication = 4
  case rtcpSalt = 5
}
