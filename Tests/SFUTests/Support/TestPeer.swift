import Bytes
import RTCCore

@testable import SFU

/// A client reduced to what a test wants to see: it sends what it is told and keeps what it gets.
final class TestPeer {
  struct Received {
    let header: RTPHeader
    let extensions: RTPExtensions
    let payload: [UInt8]

    var vp8: VP8Descriptor? { payload.withUnsafeBytes { VP8Descriptor($0) } }
  }

  let id: PeerID
  let address: TransportAddress
  let security: TestSecurity
  var configuration: PeerConfiguration!
  var answer = ""
  private(set) var packets: [Received] = []
  private(set) var feedback: [[UInt8]] = []
  /// RTP as it came, before replays are dropped.
  private(set) var sealed: [[UInt8]] = []
  private(set) var stunResponses = 0
  private(set) var wasClosed = false
  private let srtp = TestSRTP()
  private let outbound = TestSRTP()
  private var transportSequence: UInt16 = 100

  init(number: Int) {
    id = PeerID(UInt64(number))
    address = TransportAddress(ipv4: 0x7F00_0001, port: UInt16(10_000 + number))
    security = TestSecurity(identity: UInt8(truncatingIfNeeded: number))
  }

  // MARK: Sending

  func check(ufrag: String? = nil, password: String? = nil) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 256)
    let length = bytes.withUnsafeMutableBytes { buffer in
      var writer = STUNWriter(buffer, type: .bindingRequest, transactionID: STUNTransactionID(high: 1, low: 2))
      writer.writeUsername(
        Array("\(ufrag ?? configuration.localCredentials.ufrag):\(configuration.remoteUfrag)".utf8))
      writer.writePriority(1)
      writer.writeICEControlling(9)
      writer.writeUseCandidate()
      let key = Array((password ?? configuration.localCredentials.password).utf8)
      return key.withUnsafeBytes { writer.finish(key: $0, using: TestSecurity.Primitives.self) }!
    }
    return Array(bytes[..<length])
  }

  func hello(identity: TestSecurity? = nil) -> [UInt8] {
    var sink = TestSink()
    let dtls = TestDTLS(
      role: .client, own: (identity ?? security).fingerprint, expected: security.fingerprint)
    dtls.start(now: .zero, to: address, into: &sink)
    return sink.datagrams[0].bytes
  }

  func goodbye() -> [UInt8] {
    var bytes = hello()
    bytes[0] = 21
    return bytes
  }

  /// A protected RTP packet.
  func rtp(
    ssrc: UInt32, sequence: UInt16, timestamp: UInt32 = 0, payloadType: UInt8 = TestOffer.vp8, marker: Bool = false,
    mid: String? = nil, rid: String? = nil, repairedRID: String? = nil, level: UInt8? = nil, payload: [UInt8]
  ) -> [UInt8] {
    var extensions = RTPExtensions()
    extensions.mid = mid.flatMap { StreamToken($0) }
    extensions.rid = rid.flatMap { StreamToken($0) }
    extensions.repairedRID = repairedRID.flatMap { StreamToken($0) }
    extensions.audioLevel = level.map { AudioLevel(level: $0, voice: true) }
    transportSequence &+= 1
    extensions.transportSequence = transportSequence
    var bytes = [UInt8](repeating: 0, count: 1_500)
    let length = bytes.withUnsafeMutableBytes { buffer in
      var writer = ByteWriter(buffer)
      RTPHeader(payloadType: payloadType, sequenceNumber: sequence, timestamp: timestamp, ssrc: ssrc, marker: marker)
        .write(extensions: extensions, map: TestOffer.extensions, into: &writer)
      return payload.withUnsafeBytes { Self.length(outbound.protectRTP(buffer, written: writer.offset, payload: $0)) }
    }
    return Array(bytes[..<length])
  }

  /// A protected RTCP packet.
  func rtcp(_ body: (inout ByteWriter) -> Void) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 1_500)
    let length = bytes.withUnsafeMutableBytes { buffer in
      var writer = ByteWriter(buffer)
      body(&writer)
      return Self.length(outbound.protectRTCP(buffer, length: writer.offset))
    }
    return Array(bytes[..<length])
  }

  /// A VP8 payload with a 15-bit picture id.
  static func vp8(key: Bool = false, picture: UInt16, tl0: UInt8 = 0, starts: Bool = true, body: [UInt8] = [1, 2, 3])
    -> [UInt8]
  {
    [
      0x80 | (starts ? 0x10 : 0), 0xE0, 0x80 | UInt8(picture >> 8 & 0x7F), UInt8(picture & 0xFF), tl0, 0,
      key ? 0x10 : 0x11,
    ] + body
  }

  /// The first packet of a key frame that says its height.
  static func keyFrame(picture: UInt16, tl0: UInt8 = 0, height: Int) -> [UInt8] {
    let tag: [UInt8] = [0, 0, 0x9D, 0x01, 0x2A, 0x40, 0x01, UInt8(height & 0xFF), UInt8(height >> 8)]
    return vp8(key: true, picture: picture, tl0: tl0, body: tag)
  }

  // MARK: Receiving

  func receive(_ datagram: [UInt8]) {
    var copy = datagram
    copy.withUnsafeMutableBytes { bytes in
      switch DatagramKind.classify(UnsafeRawBufferPointer(bytes)) {
      case .stun: stunResponses += 1
      case .dtls: if bytes[0] == 21 { wasClosed = true }
      case .rtp:
        sealed.append(datagram)
        receiveRTP(bytes)
      case .rtcp:
        if case .passed(let length) = srtp.unprotectRTCP(bytes) { feedback.append(Array(bytes[..<length])) }
      case .unknown: break
      }
    }
  }

  private func receiveRTP(_ bytes: UnsafeMutableRawBufferPointer) {
    guard case .passed(let length) = srtp.unprotectRTP(bytes) else { return }
    let plain = UnsafeRawBufferPointer(rebasing: bytes[..<length])
    guard let header = RTPHeader(plain),
      let extensions = RTPExtensions(plain, header: header, map: TestOffer.extensions),
      let range = header.payloadRange(in: plain)
    else { return }
    packets.append(Received(header: header, extensions: extensions, payload: Array(plain[range])))
  }

  func forget() {
    packets = []
    feedback = []
    sealed = []
  }

  // MARK: What it got

  func video(slot: Int) -> [Received] { packets(of: configuration.slots[slot].video?.ssrc) }
  func rtx(slot: Int) -> [Received] { packets(of: configuration.slots[slot].video?.rtxSSRC) }
  func audio(slot: Int) -> [Received] { packets(of: configuration.slots[slot].audio?.ssrc) }

  private func packets(of ssrc: UInt32?) -> [Received] { packets.filter { $0.header.ssrc == ssrc } }

  /// SSRCs that it was asked for key frames of.
  var keyFrameRequests: [UInt32] {
    reports { packet -> UInt32? in
      guard case .pictureLossIndication(let request) = packet else { return nil }
      return request.media
    }
  }

  /// Sequence numbers that it was asked for again.
  var nacked: [UInt16] {
    reports { packet -> [UInt16]? in
      guard case .nack(let nack) = packet else { return nil }
      return Array(nack)
    }.flatMap { $0 }
  }

  /// The RTCP packets it got, flattened by `select`.
  func reports<Value>(_ select: (RTCPPacket) -> Value?) -> [Value] {
    feedback.flatMap { datagram in
      datagram.withUnsafeBytes { bytes in
        var reader = RTCPReader(bytes)
        var found: [Value] = []
        while let packet = reader?.next() { if let value = select(packet) { found.append(value) } }
        return found
      }
    }
  }

  private static func length(_ verdict: SRTPVerdict) -> Int {
    guard case .passed(let length) = verdict else { return 0 }
    return length
  }
}
