import AccountServices
package import Accounts
import Bytes
package import HTTPTypes

/// What must be true of a request before its body is looked at: it comes from a page of this very host. And what its headers say.
package enum AccountGate {
  package static let prefix = "/api/account/"
  package static let cookie = "__Host-tertulia"

  /// The endpoint that a path means, nil for paths that are none of accounts.
  package static func endpoint(_ path: String) -> String? {
    path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : nil
  }

  /// Refuses other methods, pages of other hosts, and bodies that a form could send (docs/accounts.md).
  package static func check(_ request: HTTPRequest, endpoint: String) throws(AccountError) {
    let isPost = request.method == .post
    guard isPost || request.method == .get else { throw .badMethod }
    try AccountRequest.check(path: endpoint, isPost: isPost)
    try checkOrigin(request, isPost: isPost)
    guard isPost else { return }
    let type = request.headerFields[values: .contentType]
    guard type.count == 1, type[0].split(separator: ";").first?.lowercased() == "application/json" else {
      throw .badType
    }
  }

  private static func checkOrigin(_ request: HTTPRequest, isPost: Bool) throws(AccountError) {
    guard let origin = origin(of: request) else { throw .foreignOrigin }
    let said = request.headerFields[values: .origin]
    // Browsers say where a POST comes from, always, and where another GET than a navigation of their own host's does.
    guard said.count == (isPost ? 1 : min(said.count, 1)), said.allSatisfy({ $0.lowercased() == origin }) else {
      throw .foreignOrigin
    }
    for site in HTTPField.Name("Sec-Fetch-Site").map({ request.headerFields[values: $0] }) ?? [] {
      guard site == "same-origin" || !isPost && site == "none" else { throw .foreignOrigin }
    }
  }

  /// Scheme, host and port of this node as this request names it, in small letters.
  static func origin(of request: HTTPRequest) -> String? {
    guard let authority = request.authority, !authority.isEmpty else { return nil }
    return "https://" + authority.lowercased()
  }

  /// Name of the host, without port.
  static func host(of request: HTTPRequest) -> String {
    let authority = (request.authority ?? "").lowercased()
    guard let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") else { return authority }
    return String(authority[..<colon])
  }

  /// For passkeys; nil at an IP address, which can be nobody's relying party id (WebAuthn level 3 §5.1.2).
  static func party(of request: HTTPRequest) -> RelyingParty? {
    let host = host(of: request)
    let isAddress = host.contains(":") || host.allSatisfy { $0 == "." || $0.isNumber }
    guard let origin = origin(of: request), !host.isEmpty, !isAddress else { return nil }
    return RelyingParty(id: host, origin: origin)
  }

  /// The session's token: 32 bytes of the one cookie of that name. Two of them are none: one would be somebody else's.
  package static func token(_ request: HTTPRequest) -> [UInt8]? {
    var values: [Substring] = []
    for line in request.headerFields[values: .cookie] {
      for pair in line.split(separator: ";") {
        let pair = pair.drop { $0 == " " }
        if pair.hasPrefix(cookie + "=") { values.append(pair.dropFirst(cookie.count + 1)) }
      }
    }
    guard values.count == 1, let token = Base64URL.decode(String(values[0])), token.count == 32 else { return nil }
    return token
  }

  /// What sets, or takes away, the cookie; nil to leave it alone.
  static func header(_ cookie: AccountAnswer.Cookie) -> String? {
    let attributes = "; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age="
    switch cookie {
    case .keep: return nil
    case .set(let token):
      return Self.cookie + "=" + Base64URL.encode(token) + attributes + "\(AccountLimits.sessionDays * 86_400)"
    case .clear: return Self.cookie + "=" + attributes + "0"
    }
  }
}
