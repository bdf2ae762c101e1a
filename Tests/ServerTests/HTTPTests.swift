import Testing

@testable import Server

@Suite("HTTP", .serialized)
struct HTTPTests {
  @Test("the page is served at / and at every room's address, under strict headers")
  func page() async throws {
    try await LiveNode.running { port, _ in
      try await LiveClient.connected(port: port) { connection in
        for path in ["/", "/r/0123456789ABCDEF", "/?x", "/index.html"] {
          let response = try await connection.request("GET \(path)")
          #expect(response.status == 200)
          #expect(String(decoding: response.body, as: UTF8.self) == "<!doctype html>index")
          #expect(response["content-type"] == "text/html; charset=utf-8")
          #expect(response["cache-control"] == "no-cache")
        }
        for line in ["GET /", "GET /nothing", "GET /healthz", "POST /", "GET /ws", "HEAD /"] {
          Self.expectStrict(try await connection.request(line, hasBody: !line.hasPrefix("HEAD")), line)
        }
      }
    }
  }

  @Test("the parts of a page carry the policies of scripts and workers, not those of documents")
  func parts() async throws {
    try await LiveNode.running { port, _ in
      try await LiveClient.connected(port: port) { connection in
        let part = try await connection.request("GET /app/main.js")
        #expect(part["content-security-policy"]?.contains("default-src 'none'") == true)
        #expect(part["cross-origin-embedder-policy"] == "require-corp")
        #expect(part["cross-origin-resource-policy"] == "same-origin")
        #expect(part["x-content-type-options"] == "nosniff" && part["referrer-policy"] == "no-referrer")
        #expect(part["permissions-policy"] == nil && part["cross-origin-opener-policy"] == nil)
      }
    }
  }

  private static func expectStrict(_ response: LiveResponse, _ line: String) {
    let policy = response["content-security-policy"] ?? ""
    for directive in [
      "default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "frame-ancestors 'none'", "base-uri 'none'",
      "form-action 'none'", "require-trusted-types-for 'script'",
    ] {
      #expect(policy.contains(directive), "\(line)")
    }
    #expect(!policy.contains("unsafe-inline") && !policy.contains("http"), "\(line)")
    #expect(response["cross-origin-opener-policy"] == "same-origin", "\(line)")
    #expect(response["cross-origin-embedder-policy"] == "require-corp", "\(line)")
    #expect(response["referrer-policy"] == "no-referrer", "\(line)")
    #expect(response["x-content-type-options"] == "nosniff", "\(line)")
    #expect(response["permissions-policy"]?.contains("camera=(self)") == true, "\(line)")
    #expect(response["permissions-policy"]?.contains("geolocation=()") == true, "\(line)")
    #expect(response["set-cookie"] == nil, "\(line)")
    #expect(response["server"] == nil, "\(line)")
    #expect(response["strict-transport-security"] == nil, "a certificate of our own is no promise for a year: \(line)")
  }

  @Test("files are revalidated by a strong tag, and sent compressed to whoever takes it")
  func files() async throws {
    try await LiveNode.running { port, _ in
      try await LiveClient.connected(port: port) { connection in
        let plain = try await connection.request("GET /app/main.js")
        #expect(String(decoding: plain.body, as: UTF8.self) == "plain")
        #expect(plain["content-encoding"] == nil)
        #expect(plain["vary"] == "Accept-Encoding")
        let gzip = [("Accept-Encoding", "br, gzip;q=0.5")]
        let compressed = try await connection.request("GET /app/main.js", gzip)
        #expect(String(decoding: compressed.body, as: UTF8.self) == "compressed")
        #expect(compressed["content-encoding"] == "gzip")
        let refused = try await connection.request("GET /app/main.js", [("Accept-Encoding", "gzip;q=0")])
        #expect(refused["content-encoding"] == nil)
        let tag = try #require(compressed["etag"])
        #expect(tag != plain["etag"])
        let same = try await connection.request("GET /app/main.js", gzip + [("If-None-Match", "\"x\", \(tag)")])
        #expect(same.status == 304 && same.body.isEmpty)
        let changed = try await connection.request("GET /app/main.js", [("If-None-Match", tag)])
        #expect(changed.status == 200)
        let best = try await connection.request("GET /core.wasm", [("Accept-Encoding", "gzip, deflate, br")])
        #expect(String(decoding: best.body, as: UTF8.self) == "brotli" && best["content-encoding"] == "br")
        #expect(best["content-type"] == "application/wasm")
      }
    }
  }

  @Test("HEAD is GET without body; other methods are refused; health is one word")
  func methods() async throws {
    try await LiveNode.running { port, _ in
      try await LiveClient.connected(port: port) { connection in
        let head = try await connection.request("HEAD /app/main.js", hasBody: false)
        #expect(head.status == 200 && head["content-length"] == "5")
        #expect(try await connection.request("DELETE /").status == 405)
        let health = try await connection.request("GET /healthz")
        #expect(health.status == 200 && health.body == Array("ok\n".utf8))
      }
    }
  }

  @Test(
    "no path leaves the folder or shows what is hidden",
    arguments: [
      "/../outside.txt", "/%2e%2e/outside.txt", "/app/../../outside.txt", "/.secret", "//index.html", "/app", "/app/",
      "/app/main.js.gz", "/r/", "/r/short", "/r/0123456789abcdef", "/r/0123456789ABCDEF/x", "/r/0123456789ABCDEU",
    ])
  func notFound(_ path: String) async throws {
    try await LiveNode.running { port, _ in
      try await LiveClient.connected(port: port) { connection in
        let response = try await connection.request("GET \(path)")
        #expect(response.status == 404)
        #expect(String(decoding: response.body, as: UTF8.self).contains("nothing here"))
      }
    }
  }

  @Test("requests that are no HTTP, or too large, end their connection alone")
  func badRequests() async throws {
    try await LiveNode.running { port, _ in
      for bytes in [
        Array("\u{0}\u{1}\u{2}\r\n\r\n".utf8), Array("GET / HTTP/9.9\r\n\r\n".utf8),
        Array("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 40_000))\r\n\r\n".utf8),
      ] {
        try? await LiveClient.connected(port: port) { connection in
          try await connection.send(bytes)
          #expect(try await connection.response().status >= 400)
        }
      }
      try await LiveClient.connected(port: port) { connection in
        let response = try await connection.request("GET /healthz")
        #expect(response.status == 200)
      }
    }
  }
}
