package import AccountServices
import Accounts
import Bytes
import HTTPTypes
package import Hummingbird
import NIOCore
import Signaling

/// `/api/account/`: reads requests, has the desk decide, writes answers. Keeps no log of who asked for what.
package struct AccountAPI: Sendable {
  private let desk: AccountDesk
  private let sources: SourceKeys
  private let clock: NodeClock

  /// From the headers to the end of a body.
  private static let bodyDeadline = Duration.seconds(10)

  package init(desk: AccountDesk, clock: NodeClock) {
    self.desk = desk
    self.clock = clock
    sources = SourceKeys(now: clock.now)
  }

  package func respond(_ endpoint: String, to request: Request, context: NodeRequestContext) async -> Response {
    do throws(AccountError) {
      let answer = try await perform(endpoint, request, context)
      return Self.response(status: .ok, answer.body, cookie: AccountGate.header(answer.cookie))
    } catch {
      return Self.refusal(error)
    }
  }

  private func perform(
    _ endpoint: String, _ request: Request, _ context: NodeRequestContext
  ) async throws(AccountError) -> AccountAnswer {
    try AccountGate.check(request.head, endpoint: endpoint)
    let visit = AccountVisit(
      token: AccountGate.token(request.head), source: sources.key(of: context.address.value, now: clock.now),
      party: AccountGate.party(of: request.head), host: AccountGate.host(of: request.head))
    guard request.method == .post else { return try await desk.perform(try AccountRequest(get: endpoint), visit) }
    return try await desk.perform(try AccountRequest(post: endpoint, body: try await body(of: request)), visit)
  }

  /// The body, whole; `tooLarge` as soon as it is, `badRequest` when it does not come.
  private func body(of request: Request) async throws(AccountError) -> [UInt8] {
    let length = request.headers[.contentLength].flatMap { Int($0) }
    if let length, length > AccountLimits.body { throw .tooLarge }
    let stream = request.body
    let outcome = await withTaskGroup(of: Result<[UInt8], AccountError>.self) { group in
      group.addTask { await Self.collect(stream) }
      group.addTask {
        try? await Task.sleep(for: Self.bodyDeadline)
        return .failure(.badRequest)
      }
      let first = await group.next() ?? .failure(.badRequest)
      group.cancelAll()
      return first
    }
    return try outcome.get()
  }

  private static func collect(_ stream: RequestBody) async -> Result<[UInt8], AccountError> {
    var bytes: [UInt8] = []
    do {
      for try await buffer in stream {
        guard bytes.count + buffer.readableBytes <= AccountLimits.body else { return .failure(.tooLarge) }
        bytes.append(contentsOf: buffer.readableBytesView)
      }
    } catch { return .failure(.badRequest) }
    return .success(bytes)
  }

  private static func refusal(_ error: AccountError) -> Response {
    var response = response(
      status: .init(code: error.status), .object([JSONMember("error", .string(error.word))]), cookie: nil)
    if case .tooMany(let seconds) = error { response.headers[.retryAfter] = "\(seconds)" }
    return response
  }

  private static func response(status: HTTPResponse.Status, _ body: JSONValue, cookie: String?) -> Response {
    var headers: HTTPFields = [.contentType: "application/json", .cacheControl: "no-store"]
    if let cookie { headers[.setCookie] = cookie }
    return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body.encoded())))
  }
}
