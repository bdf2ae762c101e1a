import LoadGenerator
import NIOCore
import Testing

@Suite("WebSocket, the client's side")
struct WebSocketClientTests {
  private static let accepted = Array("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n".utf8)

  /// What comes out when `bytes` arrive in pieces of `size`.
  private static func events(_ bytes: [UInt8], size: Int = .max) -> [WebSocketClient.Event] {
    var client = WebSocketClient()
    var events: [WebSocketClient.Event] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      client.receive(ByteBuffer(bytes: rest.prefix(size)))
      rest = rest.dropFirst(size)
      while let event = client.next() { events.append(event) }
    }
    return events
  }

  @Test("messages come out whole however the bytes arrive", arguments: [1, 2, 3, 7, 1_000])
  func pieces(size: Int) {
    let long = [UInt8](repeating: 0x61, count: 300)
    let bytes = Self.accepted + [0x81, 2, 0x68, 0x69, 0x89, 1, 7, 0x81, 126, 1, 44] + long
    #expect(Self.events(bytes, size: size) == [.opened, .text([0x68, 0x69]), .ping([7]), .text(long)])
  }

  @Test("frames of one message are put together, with a ping between them")
  func fragments() {
    let bytes = Self.accepted + [0x01, 1, 0x68, 0x89, 0, 0x80, 1, 0x69]
    #expect(Self.events(bytes) == [.opened, .ping([]), .text([0x68, 0x69])])
  }

  @Test("an answer that is no upgrade says its status")
  func refused() {
    #expect(Self.events(Array("HTTP/1.1 426 Upgrade Required\r\n\r\n".utf8)) == [.closed(status: 426)])
    #expect(Self.events(Array("SSH-2.0-x\r\n\r\n".utf8)) == [.closed(status: nil)])
    #expect(Self.events([UInt8](repeating: 0x61, count: 20_000)) == [.closed(status: nil)])
  }

  @Test(
    "what no server says ends it: masked, binary, a continuation of nothing, too long, a close",
    arguments: [
      [0x81, 0x81, 0, 0, 0, 0, 1], [0x82, 1, 1], [0x80, 1, 1], [0x81, 127, 1, 0, 0, 0, 0, 0, 0, 0], [0x88, 0],
    ])
  func foreign(frame: [UInt8]) {
    #expect(Self.events(Self.accepted + frame + [0x81, 1, 1]) == [.opened, .closed(status: nil)])
  }

  @Test("frames that are sent have the length's shortest form and a mask of zeros", arguments: [0, 125, 126, 65_536])
  func sent(count: Int) {
    let payload = [UInt8](repeating: 5, count: count)
    var frame = WebSocketClient.frame(payload, opcode: 1, allocator: ByteBufferAllocator())
    let head: [UInt8] =
      switch count {
      case ..<126: [0x81, 0x80 | UInt8(count)]
      case ..<65_536: [0x81, 0xFE, UInt8(count >> 8), UInt8(count & 255)]
      default: [0x81, 0xFF, 0, 0, 0, 0, 0, 1, 0, 0]
      }
    #expect(frame.readBytes(length: head.count) == head)
    #expect(frame.readBytes(length: 4) == [0, 0, 0, 0])
    #expect(frame.readBytes(length: count) == payload)
    #expect(frame.readableBytes == 0)
  }
}
