import Bytes
import RTCCore

/// SplitMix64: what a seed gives it gives again.
struct RTPTestRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }

  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
  }

  /// A few bits flipped, bytes cut off or added: input that is nearly right reaches further than noise.
  mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
    var result = bytes
    for _ in 0..<Int.random(in: 1...4, using: &self) where !result.isEmpty {
      let position = Int.random(in: 0..<result.count, using: &self)
      result[position] ^= 1 << UInt8.random(in: 0...7, using: &self)
    }
    switch Int.random(in: 0...3, using: &self) {
    case 0: result.removeLast(Int.random(in: 0...result.count, using: &self))
    case 1: result += self.bytes(Int.random(in: 1...8, using: &self))
    default: break
    }
    return result
  }
}

/// What `body` writes.
func written(capacity: Int = 1500, _ body: (inout ByteWriter) throws -> Void) rethrows -> [UInt8] {
  var storage = [UInt8](repeating: 0xEE, count: capacity)
  let count = try storage.withUnsafeMutableBytes { memory in
    var writer = ByteWriter(memory)
    try body(&writer)
    return writer.overflowed ? -1 : writer.offset
  }
  precondition(count >= 0, "the test's buffer is too small")
  return Array(storage[..<count])
}

/// An RTP packet put together by hand, so that the writer is not what tests the parser.
struct RTPTestPacket {
  var first: UInt8 = 0x80
  var second: UInt8 = 96
  var sequence: UInt16 = 1
  var timestamp: UInt32 = 2
  var ssrc: UInt32 = 3
  var csrcs: [UInt32] = []
  var extensionProfile: UInt16?
  var extensionBody: [UInt8] = []
  var payload: [UInt8] = []

  var bytes: [UInt8] {
    written { writer in
      writer.write(first | (extensionProfile == nil ? 0 : 0x10) | UInt8(csrcs.count))
      writer.write(second)
      writer.write(sequence)
      writer.write(timestamp)
      writer.write(ssrc)
      for csrc in csrcs { writer.write(csrc) }
      if let extensionProfile {
        writer.write(extensionProfile)
        writer.write(UInt16((extensionBody.count + 3) / 4))
        writer.write(extensionBody)
        writer.writeZeros((4 - extensionBody.count % 4) % 4)
      }
      writer.write(payload)
    }
  }
}

extension [UInt8] {
  var rtpHeader: RTPHeader? { withUnsafeBytes { RTPHeader($0) } }

  func rtpExtensions(_ map: RTPExtensionMap) -> RTPExtensions? {
    withUnsafeBytes { bytes in RTPHeader(bytes).flatMap { RTPExtensions(bytes, header: $0, map: map) } }
  }

  var rtpPayload: [UInt8]? {
    withUnsafeBytes { bytes in
      RTPHeader(bytes).flatMap { $0.payloadRange(in: bytes) }.map { Array(bytes[$0]) }
    }
  }
}

extension RTPExtensionMap {
  init(_ ids: [RTPExtensionKind: UInt8]) {
    self.init()
    for (kind, id) in ids { self[kind] = id }
  }
}
