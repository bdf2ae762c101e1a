import RTCCore
import Testing

@Suite struct DemultiplexerTests {
  private func classify(_ first: UInt8, _ second: UInt8 = 0, count: Int = 20) -> DatagramKind {
    var bytes = Array(repeating: UInt8(0), count: count)
    if count > 0 { bytes[0] = first }
    if count > 1 { bytes[1] = second }
    return bytes.withUnsafeBytes { DatagramKind.classify($0) }
  }

  @Test("every first byte is what RFC 7983 says", arguments: UInt8.min...UInt8.max)
  func firstByte(byte: UInt8) {
    let expected: DatagramKind =
      switch byte {
      case 0...3: .stun
      case 20...63: .dtls
      case 128...191: .rtp
      default: .unknown
      }
    #expect(classify(byte) == expected)
  }

  @Test("RTCP packet types are told from RTP payload types with and without marker (RFC 5761)")
  func rtcp() {
    for type in UInt8.min...UInt8.max {
      #expect(classify(0x80, type) == (192...223 ~= type ? .rtcp : .rtp))
    }
  }

  @Test(
    "what is too short for its kind is unknown",
    arguments: [(UInt8(0), UInt8(1), 20), (22, 254, 13), (128, 96, 12), (128, 200, 8)])
  func short(first: UInt8, second: UInt8, minimum: Int) {
    for count in 0..<minimum { #expect(classify(first, second, count: count) == .unknown) }
    #expect(classify(first, second, count: minimum) != .unknown)
  }
}
