/// The server to load.
package enum LoadTarget: Equatable, Sendable {
  /// A node of ours.
  case node(host: String, port: Int)
  /// The WebSocket API of Janus.
  case janus(host: String, port: Int)

  package var host: String {
    switch self {
    case .node(let host, _), .janus(let host, _): host
    }
  }

  package var port: Int {
    switch self {
    case .node(_, let port), .janus(_, let port): port
    }
  }

  var isNode: Bool {
    if case .node = self { return true }
    return false
  }

  /// `HOST:PORT` as it stands in a link.
  var place: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  /// A link as `tertulia link` prints it (of which only host and port are used), `https://HOST[:PORT]`, or `HOST[:PORT]`;
  /// nil when `text` is none of these.
  package static func node(_ text: String) -> LoadTarget? {
    let isURL = text.hasPrefix("https://")
    guard isURL || !text.contains("://"),
      let (host, port) = split(isURL ? text.dropFirst("https://".count) : text[...], port: isURL ? 443 : 8443)
    else { return nil }
    return .node(host: host, port: port)
  }

  /// `ws://HOST[:PORT]`; nil when `text` is something else.
  package static func janus(_ text: String) -> LoadTarget? {
    guard text.hasPrefix("ws://"), let (host, port) = split(text.dropFirst("ws://".count), port: 8188) else {
      return nil
    }
    return .janus(host: host, port: port)
  }

  private static func split(_ text: Substring, port: Int) -> (host: String, port: Int)? {
    let authority = text.prefix { $0 != "/" && $0 != "#" && $0 != "?" }
    var host = authority
    var number = Substring()
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else { return nil }
      host = authority[authority.index(after: authority.startIndex)..<end]
      let rest = authority[authority.index(after: end)...]
      guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
      number = rest.dropFirst()
    } else if let colon = authority.firstIndex(of: ":") {
      host = authority[..<colon]
      number = authority[authority.index(after: colon)...]
      guard !number.contains(":") else { return nil }
    }
    let port = number.isEmpty ? port : Int(number) ?? 0
    let isName = host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x40 }
    guard !host.isEmpty, isName, (1...65_535).contains(port) else { return nil }
    return (String(host), port)
  }
}
