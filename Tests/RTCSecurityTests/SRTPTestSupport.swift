import RTCCore
import RTCSecurity

extension SRTPDropReason: Error {}

/// The session's in-place calls on arrays, for readable tests.
extension SRTPSession {
  func sealRTP(_ packet: [UInt8]) -> Result<[UInt8], SRTPDropReason> {
    var session = self
    var buffer = packet + [UInt8](repeating: 0xEE, count: rtpOverhead)
    return buffer.run {
      session.protectRTP($0, written: packet.count, payload: UnsafeRawBufferPointer(start: nil, count: 0))
    }
  }

  /// Seals with the first `written` bytes in the slot and the rest elsewhere.
  func sealRTP(_ packet: [UInt8], written: Int) -> Result<[UInt8], SRTPDropReason> {
    var session = self
    var buffer = Array(packet[..<written]) + [UInt8](repeating: 0xEE, count: packet.count - written + rtpOverhead)
    return Array(packet[written...]).withUnsafeBytes { payload in
      buffer.run { session.protectRTP($0, written: written, payload: payload) }
    }
  }

  func openRTP(_ packet: [UInt8]) -> Result<[UInt8], SRTPDropReason> {
    var session = self
    var buffer = packet
    return buffer.run { session.unprotectRTP($0) }
  }

  func sealRTCP(_ packet: [UInt8]) -> Result<[UInt8], SRTPDropReason> {
    var session = self
    var buffer = packet + [UInt8](repeating: 0xEE, count: rtcpOverhead)
    return buffer.run { session.protectRTCP($0, length: packet.count) }
  }

  func openRTCP(_ packet: [UInt8]) -> Result<[UInt8], SRTPDropReason> {
    var session = self
    var buffer = packet
    return buffer.run { session.unprotectRTCP($0) }
  }
}

extension [UInt8] {
  fileprivate mutating func run(
    _ body: (UnsafeMutableRawBufferPointer) -> SRTPVerdict
  ) -> Result<[UInt8], SRTPDropReason> {
    switch withUnsafeMutableBytes(body) {
    case .passed(let length): .success(Array(self[..<length]))
    case .dropped(let reason): .failure(reason)
    }
  }
}

/// Two sessions that understand each other.
struct SRTPPair {
  let a: OpenSSLSRTP
  let b: OpenSSLSRTP

  init(_ profile: SRTPProfile, streamLimit: Int = 256) {
    let one = SRTPMasterKey(key: [UInt8](1...16), salt: [UInt8](1...UInt8(profile.saltLength)))
    let two = SRTPMasterKey(key: [UInt8](17...32), salt: [UInt8](101...UInt8(100 + profile.saltLength)))
    a = OpenSSLSRTP(profile: profile, inbound: one, outbound: two, streamLimit: streamLimit)
    b = OpenSSLSRTP(profile: profile, inbound: two, outbound: one, streamLimit: streamLimit)
  }

  func destroy() {
    a.destroy()
    b.destroy()
  }
}

/// An RTP packet of 12 bytes of header and `payload`.
func rtpPacket(ssrc: UInt32 = 0x1122_3344, sequence: UInt16, payload: [UInt8] = [UInt8](0..<100)) -> [UInt8] {
  [0x80, 96, UInt8(sequence >> 8), UInt8(sequence & 0xFF), 0, 0, 0, 1]
    + (0..<4).map { UInt8(truncatingIfNeeded: ssrc >> (24 - 8 * $0)) } + payload
}

/// A receiver report of `ssrc` with one block.
func rtcpPacket(ssrc: UInt32 = 0x1122_3344) -> [UInt8] {
  [0x81, 201, 0, 7] + (0..<4).map { UInt8(truncatingIfNeeded: ssrc >> (24 - 8 * $0)) }
    + [UInt8](repeating: 7, count: 24)
}
