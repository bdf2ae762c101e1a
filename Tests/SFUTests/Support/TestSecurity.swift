import Bytes
import RTCCore

/// Security for tests of everything else: keys are one byte, tags are short sums, a handshake is one datagram each way. It
/// keeps the promises that the node relies on (nothing before the handshake, replay windows, tags that catch changes) at
/// a cost that lets a simulation of minutes run in seconds.
struct TestSecurity: RTCSecurityProvider {
  let fingerprint: CertificateFingerprint

  init(identity: UInt8) {
    let digest = [UInt8](repeating: identity, count: 32)
    fingerprint = digest.withUnsafeBytes { CertificateFingerprint(digest: $0)! }
  }

  func makeDTLS(role: DTLSRole, peer: CertificateFingerprint) -> TestDTLS? {
    TestDTLS(role: role, own: fingerprint, expected: peer)
  }

  func makeSRTP(from dtls: TestDTLS) -> TestSRTP? {
    dtls.state == .connected ? TestSRTP() : nil
  }

  enum Primitives: RTCPrimitives {
    static func hmacSHA1(
      key: UnsafeRawBufferPointer, head: UnsafeRawBufferPointer, tail: UnsafeRawBufferPointer,
      into digest: UnsafeMutableRawBufferPointer
    ) {
      var sum: UInt64 = 0xCBF2_9CE4_8422_2325
      for part in [key, head, tail] { for byte in part { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01B3 } }
      for index in 0..<20 { digest[index] = UInt8(truncatingIfNeeded: sum >> UInt64(index % 8 * 8)) ^ UInt8(index) }
    }

    static func sha256(_ message: UnsafeRawBufferPointer, into digest: UnsafeMutableRawBufferPointer) {
      for index in 0..<32 { digest[index] = UInt8(index) }
      for (index, byte) in message.enumerated() { digest[index % 32] &+= byte }
    }

    static func constantTimeEqual(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
      a.elementsEqual(b)
    }
  }
}

/// A hello each way that names the sender's certificate; the client repeats its own until it is answered.
final class TestDTLS: DTLSTransport {
  private(set) var state = DTLSState.handshaking
  private(set) var nextDeadline = Instant.distantFuture
  /// Whether it was told that nobody will ask for the handshake again.
  private(set) var isResting = false
  private let role: DTLSRole
  private let own: CertificateFingerprint
  private let expected: CertificateFingerprint

  init(role: DTLSRole, own: CertificateFingerprint, expected: CertificateFingerprint) {
    self.role = role
    self.own = own
    self.expected = expected
  }

  func start(now: Instant, to peer: TransportAddress, into out: inout some DatagramSink & ~Copyable) {
    send(type: 22, to: peer, into: &out)
    nextDeadline = now + .milliseconds(200)
  }

  func handle(
    _ datagram: UnsafeRawBufferPointer, now: Instant, to peer: TransportAddress,
    into out: inout some DatagramSink & ~Copyable
  ) -> DTLSVerdict {
    guard datagram.count == 45, datagram[0] == 22 || datagram[0] == 21 else { return .ignored }
    if state == .closed { return .ended }
    if datagram[0] == 21 {
      state = .closed
      return .ended
    }
    let theirs = CertificateFingerprint(digest: UnsafeRawBufferPointer(rebasing: datagram[13...]))
    guard theirs == expected else {
      state = .failed(.fingerprintMismatch)
      return .ended
    }
    if role == .server { send(type: 22, to: peer, into: &out) }
    guard state == .handshaking else { return .handled }
    state = .connected
    nextDeadline = .distantFuture
    return .connected
  }

  func advance(to now: Instant, peer: TransportAddress, into out: inout some DatagramSink & ~Copyable) {
    guard now >= nextDeadline else { return }
    start(now: now, to: peer, into: &out)
  }

  func close(now: Instant, to peer: TransportAddress, into out: inout some DatagramSink & ~Copyable) {
    if state == .connected { send(type: 21, to: peer, into: &out) }
    state = .closed
  }

  func rest() { isResting = true }

  func destroy() {}

  private func send(type: UInt8, to peer: TransportAddress, into out: inout some DatagramSink & ~Copyable) {
    let slot = out.reserve()
    for index in 0..<13 { slot[index] = 0 }
    slot[0] = type
    slot[1] = 254
    slot[2] = 253
    own.withBytes { digest in for index in 0..<32 { slot[13 + index] = digest[index] } }
    out.commit(length: 45, to: peer)
  }
}

/// Flips bits and appends a sum over the header and the first bytes of the payload.
final class TestSRTP: SRTPSession {
  let rtpOverhead = 16
  let rtcpOverhead = 20
  private(set) var hasOpened = false
  private var windows: [UInt32: ReplayWindow] = [:]
  private var nextRTCP: UInt32 = 0

  func unprotectRTP(_ packet: UnsafeMutableRawBufferPointer) -> SRTPVerdict {
    guard let header = RTPHeader(UnsafeRawBufferPointer(packet)), packet.count >= header.length + rtpOverhead
    else { return .dropped(.malformed) }
    var window = windows[header.ssrc] ?? ReplayWindow()
    guard let index = SRTPPacketIndex.estimate(sequence: header.sequenceNumber, highest: window.highest)
    else { return .dropped(.tooOld) }
    switch window.check(index) {
    case .replayed: return .dropped(.replayed)
    case .tooOld: return .dropped(.tooOld)
    case .fresh: break
    }
    let length = packet.count - rtpOverhead
    guard hasTag(packet, length) else { return .dropped(.badTag) }
    hasOpened = true
    window.commit(index)
    windows[header.ssrc] = window
    flip(packet, header.length..<length)
    return .passed(length: length)
  }

  func unprotectRTCP(_ packet: UnsafeMutableRawBufferPointer) -> SRTPVerdict {
    guard packet.count >= 8 + rtcpOverhead else { return .dropped(.malformed) }
    let length = packet.count - rtcpOverhead
    guard hasTag(packet, length) else { return .dropped(.badTag) }
    hasOpened = true
    flip(packet, 8..<length)
    return .passed(length: length)
  }

  func protectRTP(
    _ datagram: UnsafeMutableRawBufferPointer, written: Int, payload: UnsafeRawBufferPointer
  ) -> SRTPVerdict {
    let length = written + payload.count
    guard length + rtpOverhead <= datagram.count,
      let header = RTPHeader(UnsafeRawBufferPointer(rebasing: datagram[..<written]))
    else { return .dropped(.noRoom) }
    if let source = payload.baseAddress {
      (datagram.baseAddress! + written).copyMemory(from: source, byteCount: payload.count)
    }
    flip(datagram, header.length..<length)
    addTag(datagram, length, overhead: rtpOverhead)
    return .passed(length: length + rtpOverhead)
  }

  func protectRTCP(_ datagram: UnsafeMutableRawBufferPointer, length: Int) -> SRTPVerdict {
    guard length + rtcpOverhead <= datagram.count else { return .dropped(.noRoom) }
    flip(datagram, 8..<length)
    addTag(datagram, length, overhead: rtcpOverhead)
    return .passed(length: length + rtcpOverhead)
  }

  func destroy() {}

  private func flip(_ packet: UnsafeMutableRawBufferPointer, _ range: Range<Int>) {
    for index in range.prefix(24) { packet[index] ^= 0x5A }
  }

  private func sum(_ packet: UnsafeMutableRawBufferPointer, _ length: Int) -> UInt32 {
    var sum: UInt32 = 0x811C_9DC5
    for index in 0..<min(length, 64) { sum = (sum ^ UInt32(packet[index])) &* 0x0100_0193 }
    return sum ^ UInt32(length)
  }

  private func hasTag(_ packet: UnsafeMutableRawBufferPointer, _ length: Int) -> Bool {
    packet.loadUnaligned(fromByteOffset: length, as: UInt32.self) == sum(packet, length)
  }

  private func addTag(_ packet: UnsafeMutableRawBufferPointer, _ length: Int, overhead: Int) {
    packet.storeBytes(of: sum(packet, length), toByteOffset: length, as: UInt32.self)
    for index in (length + 4)..<(length + overhead) { packet[index] = 0 }
  }
}
