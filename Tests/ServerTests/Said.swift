import Bytes

@testable import Signaling

/// Messages as clients write them.
enum Said {
  static let room = "0123456789ABCDEF"

  static func hello(
    room: String = room, gate: UInt8 = 1, join: UInt8 = 1, resume: String? = nil, version: String = "1"
  ) -> String {
    let gate = Base64URL.encode(Array(repeating: gate, count: 32))
    let join = Base64URL.encode(Array(repeating: join, count: 16))
    let resume = resume.map { #","resume":"\#($0)""# } ?? ""
    return #"{"v":\#(version),"type":"hello","room":"\#(room)","gate":"\#(gate)","join":"\#(join)"\#(resume)}"#
  }

  static func media(mic: Bool = false, camera: Bool = false, screen: Bool = false) -> String {
    #"{"v":1,"type":"media","mic":\#(mic),"camera":\#(camera),"screen":\#(screen),"screenAudio":false}"#
  }

  static func box(_ type: String, _ bytes: [UInt8]) -> String {
    #"{"v":1,"type":"\#(type)","box":"\#(Base64URL.encode(bytes))"}"#
  }

  static let leave = #"{"v":1,"type":"leave"}"#
  static let ping = #"{"v":1,"type":"ping"}"#
  static let view = #"{"v":1,"type":"view","slots":[{"slot":0,"index":1,"height":360,"priority":1}]}"#

  static let offer = JSONValue.object([
    JSONMember("v", .integer(1)), JSONMember("type", .string("offer")), JSONMember("sdp", .string(sdp)),
    JSONMember(
      "mids",
      .object([
        JSONMember("mic", .string("0")),
        JSONMember("slots", .array([.object([JSONMember("audio", .string("1"))])])),
      ])),
  ])

  /// A camera of three layers and nothing else.
  static let cameraOffer = JSONValue.object([
    JSONMember("v", .integer(1)), JSONMember("type", .string("offer")), JSONMember("sdp", .string(cameraSDP)),
    JSONMember("mids", .object([JSONMember("camera", .string("0")), JSONMember("slots", .array([]))])),
  ])

  private static let cameraSDP =
    session("0")
    + [
      "m=video 9 UDP/TLS/RTP/SAVPF 96", "c=IN IP4 0.0.0.0", "a=mid:0", "a=sendonly", "a=rtcp-mux",
      "a=rtpmap:96 VP8/90000", "a=rid:q send", "a=rid:h send", "a=rid:f send", "a=simulcast:send q;h;f",
    ].map { $0 + "\r\n" }.joined()

  private static let sdp = session("0 1") + audio(mid: "0", "sendonly") + audio(mid: "1", "recvonly")

  private static func session(_ bundle: String) -> String {
    [
      "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE \(bundle)",
      "a=fingerprint:sha-256 " + Array(repeating: "AB", count: 32).joined(separator: ":"), "a=setup:actpass",
      "a=ice-ufrag:abcd", "a=ice-pwd:0123456789012345678901",
    ].map { $0 + "\r\n" }.joined()
  }

  private static func audio(mid: String, _ direction: String) -> String {
    [
      "m=audio 9 UDP/TLS/RTP/SAVPF 111", "c=IN IP4 0.0.0.0", "a=mid:\(mid)", "a=\(direction)", "a=rtcp-mux",
      "a=rtpmap:111 opus/48000/2",
    ].map { $0 + "\r\n" }.joined()
  }
}
