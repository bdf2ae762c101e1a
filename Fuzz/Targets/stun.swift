import Bytes
import RTCCore

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let datagram = UnsafeRawBufferPointer(data, size)
  guard let message = parse(datagram) else { return 0 }
  _ = message.hasValidFingerprint
  for index in 0..<message.unknownAttributes.count { _ = message.unknownAttributes[index] }
  _ = ICERoutingKey(localUfragOf: message.username)

  let local = ICECredentials(ufrag: "abcd", password: "0123456789abcdefghijklmn")!
  var agent = ICELiteAgent<TrustingPrimitives>(local: local, remoteUfrag: "wxyz")
  let address = TransportAddress.parse("192.0.2.1", port: 9)!
  var sink = FuzzSink()
  _ = agent.handle(message, from: address, now: .zero, into: &sink)
  for answer in sink.sent {
    promise(answer.withUnsafeBytes { parse($0) != nil }, "an answer is a STUN message")
  }
  _ = agent.advance(to: Instant.zero + .seconds(31))
  promise(!agent.isValidated(address), "consent expires")
  return 0
}

private func parse(_ datagram: UnsafeRawBufferPointer) -> STUNMessage? {
  do throws(STUNParseError) { return try STUNMessage(datagram) } catch { return nil }
}
