import RTCCore

/// Keeps what was sent. Each reservation is memory of its own of the least size allowed, so that a write past it shows.
struct FuzzSink: DatagramSink, ~Copyable {
  private(set) var sent: [[UInt8]] = []
  private var slot = UnsafeMutableRawBufferPointer.allocate(byteCount: 1500, alignment: 1)

  mutating func reserve() -> UnsafeMutableRawBufferPointer { slot }

  mutating func commit(length: Int, to address: TransportAddress) {
    promise(1...1500 ~= length, "a datagram has 1 to 1,500 bytes")
    if sent.count < 64 { sent.append(Array(slot[..<length])) }
  }

  deinit { slot.deallocate() }
}

/// Primitives under which everything authenticates, so that the fuzzer gets to what lies behind.
enum TrustingPrimitives: RTCPrimitives {
  static func hmacSHA1(
    key: UnsafeRawBufferPointer, head: UnsafeRawBufferPointer, tail: UnsafeRawBufferPointer,
    into digest: UnsafeMutableRawBufferPointer
  ) {
    for index in 0..<20 { digest[index] = 0xAA }
  }

  static func sha256(_ message: UnsafeRawBufferPointer, into digest: UnsafeMutableRawBufferPointer) {
    for index in 0..<32 { digest[index] = 0xBB }
  }

  static func constantTimeEqual(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool { true }
}
