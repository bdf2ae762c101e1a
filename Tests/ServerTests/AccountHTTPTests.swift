import AccountServices
import Accounts
import Bytes
import NIOCore
import Signaling
import Testing

@testable import Server

@Suite("Accounts over HTTP", .serialized)
struct AccountHTTPTests {
  private static let json = [("Content-Type", "application/json"), ("Origin", "https://localhost")]
  private static let secret = Base64URL.encode([UInt8](repeating: 1, count: 32))
  private static let key = Base64URL.encode([UInt8](repeating: 2, count: 60))

  private static func registration(_ name: String) -> String {
    #"{"name":"\#(name)","secret":"\#(secret)","key":"\#(key)","recovery":[],"device":"<b>Firefox</b>"}"#
  }

  private static func login(_ name: String) -> String {
    #"{"name":"\#(name)","secret":"\#(secret)","device":"x"}"#
  }

  private static func error(_ response: LiveResponse) throws -> String {
    try JSONReader.read(response.body).text("error")
  }

  @Test("a person registers, is known by the cookie, leaves, and is unknown")
  func wholeWay() async throws {
    try await LiveNode.running(registration: .open) { port, _ in
      try await LiveClient.connected(port: port) { connection in
        let policy = try await connection.request("GET /api/account/policy")
        #expect(policy.status == 200 && policy["cache-control"] == "no-store")
        let words = try JSONReader.read(policy.body)
        #expect(words["passkeys"] == .bool(true))
        let made = try await connection.post("register", Self.registration("ana lópez"))
        #expect(made.status == 200)
        let cookie = try #require(made["set-cookie"])
        #expect(cookie.hasPrefix("__Host-tertulia="))
        for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Strict"] {
          #expect(cookie.contains("; \(attribute)"))
        }
        #expect(!cookie.lowercased().contains("domain"))
        let pair = String(cookie.prefix { $0 != ";" })
        let account = try await connection.request("GET /api/account/account", [("Cookie", "a=b; \(pair)")])
        let body = try JSONReader.read(account.body)
        #expect(body.text("name") == "ana lópez")
        #expect(account["content-type"] == "application/json" && account["x-content-type-options"] == "nosniff")
        let left = try await connection.post("logout", "{}", Self.json + [("Cookie", pair)])
        #expect(left["set-cookie"]?.contains("Max-Age=0") == true)
        let after = try await connection.request("GET /api/account/account", [("Cookie", pair)])
        #expect(after.status == 401)
        let word = try Self.error(after)
        #expect(word == "signed_out")
      }
    }
  }

  @Test("a cookie counts under its own name, alone, and whole")
  func cookies() async throws {
    try await LiveNode.running(registration: .open) { port, _ in
      try await LiveClient.connected(port: port) { connection in
        let made = try await connection.post("register", Self.registration("ana"))
        let pair = String(try #require(made["set-cookie"]).prefix { $0 != ";" })
        let value = String(pair.dropFirst("__Host-tertulia=".count))
        for cookie in [
          "tertulia=\(value)", "__host-tertulia=\(value)", "__Host-tertulia=\(value)A", "__Host-tertulia=",
          "__Host-tertulia=\(value.dropLast())", "\(pair); __Host-tertulia=\(Self.secret)",
          "__Host-tertulia=\(Self.secret)", "__Host-tertulia=' OR 1=1 --",
        ] {
          let response = try await connection.request("GET /api/account/account", [("Cookie", cookie)])
          #expect(response.status == 401, "\(cookie.prefix(20))")
        }
        #expect(try await connection.request("GET /api/account/account", [("Cookie", pair)]).status == 200)
      }
    }
  }

  @Test("pages of other hosts, forms and navigations change and read nothing")
  func origins() async throws {
    try await LiveNode.running(registration: .open) { port, _ in
      try await LiveClient.connected(port: port) { connection in
        let made = try await connection.post("register", Self.registration("ana"))
        let cookie = [("Cookie", String(try #require(made["set-cookie"]).prefix { $0 != ";" }))]
        let type = [("Content-Type", "application/json")]
        for origin in [
          "https://evil.example", "null", "http://localhost", "https://localhost:1", "https://localhost.evil.example",
        ] {
          let response = try await connection.post(
            "devices/end-all", #"{"keep":false}"#, type + cookie + [("Origin", origin)])
          #expect(response.status == 403, "\(origin)")
          let read = try await connection.request("GET /api/account/vault", cookie + [("Origin", origin)])
          #expect(read.status == 403, "\(origin)")
        }
        #expect(try await connection.post("devices/end-all", #"{"keep":false}"#, type + cookie).status == 403)
        for site in ["cross-site", "same-site", "none"] {
          let headers = Self.json + cookie + [("Sec-Fetch-Site", site)]
          #expect(try await connection.post("delete", "{}", headers).status == 403, "\(site)")
        }
        for type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""] {
          let headers = [("Content-Type", type), ("Origin", "https://localhost")] + cookie
          #expect(try await connection.post("logout", "{}", headers).status == 415, "\(type)")
        }
        let account = try await connection.request(
          "GET /api/account/account", cookie + [("Sec-Fetch-Site", "same-origin")])
        #expect(account.status == 200)
        #expect(account["access-control-allow-origin"] == nil)
      }
    }
  }

  @Test("methods, paths and sizes that are none of ours are refused, and the connection goes on")
  func refusals() async throws {
    try await LiveNode.running(registration: .closed) { port, _ in
      try await LiveClient.connected(port: port) { connection in
        #expect(try await connection.request("GET /api/account/login").status == 405)
        #expect(try await connection.request("DELETE /api/account/account").status == 405)
        #expect(try await connection.post("policy", "{}").status == 405)
        for path in ["", "nothing", "login/", "../account", "%6cogin"] {
          #expect(try await connection.post(path, "{}").status == 404, "\(path)")
        }
        let large = try await connection.post("login", "{" + String(repeating: " ", count: 20_000) + "}")
        #expect(large.status == 413)
        let cut = try await connection.post("login", "{")
        #expect(try Self.error(cut) == "bad_request")
        let closed = try await connection.post("register", Self.registration("ana"))
        #expect(try Self.error(closed) == "closed")
        let markup = try await connection.post("login", Self.login("<script>"))
        #expect(try Self.error(markup) == "bad_name")
        #expect(try await connection.request("GET /healthz").status == 200)
      }
    }
  }

  @Test("wrong password and unknown name are one answer, byte for byte, and neither is in any log")
  func constantAnswers() async throws {
    let log = RecordedLog()
    try await LiveNode.running(registration: .open, log: log) { port, _ in
      try await LiveClient.connected(port: port) { connection in
        _ = try await connection.post("register", Self.registration("anabel"))
        let wrong = Self.login("anabel").replacing(
          Self.secret, with: Base64URL.encode([UInt8](repeating: 9, count: 32)))
        let one = try await connection.post("login", wrong)
        let other = try await connection.post("login", wrong.replacing("anabel", with: "berenice"))
        #expect(one.status == 401 && one.status == other.status && one.body == other.body)
        #expect(one["set-cookie"] == nil && other["set-cookie"] == nil)
        _ = try await connection.post("login", Self.login("anabel"))
      }
    }
    let text = log.text
    #expect(text.contains("passwords"), "the log is recorded")
    for word in ["anabel", "berenice", "127.0.0.1", Self.secret] { #expect(!text.contains(word)) }
  }

  @Test("without accounts there is nothing at their address")
  func none() async throws {
    try await LiveNode.running { port, _ in
      try await LiveClient.connected(port: port) { connection in
        let response = try await connection.request("GET /api/account/policy")
        #expect(response.status == 404)
      }
    }
  }
}

@Suite("Sources of requests")
struct SourceKeyTests {
  @Test("one source has one key for an hour, another one afterwards; a customer's IPv6 network is one source")
  func keys() throws {
    let start = Instant.zero + .seconds(1000)
    let keys = SourceKeys(now: start)
    func key(_ address: String, _ seconds: Int64 = 0) throws -> [UInt8] {
      keys.key(of: try .init(ipAddress: address, port: 1), now: start + .seconds(seconds))
    }
    let one = try key("192.0.2.1")
    #expect(one.count == 16)
    let later = try key("192.0.2.1", 3599)
    let mapped = try key("::ffff:192.0.2.1")
    let neighbour = try key("192.0.2.2")
    let afterwards = try key("192.0.2.1", 3600)
    #expect(later == one && mapped == one && neighbour != one && afterwards != one)
    let network = try key("2001:db8::1", 3600)
    let same = try key("2001:db8::ffff", 3600)
    let other = try key("2001:db8:0:1::1", 3600)
    #expect(same == network && other != network)
  }
}

extension LiveConnection {
  /// A request as a page of this node makes it, unless `headers` say otherwise.
  func post(
    _ endpoint: String, _ body: String,
    _ headers: [(String, String)] = [("Content-Type", "application/json"), ("Origin", "https://localhost")]
  ) async throws -> LiveResponse {
    let lines =
      ["POST /api/account/\(endpoint) HTTP/1.1", "Host: localhost", "Content-Length: \(body.utf8.count)"]
      + headers.map { "\($0): \($1)" }
    try await send(Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8))
    return try await response()
  }
}
