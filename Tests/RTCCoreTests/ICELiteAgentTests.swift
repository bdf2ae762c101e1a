import Bytes
import RTCCore
import RTCSecurity
import Testing

@Suite struct ICELiteAgentTests {
  /// One lite agent, what it sent, and a clock in seconds.
  struct Bench: ~Copyable {
    var agent = ICELiteAgent<OpenSSLPrimitives>(
      local: ICECredentials(ufrag: "LOCALufr", password: ICETestCheck.localPassword)!,
      remoteUfrag: "rem8")
    var sink = ICETestSink()

    mutating func receive(
      _ check: ICETestCheck = ICETestCheck(), from address: TransportAddress, at seconds: Int64 = 0
    ) throws -> ICEVerdict {
      try check.bytes().withSTUN { message in
        agent.handle(message, from: address, now: Instant.zero + .seconds(seconds), into: &sink)
      }
    }

    mutating func expires(atMilliseconds milliseconds: Int64) -> Bool {
      let isLast = agent.advance(to: Instant.zero + .milliseconds(milliseconds))
      return isLast
    }
  }

  static let wifi = TransportAddress(ipv4: 0xC000_0201, port: 5000)
  static let cable = TransportAddress(ipv4: 0xC000_0202, port: 5001)
  static let v6 = TransportAddress(ipv6High: 0x2001_0DB8_0000_0000, low: 7, port: 5002)

  @Test("a check is answered with the address it came from, authenticated, over IPv4 and IPv6", arguments: [wifi, v6])
  func success(address: TransportAddress) throws {
    var bench = Bench()
    #expect(!bench.agent.isValidated(address))
    #expect(try bench.receive(from: address) == .answered(isNewPair: true))
    #expect(try bench.receive(from: address) == .answered(isNewPair: false))
    #expect(bench.agent.isValidated(address))
    #expect(bench.agent.state == .connected)
    let response = try #require(bench.sink.sent.first)
    #expect(response.address == address)
    try response.bytes.withSTUN { message in
      #expect(message.type == .bindingSuccess)
      #expect(message.transactionID == STUNTransactionID(high: 1, low: 2))
      #expect(message.xorMappedAddress == address)
      #expect(message.hasValidFingerprint)
      let isAuthentic = Array(ICETestCheck.localPassword.utf8).withUnsafeBytes {
        message.hasValidIntegrity(key: $0, using: OpenSSLPrimitives.self)
      }
      #expect(isAuthentic)
    }
  }

  @Test(
    "what does not authenticate gets no answer and validates nothing",
    arguments: [
      (ICETestCheck(isFingerprinted: false), ICEDropReason.badFingerprint),
      (ICETestCheck(username: nil), .wrongUsername),
      (ICETestCheck(username: "LOCALufr"), .wrongUsername),
      (ICETestCheck(username: "LOCALufr:"), .wrongUsername),
      (ICETestCheck(username: "LOCALufx:rem8"), .wrongUsername),
      (ICETestCheck(username: "rem8:LOCALufr"), .wrongUsername),
      (ICETestCheck(username: "LOCALufr:somebody"), .wrongUsername),
      (ICETestCheck(username: ""), .wrongUsername),
      (ICETestCheck(password: "somebody else's password"), .badIntegrity),
      (ICETestCheck(password: ""), .badIntegrity),
      (ICETestCheck(hasIntegrity: false), .badIntegrity),
      (ICETestCheck(type: .bindingIndication), .indication),
      (ICETestCheck(type: .bindingSuccess), .unexpectedResponse),
      (ICETestCheck(type: .bindingError), .unexpectedResponse),
    ])
  func refused(check: ICETestCheck, reason: ICEDropReason) throws {
    var bench = Bench()
    #expect(try bench.receive(check, from: Self.wifi) == .dropped(reason))
    #expect(bench.sink.sent.isEmpty)
    #expect(!bench.agent.isValidated(Self.wifi))
    #expect(bench.agent.state == .waiting)
    #expect(bench.agent.selected == nil)
    #expect(bench.agent.nextDeadline == .distantFuture)
  }

  @Test(
    "a peer that says it is controlled is told of the conflict, whatever its tiebreaker", arguments: [0, UInt64.max])
  func roleConflict(tieBreaker: UInt64) throws {
    var bench = Bench()
    let check = ICETestCheck(controlling: nil, controlled: tieBreaker)
    #expect(try bench.receive(check, from: Self.wifi) == .refused(code: 487))
    #expect(!bench.agent.isValidated(Self.wifi))
    try bench.sink.sent[0].bytes.withSTUN { message in
      #expect(message.type == .bindingError)
      #expect(message.errorCode == 487)
    }
  }

  @Test("an authentic request with attributes that must be understood is refused with their types")
  func unknownAttributes() throws {
    var bench = Bench()
    // An empty attribute of type 0x7001 is put first; lengths, integrity and fingerprint are made again.
    let username = Array("LOCALufr:rem8".utf8)
    let bytes = [UInt8](unsafeUninitializedCapacity: 500) { buffer, count in
      let memory = UnsafeMutableRawBufferPointer(buffer)
      var types = STUNUnknownAttributes()
      types =
        (try? ([0, 1, 0, 4, 0x21, 0x12, 0xA4, 0x42] + Array(repeating: 0, count: 12) + [0x70, 1, 0, 0])
          .withSTUN { $0.unknownAttributes }) ?? types
      var writer = STUNWriter(memory, type: .bindingRequest, transactionID: STUNTransactionID(high: 1, low: 2))
      writer.writeUsername(username)
      // An UNKNOWN-ATTRIBUTES attribute whose header becomes that of an unknown one.
      writer.writeUnknownAttributes(types)
      buffer[40] = 0x70
      buffer[41] = 0x01
      count =
        Array(ICETestCheck.localPassword.utf8).withUnsafeBytes { writer.finish(key: $0, using: OpenSSLPrimitives.self) }
        ?? 0
    }
    let verdict = try bytes.withSTUN {
      bench.agent.handle($0, from: Self.wifi, now: .zero, into: &bench.sink)
    }
    #expect(verdict == .refused(code: 420))
    try bench.sink.sent[0].bytes.withSTUN { #expect($0.errorCode == 420) }
  }

  @Test("of several addresses the nominated one is used, then the one of higher priority")
  func nomination() throws {
    var bench = Bench()
    _ = try bench.receive(ICETestCheck(priority: 100), from: Self.wifi)
    #expect(bench.agent.selected == Self.wifi)
    _ = try bench.receive(ICETestCheck(priority: 200), from: Self.cable)
    #expect(bench.agent.selected == Self.cable)
    _ = try bench.receive(ICETestCheck(priority: 100, nominates: true), from: Self.wifi)
    #expect(bench.agent.selected == Self.wifi)
    _ = try bench.receive(ICETestCheck(priority: 200), from: Self.cable)
    #expect(bench.agent.selected == Self.wifi)
  }

  @Test("a browser that nominates every pair is followed to the one its media comes from, and back")
  func followsMedia() throws {
    var bench = Bench()
    _ = try bench.receive(ICETestCheck(priority: 200, nominates: true), from: Self.cable)
    _ = try bench.receive(ICETestCheck(priority: 100, nominates: true), from: Self.wifi)
    #expect(bench.agent.selected == Self.cable)
    bench.agent.noteMedia(from: Self.wifi)
    #expect(bench.agent.selected == Self.wifi)
    _ = try bench.receive(ICETestCheck(priority: 200, nominates: true), from: Self.cable, at: 1)
    #expect(bench.agent.selected == Self.wifi)
    bench.agent.noteMedia(from: Self.cable)
    #expect(bench.agent.selected == Self.cable)
  }

  @Test("media from an address that was not validated moves nothing")
  func strangersMedia() throws {
    var bench = Bench()
    bench.agent.noteMedia(from: Self.wifi)
    #expect(bench.agent.selected == nil)
    _ = try bench.receive(from: Self.cable)
    bench.agent.noteMedia(from: Self.wifi)
    #expect(bench.agent.selected == Self.cable)
  }

  @Test("consent lasts 30 s from the last check, and no longer")
  func consent() throws {
    var bench = Bench()
    _ = try bench.receive(from: Self.wifi, at: 0)
    _ = try bench.receive(from: Self.wifi, at: 20)
    #expect(bench.agent.nextDeadline == Instant.zero + .seconds(50))
    #expect(bench.expires(atMilliseconds: 49_999) == false)
    #expect(bench.agent.isValidated(Self.wifi))
    #expect(bench.expires(atMilliseconds: 50_000) == true)
    #expect(bench.agent.state == .expired)
    #expect(bench.agent.selected == nil)
    #expect(!bench.agent.isValidated(Self.wifi))
    #expect(bench.expires(atMilliseconds: 500_000) == false)
  }

  @Test("when the address in use loses consent, another that still has it takes over")
  func takeOver() throws {
    var bench = Bench()
    _ = try bench.receive(from: Self.wifi, at: 0)
    bench.agent.noteMedia(from: Self.wifi)
    _ = try bench.receive(from: Self.cable, at: 10)
    #expect(bench.expires(atMilliseconds: 30_000) == false)
    #expect(bench.agent.selected == Self.cable)
    #expect(bench.agent.state == .connected)
  }

  @Test("a check after expiry connects again")
  func comesBack() throws {
    var bench = Bench()
    _ = try bench.receive(from: Self.wifi, at: 0)
    #expect(bench.expires(atMilliseconds: 31_000) == true)
    #expect(try bench.receive(from: Self.wifi, at: 40) == .answered(isNewPair: true))
    #expect(bench.agent.state == .connected)
    #expect(bench.agent.selected == Self.wifi)
  }

  @Test("a thousand source ports leave eight addresses, the one in use among them")
  func floodOfPorts() throws {
    var bench = Bench()
    _ = try bench.receive(ICETestCheck(priority: .max, nominates: true), from: Self.wifi)
    bench.agent.noteMedia(from: Self.wifi)
    let ports = UInt16(6000)..<7000
    for port in ports { _ = try bench.receive(from: Self.cable.withPort(port), at: 1) }
    #expect(bench.agent.selected == Self.wifi)
    #expect(bench.agent.isValidated(Self.wifi))
    #expect(ports.filter { bench.agent.isValidated(Self.cable.withPort($0)) }.count == 7)
    #expect(bench.agent.isValidated(Self.cable.withPort(6999)))
  }
}
