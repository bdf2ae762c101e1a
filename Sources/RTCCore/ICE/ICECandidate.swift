/// Why a candidate line is of no use. `mdnsName` is usual from browsers and just means: wait for the peer's checks.
package enum ICECandidateError: Error, Hashable, Sendable {
  case malformed
  /// A `.local` name (RFC 8828): the address is hidden on purpose.
  case mdnsName
  /// Some other name: nothing is ever looked up.
  case name
  case unknownType
}

package enum ICECandidateType: String, Hashable, Sendable {
  case host, srflx, prflx, relay

  /// RFC 8445 §5.1.2.2.
  package var preference: UInt32 {
    switch self {
    case .host: 126
    case .prflx: 110
    case .srflx: 100
    case .relay: 0
    }
  }
}

package enum ICETransport: String, Hashable, Sendable {
  case udp, tcp
}

/// One `candidate` attribute (RFC 8839 §5.1).
package struct ICECandidate: Hashable, Sendable {
  /// 1...32 ICE characters: equal for candidates of one type, base and server.
  package var foundation: String
  /// 1...256; 1 with rtcp-mux.
  package var component: Int
  package var transport: ICETransport
  package var priority: UInt32
  package var address: TransportAddress
  package var type: ICECandidateType
  /// RFC 6544 §4.5: "active", "passive" or "so", with TCP only.
  package var tcpType: String?

  package init(
    foundation: String, component: Int = 1, transport: ICETransport = .udp, priority: UInt32,
    address: TransportAddress, type: ICECandidateType, tcpType: String? = nil
  ) {
    self.foundation = foundation
    self.component = component
    self.transport = transport
    self.priority = priority
    self.address = address
    self.type = type
    self.tcpType = tcpType
  }

  /// A UDP host candidate; `localPreference` orders the addresses of one host.
  package static func host(_ address: TransportAddress, localPreference: UInt16 = .max) -> ICECandidate {
    ICECandidate(
      foundation: address.isIPv6 ? "2" : "1",
      priority: priority(.host, localPreference: localPreference, component: 1), address: address, type: .host)
  }

  /// RFC 8445 §5.1.2.1.
  package static func priority(_ type: ICECandidateType, localPreference: UInt16, component: Int) -> UInt32 {
    type.preference << 24 | UInt32(localPreference) << 8 | UInt32(256 - component)
  }
}

extension ICECandidate: CustomStringConvertible {
  package var description: String { "‹hidden›" }
}
