import NIOCore

/// The client's half of RFC 6455, as far as our node needs it: it does not mask and does not fragment. Bytes of a
/// connection in, text messages out.
struct WebSocketClient {
  enum Event {
    /// The node has accepted: text may be sent.
    case opened
    /// A message.
    case text([UInt8])
    case ping([UInt8])
    /// Closed by the node, or something that it never says.
    case closed
  }

  private var buffer = ByteBuffer()
  private var isOpen = false

  static func request(host: String) -> String {
    """
    GET /ws HTTP/1.1\r
    Host: \(host)\r
    Connection: Upgrade\r
    Upgrade: websocket\r
    Sec-WebSocket-Version: 13\r
    Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r
    Sec-WebSocket-Protocol: tertulia.1\r
    \r

    """
  }

  mutating func receive(_ bytes: ByteBuffer) {
    buffer.writeImmutableBuffer(bytes)
  }

  /// What has arrived in full, until nil.
  mutating func next() -> Event? { isOpen ? nextFrame() : nextAnswer() }

  private mutating func nextAnswer() -> Event? {
    guard let end = buffer.readableBytesView.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
    let head = buffer.readString(length: end.upperBound - buffer.readerIndex) ?? ""
    guard head.hasPrefix("HTTP/1.1 101 ") else { return .closed }
    isOpen = true
    return .opened
  }

  private mutating func nextFrame() -> Event? {
    var reader = buffer
    guard let first = reader.readInteger(as: UInt8.self), let second = reader.readInteger(as: UInt8.self) else {
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
    guard let payload = reader.readBytes(length: length) else { return nil }
    buffer = reader
    if buffer.readableBytes == 0 { buffer.clear() }
    switch first {
    case 0x81: return .text(payload)
    case 0x89: return .ping(payload)
    default: return .closed
    }
  }

  /// A masked frame. The mask is there for proxies that are confused by what a page may choose; there are none here.
  static func frame(_ payload: some Collection<UInt8>, opcode: UInt8, allocator: ByteBufferAllocator) -> ByteBuffer {
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
