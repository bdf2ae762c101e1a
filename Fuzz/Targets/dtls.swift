import Bytes
import RTCCore
import RTCSecurity

private let security = try! OpenSSLSecurity()
private let address = TransportAddress.parse("192.0.2.1", port: 9)!

/// A conversation with a server that waits for a ClientHello: datagrams, each behind its length in two bytes, told
/// apart as on the shared port. What is cut short is the last.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  guard let server = security.makeDTLS(role: .server, peer: security.fingerprint) else { return 0 }
  defer { server.destroy() }
  var reader = ByteReader(UnsafeRawBufferPointer(data, size))
  var sink = FuzzSink()
  var now = Instant.zero
  var datagrams = 0
  while let length = reader.readUInt16(), datagrams < 32 {
    guard let datagram = reader.readBytes(min(Int(length), reader.remaining)) else { break }
    datagrams += 1
    now = now + .milliseconds(150)
    if DatagramKind.classify(datagram) == .dtls { _ = server.handle(datagram, now: now, to: address, into: &sink) }
    if now >= server.nextDeadline { server.advance(to: now, peer: address, into: &sink) }
    promise(server.state != .connected, "nobody connects without a key")
  }
  for answer in sink.sent {
    promise(answer.count <= OpenSSLDTLS.largestDatagram, "no datagram is over 1,200 bytes")
    promise(answer.withUnsafeBytes { DatagramKind.classify($0) } == .dtls, "an answer is DTLS")
  }
  return 0
}
