import HTTPTypes
import Hummingbird
import NIOCore
import RTCCore

/// Answers `GET /metrics` and nothing else. A page in the operator's browser must not read it under a name of its own that it
/// made point here: the host must be an address, or localhost.
struct MetricsResponder: HTTPResponder {
  typealias Context = BasicRequestContext

  let page: @Sendable () async -> String

  func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
    guard Self.isAddress(request.head.authority ?? "") else { return refuse(.misdirectedRequest) }
    guard request.method == .get else { return refuse(.methodNotAllowed, [.allow: "GET"]) }
    guard request.uri.path == "/metrics" else { return refuse(.notFound) }
    var headers = Self.headers
    headers[.contentType] = PrometheusText.contentType
    return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: await page())))
  }

  private func refuse(_ status: HTTPResponse.Status, _ more: HTTPFields = [:]) -> Response {
    var headers = Self.headers
    headers.append(contentsOf: more)
    return Response(status: status, headers: headers)
  }

  private static let headers: HTTPFields = {
    var headers: HTTPFields = [.cacheControl: "no-store", .xContentTypeOptions: "nosniff"]
    if let name = HTTPField.Name("Cross-Origin-Resource-Policy") { headers[name] = "same-origin" }
    return headers
  }()

  /// Whether a Host header names an address or localhost; a port may follow.
  static func isAddress(_ host: String) -> Bool {
    let name = host.hasSuffix("]") ? host : String(host.prefix(upTo: host.lastIndex(of: ":") ?? host.endIndex))
    if name.hasPrefix("["), name.hasSuffix("]") {
      return TransportAddress.parse(String(name.dropFirst().dropLast()), port: 0)?.isIPv6 == true
    }
    return name.lowercased() == "localhost" || TransportAddress.parse(name, port: 0)?.isIPv6 == false
  }
}
