import Bytes
import Testing

@testable import Signaling

private let gate = Base64URL.encode(Array(repeating: 7, count: 32))
private let join = Base64URL.encode(Array(repeating: 9, count: 16))
private let hello = #"{"v":1,"type":"hello","room":"0123456789AB","gate":"\#(gate)","join":"\#(join)"}"#
private let media = #""mic":true,"camera":false,"screen":false,"screenAudio":false"#
private let mids = #""mic":"0","camera":"1","screen":"2","screenAudio":"3""#

@Suite("Client messages")
struct ClientMessageTests {
  private func decode(_ text: String) throws -> ClientMessage { try ClientMessage.decode(Array(text.utf8)) }

  private func failure(_ text: String) -> SignalingError? {
    do throws(SignalingError) {
      _ = try ClientMessage.decode(Array(text.utf8))
      return nil
    } catch {
      return error
    }
  }

  @Test("hello is read")
  func readsHello() throws {
    guard case .hello(let message) = try decode(hello) else { throw Unexpected() }
    #expect(message.room == "0123456789AB")
    #expect(message.gate == Array(repeating: 7, count: 32))
    #expect(message.join == Array(repeating: 9, count: 16))
    #expect(message.resume == nil)
  }

  @Test("an offer is read, with mids that may be missing")
  func readsOffer() throws {
    let text = """
      {"v":1,"type":"offer","sdp":"v=0\\r\\n","mids":{\(mids),"slots":[{"audio":"4","video":"5"},{"audio":"6"}],\
      "screenSlot":null}}
      """
    guard case .offer(let offer) = try decode(text) else { throw Unexpected() }
    #expect(offer.sdp == "v=0\r\n")
    #expect(offer.screenAudio == "3")
    #expect(offer.slots == [Offer.Slot(audio: "4", video: "5"), Offer.Slot(audio: "6", video: nil)])
    #expect(offer.screenSlot == nil)
  }

  @Test("the small messages are read")
  func readsOthers() throws {
    #expect(try decode(#"{"v":1,"type":"leave"}"#) == .leave)
    #expect(try decode(#"{"type":"ping","v":1}"#) == .ping)
    #expect(try decode(#"{"v":1,"type":"message","box":"Zm8"}"#) == .message([0x66, 0x6F], to: nil))
    #expect(try decode(#"{"v":1,"type":"message","box":"Zm8","to":[3,0]}"#) == .message([0x66, 0x6F], to: [3, 0]))
    #expect(try decode(#"{"v":1,"type":"media",\#(media)}"#) == .media(MediaFlags(mic: true)))
    let view = #"{"v":1,"type":"view","slots":[{"slot":8,"index":3,"height":360,"priority":1}]}"#
    #expect(try decode(view) == .view([SlotView(slot: 8, index: 3, height: 360, priority: 1)]))
  }

  @Test("the messages of the group are read")
  func readsGroup() throws {
    #expect(try decode(#"{"v":1,"type":"key_package","box":"Zm8"}"#) == .keyPackage([0x66, 0x6F]))
    #expect(try decode(#"{"v":1,"type":"group","box":"Zm8"}"#) == .group([0x66, 0x6F]))
    #expect(try decode(#"{"v":1,"type":"commit","box":"Zm8"}"#) == .commit([0x66, 0x6F]))
    #expect(try decode(#"{"v":1,"type":"sync","epoch":0}"#) == .sync(epoch: 0))
    #expect(try decode(#"{"v":1,"type":"sync"}"#) == .sync(epoch: nil))
    #expect(try decode(#"{"v":1,"type":"ready","epoch":9007199254740991}"#) == .ready(epoch: 1 << 53 - 1))
    #expect(try decode(#"{"v":1,"type":"refuse","epoch":4}"#) == .refuse(epoch: 4))
  }

  @Test("a commit of the largest size is taken; nothing else may be so long")
  func largestCommit() throws {
    let box = Array(repeating: UInt8(65), count: Limits.upload)
    let text = Base64URL.encode(box)
    #expect(try decode(#"{"v":1,"type":"commit","box":"\#(text)"}"#) == .commit(box))
    #expect(try decode(#"{"v":1,"type":"group","box":"\#(text)"}"#) == .group(box))
    #expect(failure(#"{"v":1,"type":"commit","box":"\#(text)AAAA"}"#) == .tooLarge(member: "box"))
    #expect(failure(#"{"v":1,"type":"message","box":"\#(text)"}"#) == .tooLarge(member: "message"))
    let more = String(repeating: " ", count: Limits.uploadMessage)
    #expect(failure(#"{"v":1,"type":"commit","box":"AAAA"}\#(more)"#) == .tooLarge(member: "message"))
  }

  @Test("a message may be addressed to everybody whom a room takes by name, and no further")
  func recipients() throws {
    let all = (0...Limits.index).map { "\($0)" }.joined(separator: ",")
    #expect(
      try decode(#"{"v":1,"type":"message","box":"Zm8","to":[\#(all)]}"#)
        == .message([0x66, 0x6F], to: Array(0...1023)))
    #expect(failure(#"{"v":1,"type":"message","box":"Zm8","to":[\#(all),0]}"#) == .tooLarge(member: "to"))
    #expect(failure(#"{"v":1,"type":"message","box":"Zm8","to":[1024]}"#) == .invalid(member: "to"))
    #expect(failure(#"{"v":1,"type":"message","box":"Zm8","to":["1"]}"#) == .invalid(member: "to"))
  }

  @Test("members of a later version are ignored, but not in any number")
  func unknownMembers() throws {
    #expect(try decode(#"{"v":1,"type":"ping","later":{"a":[1]},"b":null}"#) == .ping)
    let many = (0...Limits.unknownMembers).map { ",\"k\($0)\":0" }.joined()
    #expect(failure(#"{"v":1,"type":"ping"\#(many)}"#) == .unknownMembers)
  }

  @Test(
    "another version is told apart from nonsense",
    arguments: [
      #"{"v":2,"type":"hello"}"#, #"{"v":"1","type":"ping"}"#, #"{"type":"ping"}"#, #"{"v":null,"type":"ping"}"#,
    ])
  func unknownVersion(_ text: String) { #expect(failure(text) == .unknownVersion) }

  @Test(
    "what does not fit is refused, and says which member",
    arguments: [
      (#"{"v":1}"#, .unknownType),
      (#"{"v":1,"type":"shout"}"#, .unknownType),
      (#"{"v":1,"type":7}"#, .unknownType),
      (#"[1]"#, .invalid(member: "message")),
      (#"{"v":1,"type":"ping","v":1}"#, .json(.duplicateKey)),
      (#"{"v":1,"type":"media","mic":1,"camera":false,"screen":false,"screenAudio":false}"#, .invalid(member: "mic")),
      (#"{"v":1,"type":"media","mic":true,"camera":false,"screen":false}"#, .invalid(member: "screenAudio")),
      (#"{"v":1,"type":"profile","box":"Zg"}"#, .unknownType),
      (#"{"v":1,"type":"key_package","box":""}"#, .invalid(member: "box")),
      (#"{"v":1,"type":"key_package","box":"Zg=="}"#, .invalid(member: "box")),
      (#"{"v":1,"type":"commit"}"#, .invalid(member: "box")),
      (#"{"v":1,"type":"ready"}"#, .invalid(member: "epoch")),
      (#"{"v":1,"type":"refuse","epoch":-1}"#, .invalid(member: "epoch")),
      (#"{"v":1,"type":"sync","epoch":"1"}"#, .invalid(member: "epoch")),
      (#"{"v":1,"type":"view","slots":{}}"#, .invalid(member: "slots")),
      (#"{"v":1,"type":"view","slots":[{"slot":32,"height":1,"priority":0}]}"#, .invalid(member: "slot")),
      (#"{"v":1,"type":"view","slots":[{"slot":0,"index":1024,"height":1,"priority":0}]}"#, .invalid(member: "index")),
      (#"{"v":1,"type":"view","slots":[{"slot":0,"height":-1,"priority":0}]}"#, .invalid(member: "height")),
      (
        #"{"v":1,"type":"view","slots":[{"slot":0,"height":1,"priority":0},{"slot":0,"height":1,"priority":0}]}"#,
        .invalid(member: "slot")
      ),
      (#"{"v":1,"type":"offer","sdp":"v=0"}"#, .invalid(member: "mids")),
      (#"{"v":1,"type":"offer","sdp":"v=0","mids":{"mic":"","slots":[]}}"#, .invalid(member: "mic")),
      (#"{"v":1,"type":"offer","sdp":"v=0","mids":{"mic":"0"}}"#, .invalid(member: "slots")),
    ] as [(String, SignalingError)])
  func refused(_ text: String, _ error: SignalingError) { #expect(failure(text) == error) }

  @Test(
    "a room is called by Crockford's base 32, of a fair length",
    arguments: [
      "", "0123456789A", "0123456789ABI", "0123456789ABL", "0123456789ABO", "0123456789ABU", "0123456789ab",
      "0123456789A-", "0123456789AÉ", String(repeating: "A", count: 65),
    ])
  func badRoom(_ room: String) {
    let text = #"{"v":1,"type":"hello","room":"\#(room)","gate":"\#(gate)","join":"\#(join)"}"#
    #expect(failure(text)?.code == (room.utf8.count > 64 ? .tooLarge : .badRoom))
  }

  @Test("gate and join id have exactly their size", arguments: [0, 1, 15, 17, 31, 33])
  func badSizes(_ count: Int) {
    let bytes = Base64URL.encode(Array(repeating: 1, count: count))
    for (gate, join) in [(bytes, join), (gate, bytes)] {
      let text = #"{"v":1,"type":"hello","room":"0123456789AB","gate":"\#(gate)","join":"\#(join)"}"#
      #expect(failure(text)?.code == .badMessage || failure(text)?.code == .tooLarge)
    }
  }

  @Test("a key package of 10 kB, a box and an offer that are too long are refused as too large")
  func tooLarge() {
    let package = Base64URL.encode(Array(repeating: 65, count: 10_000))
    #expect(failure(#"{"v":1,"type":"key_package","box":"\#(package)"}"#) == .tooLarge(member: "box"))
    let box = Base64URL.encode(Array(repeating: 65, count: Limits.box + 1))
    #expect(failure(#"{"v":1,"type":"message","box":"\#(box)"}"#) == .tooLarge(member: "box"))
    let sdp = String(repeating: "a", count: Limits.sdp + 1)
    #expect(failure(#"{"v":1,"type":"offer","sdp":"\#(sdp)","mids":{"slots":[]}}"#) == .tooLarge(member: "sdp"))
    let slots = Array(repeating: "{}", count: Limits.slots + 1).joined(separator: ",")
    #expect(failure(#"{"v":1,"type":"offer","sdp":"","mids":{"slots":[\#(slots)]}}"#) == .tooLarge(member: "slots"))
    #expect(failure(String(repeating: " ", count: Limits.uploadMessage) + "1") == .tooLarge(member: "message"))
  }

  @Test("a box of exactly the limit is taken")
  func largestBox() throws {
    let box = Array(repeating: UInt8(65), count: Limits.box)
    #expect(try decode(#"{"v":1,"type":"message","box":"\#(Base64URL.encode(box))"}"#) == .message(box, to: nil))
  }

  @Test("a message with a byte changed is read or refused, never more", arguments: [21, 22] as [UInt64])
  func mutated(_ seed: UInt64) {
    var generator = SplitMix(seed: seed)
    for _ in 0..<3_000 {
      var bytes = Array(hello.utf8)
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      if case .hello(let message)? = try? ClientMessage.decode(bytes) {
        #expect(Hello.isRoom(message.room) && message.gate.count == 32 && message.join.count == 16, "seed \(seed)")
      }
    }
  }
}

private struct Unexpected: Error {}
