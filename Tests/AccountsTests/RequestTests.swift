import Bytes
import Testing

@testable import Accounts

@Suite("Requests about accounts")
struct RequestTests {
  private static let secret = Base64URL.encode([UInt8](repeating: 1, count: 32))
  private static let key = Base64URL.encode([UInt8](repeating: 2, count: 60))

  private func read(_ path: String, _ body: String) throws(AccountError) -> AccountRequest {
    try AccountRequest(post: path, body: Array(body.utf8))
  }

  @Test("a registration is read with all its members")
  func registration() throws {
    let check = Base64URL.encode([UInt8](repeating: 3, count: 32))
    let body = """
      {"name":"ana","secret":"\(Self.secret)","key":"\(Self.key)","recovery":[{"check":"\(check)","key":"\(Self.key)"}],
      "device":"Firefox, Linux","vault":null,"more":[1]}
      """
    guard case .register(let request) = try read("register", body) else { throw AccountError.badRequest }
    #expect(request.name.text == "ana" && request.recovery.count == 1 && request.device == "Firefox, Linux")
    #expect(request.vault == nil && request.invitation == nil)
  }

  static let bad: [(String, String, AccountError)] = [
    ("login", "", .badRequest), ("login", "[]", .badRequest), ("login", "{}", .badRequest),
    ("login", #"{"name":"ana","secret":"AA","device":"x"}"#, .badRequest),
    ("login", #"{"name":"Ana","secret":"\#(secret)","device":"x"}"#, .badName),
    ("login", #"{"name":"a' OR 1=1 --","secret":"\#(secret)","device":"x"}"#, .badName),
    ("login", #"{"name":"ana","secret":"\#(secret)","device":""}"#, .badRequest),
    ("login", #"{"name":"ana","secret":"\#(secret)","device":"a\nb"}"#, .badRequest),
    ("login", #"{"name":"ana","secret":"\#(secret)="#, .badRequest),
    ("login", #"{"name":"ana","name":"bob","secret":"\#(secret)","device":"x"}"#, .badRequest),
    ("login/totp", #"{"pending":"\#(secret)","code":123456}"#, .badRequest),
    ("login/totp", #"{"pending":"\#(secret)","code":"01234567890123456"}"#, .badRequest),
    ("vault", #"{"sealed":"AAAA","version":-1}"#, .badRequest),
    ("vault", #"{"sealed":"AAAA","version":1e3}"#, .badRequest),
    ("devices/end-all", #"{"keep":"yes"}"#, .badRequest), ("policy", "{}", .badMethod), ("", "{}", .notFound),
    ("login/../account", "{}", .notFound), ("LOGIN", "{}", .notFound),
  ]

  @Test("what is not written in docs/accounts.md is refused", arguments: bad)
  func refused(_ path: String, _ body: String, _ error: AccountError) {
    #expect(throws: error) { try read(path, body) }
  }

  @Test("a body of more than 16 kB is refused before it is read")
  func tooLarge() {
    #expect(throws: AccountError.tooLarge) { try read("logout", "{" + String(repeating: " ", count: 16 * 1024) + "}") }
  }

  @Test("recovery codes: at most ten, none twice")
  func recovery() throws {
    func body(_ checks: [Int]) -> String {
      let list = checks.map { number in
        #"{"check":"\#(Base64URL.encode([UInt8](repeating: UInt8(number), count: 32)))","key":"\#(Self.key)"}"#
      }
      return #"{"secret":"\#(Self.secret)","recovery":[\#(list.joined(separator: ","))]}"#
    }
    #expect(throws: Never.self) { try read("recovery/renew", body(Array(0..<10))) }
    #expect(throws: AccountError.badRequest) { try read("recovery/renew", body(Array(0..<11))) }
    #expect(throws: AccountError.badRequest) { try read("recovery/renew", body([1, 2, 1])) }
  }

  @Test("gets and posts are told apart")
  func methods() throws {
    #expect(try AccountRequest(get: "vault") == .vault)
    #expect(throws: AccountError.badMethod) { try AccountRequest(get: "login") }
    #expect(throws: AccountError.notFound) { try AccountRequest(get: "nothing") }
  }
}
