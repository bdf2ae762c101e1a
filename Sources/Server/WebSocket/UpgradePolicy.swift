import NIOHTTP1
import Signaling

/// Who may open a WebSocket: pages of this very host, in our protocol. There is no cookie that a foreign page could ride on, but
/// it need not be able to knock either.
package enum UpgradePolicy {
  package static let path = "/ws"

  package enum Refusal: Error, Equatable, Sendable {
    case otherPath
    case foreignOrigin
    /// Not a WebSocket handshake of `Limits.subprotocol`.
    case wrongProtocol

    /// What a request that asked for it is answered.
    var status: HTTPResponseStatus {
      switch self {
      case .otherPath: .notFound
      case .foreignOrigin: .forbidden
      case .wrongProtocol: .upgradeRequired
      }
    }
  }

  /// Nil when the request may be upgraded. `values` gives the lines of a header by its name.
  package static func refusal(uri: String, _ values: (String) -> [String]) -> Refusal? {
    guard uri == path else { return .otherPath }
    // Other programs than browsers send no origin, and could send any.
    if let origin = values("Origin").first {
      let hosts = values("Host")
      guard hosts.count == 1, origin.lowercased() == "https://" + hosts[0].lowercased() else { return .foreignOrigin }
    }
    let protocols = values("Sec-WebSocket-Protocol").flatMap { $0.split(separator: ",") }
    return protocols.contains { $0.filter { $0 != " " } == Limits.subprotocol } ? nil : .wrongProtocol
  }
}
