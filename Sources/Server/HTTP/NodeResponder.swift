import HTTPTypes
package import Hummingbird
import NIOCore
import Signaling

/// Answers HTTP: the client's files, `/healthz`, accounts, and nothing else. Keeps no log of who asked for what.
package struct NodeResponder: HTTPResponder {
  package typealias Context = NodeRequestContext

  private let files: StaticFiles
  private let accounts: AccountAPI?
  private let security: HTTPFields
  private let securityOfParts: HTTPFields

  /// Without `accounts` there are none.
  package init(files: StaticFiles, accounts: AccountAPI? = nil, isPublic: Bool) {
    self.files = files
    self.accounts = accounts
    security = SecurityHeaders.fields(isPublic: isPublic)
    securityOfParts = SecurityHeaders.ofParts(isPublic: isPublic)
  }

  package func respond(to request: Request, context: NodeRequestContext) async throws -> Response {
    var response: Response
    if let accounts, let endpoint = AccountGate.endpoint(request.uri.path) {
      response = await accounts.respond(endpoint, to: request, context: context)
    } else {
      response = answer(request.head)
    }
    let isPart = SecurityHeaders.isPart(response.headers[.contentType])
    response.headers.append(contentsOf: isPart ? securityOfParts : security)
    if request.method == .head {
      let length = response.headers[.contentLength]
      response.body = ResponseBody()
      response.headers[.contentLength] = length
    }
    return response
  }

  private func answer(_ request: HTTPRequest) -> Response {
    guard request.method == .get || request.method == .head else {
      return Response(status: .methodNotAllowed, headers: [.allow: "GET, HEAD"])
    }
    let target = request.path ?? "/"
    let path = String(target.prefix { $0 != "?" && $0 != "#" })
    switch path {
    case "/healthz": return text(.ok, "ok\n")
    case UpgradePolicy.path: return refuseUpgrade()
    case "/", "/account": return serve(files.index, request)
    default: break
    }
    if path.hasPrefix("/r/"), Hello.isRoom(String(path.dropFirst(3))) { return serve(files.index, request) }
    return files[path].map { serve($0, request) } ?? notFound(request)
  }

  private func serve(_ file: StaticFile, _ request: HTTPRequest, status: HTTPResponse.Status = .ok) -> Response {
    let coding = ContentCoding.allCases.first { file.compressed[$0] != nil && accepts($0, request) }
    let tag = file.tag(coding)
    // Revalidated each time: people must get the client that is published now, and an unchanged one costs one round trip.
    var headers: HTTPFields = [.eTag: tag, .cacheControl: "no-cache", .contentType: file.type]
    if !file.compressed.isEmpty { headers[.vary] = "Accept-Encoding" }
    if status == .ok, matches(request.headerFields[values: .ifNoneMatch], tag) {
      return Response(status: .notModified, headers: headers)
    }
    if let coding { headers[.contentEncoding] = coding.rawValue }
    return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: file.content(coding)))
  }

  private func notFound(_ request: HTTPRequest) -> Response {
    if let page = files.notFound { return serve(page, request, status: .notFound) }
    return text(.notFound, "There is nothing here. Please check the link.\nAquí no hay nada. Revisa el enlace.\n")
  }

  /// A request that asks for no upgrade, or for one to something else.
  private func refuseUpgrade() -> Response {
    var response = text(.upgradeRequired, "This is where the page and the server talk. Open the link of a room.\n")
    response.headers[.upgrade] = "websocket"
    return response
  }

  private func text(_ status: HTTPResponse.Status, _ text: String) -> Response {
    Response(
      status: status, headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }

  private func accepts(_ coding: ContentCoding, _ request: HTTPRequest) -> Bool {
    request.headerFields[values: .acceptEncoding].flatMap { $0.split(separator: ",") }.contains { offer in
      let parts = offer.lowercased().filter { $0 != " " }.split(separator: ";")
      return parts.first == coding.rawValue[...] && !parts.dropFirst().contains { $0 == "q=0" || $0 == "q=0.0" }
    }
  }

  /// RFC 9110 §13.1.2, where a weak tag counts as its strong one.
  private func matches(_ values: [String], _ tag: String) -> Bool {
    values.flatMap { $0.split(separator: ",") }.contains { value in
      let value = value.drop { $0 == " " }
      return value == "*" || value == tag || value == "W/" + tag
    }
  }
}
