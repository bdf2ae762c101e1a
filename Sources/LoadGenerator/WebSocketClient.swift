package import NIOCore

/// The client's half of RFC 6455, as far as our node and Janus need it: neither masks. Bytes of a connection in, text messages
/// out.
package struct WebSocketClient {
  package enum Event: Equatable {
    /// The other end has accepted: text may be sent.
    case opened
    /// A message.
    case text([UInt8])
    case ping([UInt8])
    /// Closed by the other end, or something that it never says; the status of an HTTP answer that is no upgrade.
    case closed(status: Int?)
  }

  /// Bytes of a message at most.
  private static let longest = 4 << 20
  private static let longestAnswer = 16 << 10

  private var buffer = ByteBuffer()
  private var isOpen = false
  private var isOver = false
  private var message: [UInt8]?

  package init() {}

  /// `path` begins with a slash.
  package static func request(host: String, path: String, subprotocol: String) -> String {
    """
    GET \(path) HTTP/1.1\r
    Host: \(host)\r
    Connection: Upgrade\r
    Upgrade: websocket\r
    Sec-WebSocket-Version: 13\r
    Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r
    Sec-WebSocket-Protocol: \(subprotocol)\r
    \r

    """
  }

  package mutating func receive(_ bytes: ByteBuffer) { buffer.writeImmutableBuffer(bytes) }

  /// What has arrived in full, until nil.
  package mutating func next() -> Event? {
    guard !isOver else { return nil }
    let event = isOpen ? nextMessage() : nextAnswer()
    if case .closed = event { isOver = true }
    return event
  }

  private mutating func nextAnswer() -> Event? {
    guard let end = buffer.readableBytesView.firstRange(of: Array("\r\n\r\n".utf8)) else {
      return buffer.readableBytes > Self.longestAnswer ? .closed(status: nil) : nil
    }
    let head = buffer.readString(length: end.upperBound - buffer.readerIndex) ?? ""
    let words = head.prefix { $0 != "\r\n" }.split(separator: " ")
    guard let status = words.dropFirst().first.flatMap({ Int($0) }) else { return .closed(status: nil) }
    guard status == 101 else { return .closed(status: status) }
    isOpen = true
    return .opened
  }

  /// Frames of a message are put together; control frames may come between them.
  private mutating func nextMessage() -> Event? {
    while let (head, payload) = nextFrame() {
      let isLast = head & 0x80 != 0
      switch (head & 0x7F, message) {
      case (9, _): return .ping(payload)
      case (10, _): continue
      case (1, nil): message = payload
      case (0, .some): message?.append(contentsOf: payload)
      default: return .closed(status: nil)
      }
      guard let message, message.count <= Self.longest else { return .closed(status: nil) }
      guard isLast else { continue }
      self.message = nil
      return .text(message)
    }
    return nil
  }

  /// A frame too long to be honest comes out as one that says that it is over.
  private mutating func nextFrame() -> (head: UInt8, payload: [UInt8])? {
    var reader = buffer
    guard let head = reader.readInteger(as: UInt8.self), let second = reader.readInteger(as: UInt8.self) else {
      return nil
    }
    var length = Int(second)
    if second == 126 {
      guard let long = reader.readInteger(as: UInt16.self) else { return nil }
      length = Int(long)
    } else if second == 127 {
      guard let long = reader.readInteger(as: UInt64.self) else { return nil }
      length = Int(clamping: long)
    }
    guard second & 0x80 == 0, length <= Self.longest else { return (0x88, []) }
    guard let payload = reader.readBytes(length: length) else { return nil }
    buffer = reader
    if buffer.readableBytes == 0 { buffer.clear() }
    return (head, payload)
  }

  /// A masked frame. The mask is there for proxies that are confused by what a page may choose; here nobody chooses.
  package static func frame(
    _ payload: some Collection<UInt8>, opcode: UInt8, allocator: ByteBufferAllocator
  ) -> ByteBuffer {
    var frame = allocator.buffer(capacity: payload.count + 14)
    frame.writeInteger(0x80 | opcode)
    switch payload.count {
    case ..<126: frame.writeInteger(0x80 | UInt8(payload.count))
    case ..<65_536:
      frame.writeInteger(UInt8(0x80 | 126))
      frame.writeInteger(UInt16(payload.count))
    default:
      frame.writeInteger(UInt8(0x80 | 127))
      frame.writeInteger(UInt64(payload.count))
    }
    frame.writeInteger(UInt32(0))
    frame.writeBytes(payload)
    return frame
  }
}
