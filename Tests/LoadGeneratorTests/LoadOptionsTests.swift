import Bytes
import LoadGenerator
import Testing

@Suite("What is to be loaded, and with what")
struct LoadOptionsTests {
  @Test(
    "a link, an origin, a host with and without a port name a node",
    arguments: [
      ("https://meet.example.org/r/0123456789AB#1AAAA", "meet.example.org", 443),
      ("https://localhost:8443/r/0123456789AB#1AAAA", "localhost", 8443),
      ("https://[2001:db8::7]/", "2001:db8::7", 443),
      ("meet.example.org", "meet.example.org", 8443), ("192.0.2.1:9000", "192.0.2.1", 9000),
      ("[::1]:9000", "::1", 9000),
    ])
  func nodes(text: String, host: String, port: Int) {
    #expect(LoadTarget.node(text) == .node(host: host, port: port))
  }

  @Test(
    "anything else is refused",
    arguments: [
      "", "http://x", "ws://x", "https://", "x:0", "x:65536", "x:y", "2001:db8::7", "[::1", "[::1]x", "a b", "u@h",
    ]
  )
  func noNodes(text: String) { #expect(LoadTarget.node(text) == nil) }

  @Test("Janus is named by its WebSocket")
  func janus() {
    #expect(LoadTarget.janus("ws://127.0.0.1") == .janus(host: "127.0.0.1", port: 8188))
    #expect(LoadTarget.janus("ws://127.0.0.9:8189/janus") == .janus(host: "127.0.0.9", port: 8189))
    #expect(LoadTarget.janus("https://x") == nil)
  }

  @Test("options out of bounds are named, with their bounds")
  func bounds() {
    func refusal(_ change: (inout LoadOptions) -> Void) -> LoadOptionError? {
      var options = LoadOptions(target: .node(host: "x", port: 1))
      change(&options)
      do { try options.validate() } catch { return error }
      return nil
    }
    #expect(refusal { _ in } == nil)
    #expect(refusal { ($0.senders, $0.receivers, $0.rooms) = (20, 380, 5) } == nil)
    #expect(refusal { $0.receivers = 2_000 } == .clients(2_002))
    #expect(refusal { ($0.senders, $0.receivers) = (0, 0) } == .clients(0))
    #expect(refusal { $0.duration = .seconds(3_601) } == .outOfBounds("--duration", 1...3_600))
    #expect(refusal { $0.loss = 0.95 } == .outOfBounds("--loss", 0...90))
    #expect(refusal { $0.loss = .nan } == .outOfBounds("--loss", 0...90))
    #expect(refusal { $0.speakers = 3 } == .outOfBounds("--speakers", 0...2))
    #expect(refusal { ($0.hasAudio, $0.video) = (false, .kilobits(0)) } == .nothingToSend)
    #expect(refusal { ($0.target, $0.leaveRate) = (.janus(host: "x", port: 1), 1) } == .notWithJanus("--leave-rate"))
  }
}
