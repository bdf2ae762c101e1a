import RTCCore
import RTCSecurity
import Testing

@Suite("SRTP sessions")
struct SRTPSessionTests {
  @Test("what one end seals the other opens, byte for byte", arguments: SRTPProfile.allCases)
  func roundTrip(_ profile: SRTPProfile) throws {
    let pair = SRTPPair(profile)
    defer { pair.destroy() }
    for length in [0, 1, 15, 16, 17, 1188] {
      let packet = rtpPacket(sequence: UInt16(40_000 + length), payload: [UInt8](repeating: 0x5A, count: length))
      let sealed = try pair.a.sealRTP(packet).get()
      #expect(sealed.count == packet.count + pair.a.rtpOverhead)
      #expect(length < 8 || !sealed.contains(sequence: packet[12...]))
      #expect(try pair.b.openRTP(sealed).get() == packet)
      let report = rtcpPacket(ssrc: UInt32(length))
      #expect(try pair.b.openRTCP(pair.a.sealRTCP(report).get()).get() == report)
    }
  }

  @Test("a payload sealed from elsewhere gives the same packet", arguments: SRTPProfile.allCases)
  func sealedFromElsewhere(_ profile: SRTPProfile) throws {
    let packet = rtpPacket(sequence: 9)
    for written in [12, 13, 28, packet.count] {
      let one = SRTPPair(profile)
      let other = SRTPPair(profile)
      #expect(try one.a.sealRTP(packet).get() == other.a.sealRTP(packet, written: written).get())
      one.destroy()
      other.destroy()
    }
  }

  @Test("a header with CSRCs and extensions stays clear and is authenticated", arguments: SRTPProfile.allCases)
  func longHeader(_ profile: SRTPProfile) throws {
    let pair = SRTPPair(profile)
    defer { pair.destroy() }
    let header = hex("92600001 00000000 11223344 aaaaaaaa bbbbbbbb bede0001 10ff0000")
    let sealed = try pair.a.sealRTP(header + [1, 2, 3]).get()
    #expect(Array(sealed[..<header.count]) == header)
    var damaged = sealed
    damaged[25] ^= 1
    #expect(pair.b.openRTP(damaged) == .failure(.badTag))
    #expect(try pair.b.openRTP(sealed).get() == header + [1, 2, 3])
  }

  @Test("a packet is opened once", arguments: SRTPProfile.allCases)
  func replay(_ profile: SRTPProfile) throws {
    let pair = SRTPPair(profile)
    defer { pair.destroy() }
    let sealed = try (0..<3).map { try pair.a.sealRTP(rtpPacket(sequence: 100 + $0)).get() }
    for packet in [sealed[2], sealed[0]] { _ = try pair.b.openRTP(packet).get() }
    #expect(pair.b.openRTP(sealed[0]) == .failure(.replayed))
    #expect(pair.b.openRTP(sealed[2]) == .failure(.replayed))
    _ = try pair.b.openRTP(sealed[1]).get()
    let report = try pair.a.sealRTCP(rtcpPacket()).get()
    _ = try pair.b.openRTCP(report).get()
    #expect(pair.b.openRTCP(report) == .failure(.replayed))
  }

  @Test("a packet behind the window is refused as too old", arguments: SRTPProfile.allCases)
  func tooOld(_ profile: SRTPProfile) throws {
    let pair = SRTPPair(profile)
    defer { pair.destroy() }
    let old = try pair.a.sealRTP(rtpPacket(sequence: 1)).get()
    _ = try pair.b.openRTP(pair.a.sealRTP(rtpPacket(sequence: 3000)).get()).get()
    #expect(pair.b.openRTP(old) == .failure(.tooOld))
  }

  @Test("one sequence number is never sealed twice", arguments: SRTPProfile.allCases)
  func sealedOnce(_ profile: SRTPProfile) throws {
    let pair = SRTPPair(profile)
    defer { pair.destroy() }
    _ = try pair.a.sealRTP(rtpPacket(sequence: 5)).get()
    #expect(pair.a.sealRTP(rtpPacket(sequence: 5, payload: [1])) == .failure(.replayed))
    _ = try pair.a.sealRTP(rtpPacket(sequence: 4)).get()
  }

  @Test("any bit turned over is noticed, and changes nothing", arguments: SRTPProfile.allCases)
  func damage(_ profile: SRTPProfile) throws {
    let pair = SRTPPair(profile)
    defer { pair.destroy() }
    let sealed = try pair.a.sealRTP(rtpPacket(sequence: 5, payload: [1, 2, 3, 4])).get()
    // The first byte is skipped: other header lengths are another story, told below.
    for bit in 8..<(sealed.count * 8) {
      var damaged = sealed
      damaged[bit / 8] ^= 1 << (bit % 8)
      #expect(pair.b.openRTP(damaged) == .failure(.badTag))
    }
    _ = try pair.b.openRTP(sealed).get()
    let report = try pair.a.sealRTCP(rtcpPacket()).get()
    for bit in 8..<(report.count * 8) {
      var damaged = report
      damaged[bit / 8] ^= 1 << (bit % 8)
      let outcome = pair.b.openRTCP(damaged)
      #expect(outcome == .failure(.badTag) || outcome == .failure(.unencrypted))
    }
    _ = try pair.b.openRTCP(report).get()
  }

  @Test("a packet cut short anywhere is refused, never read past", arguments: SRTPProfile.allCases)
  func truncation(_ profile: SRTPProfile) throws {
    let pair = SRTPPair(profile)
    defer { pair.destroy() }
    let sealed = try pair.a.sealRTP(hex("92600001 00000000 11223344 aaaaaaaa bbbbbbbb bede0001 10ff0000 0102")).get()
    for length in 0..<sealed.count {
      #expect(throws: SRTPDropReason.self) { try pair.b.openRTP(Array(sealed[..<length])).get() }
    }
    let report = try pair.a.sealRTCP(rtcpPacket()).get()
    for length in 0..<report.count {
      #expect(throws: SRTPDropReason.self) { try pair.b.openRTCP(Array(report[..<length])).get() }
    }
  }

  @Test("random bytes are refused", arguments: SRTPProfile.allCases, [1, 2] as [UInt64])
  func noise(_ profile: SRTPProfile, seed: UInt64) {
    let pair = SRTPPair(profile)
    defer { pair.destroy() }
    var random = SeededGenerator(seed: seed)
    for _ in 0..<2000 {
      var bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      if !bytes.isEmpty { bytes[0] = bytes[0] & 0x3F | 0x80 }
      #expect(throws: SRTPDropReason.self) { try pair.b.openRTP(bytes).get() }
      #expect(throws: SRTPDropReason.self) { try pair.b.openRTCP(bytes).get() }
    }
  }

  @Test(
    "the rollover counter follows across the wrap, with packets out of order around it", arguments: SRTPProfile.allCases
  )
  func rollover(_ profile: SRTPProfile) throws {
    let pair = SRTPPair(profile)
    defer { pair.destroy() }
    let sequences = (0..<200_000).map { UInt16(truncatingIfNeeded: 65_000 + $0) }
    var held: [UInt8]?
    for (position, sequence) in sequences.enumerated() where position % 97 == 0 || position > 199_900 {
      let packet = rtpPacket(sequence: sequence, payload: [UInt8](sequence.description.utf8))
      let sealed = try pair.a.sealRTP(packet).get()
      // Every other packet is overtaken by the one after it.
      if let late = held {
        #expect(try pair.b.openRTP(sealed).get() == packet)
        _ = try pair.b.openRTP(late).get()
        held = nil
      } else {
        held = sealed
      }
    }
  }

  @Test("a first packet just below the wrap does not confuse the one after it", arguments: SRTPProfile.allCases)
  func wrapAtOnce(_ profile: SRTPProfile) throws {
    let pair = SRTPPair(profile)
    defer { pair.destroy() }
    let before = try pair.a.sealRTP(rtpPacket(sequence: 65_535)).get()
    let after = try pair.a.sealRTP(rtpPacket(sequence: 0)).get()
    _ = try pair.b.openRTP(before).get()
    _ = try pair.b.openRTP(after).get()
  }

  @Test("SSRCs beyond the limit are refused and the known ones go on", arguments: SRTPProfile.allCases)
  func tooManyStreams(_ profile: SRTPProfile) throws {
    let pair = SRTPPair(profile, streamLimit: 4)
    let wide = SRTPPair(profile)
    defer {
      pair.destroy()
      wide.destroy()
    }
    for ssrc in 0..<4 as Range<UInt32> {
      _ = try pair.b.openRTP(wide.a.sealRTP(rtpPacket(ssrc: ssrc, sequence: 1)).get()).get()
    }
    #expect(pair.b.openRTP(try wide.a.sealRTP(rtpPacket(ssrc: 4, sequence: 1)).get()) == .failure(.tooManyStreams))
    _ = try pair.b.openRTP(wide.a.sealRTP(rtpPacket(ssrc: 0, sequence: 2)).get()).get()
  }

  @Test("a forged SSRC takes no place in the table", arguments: SRTPProfile.allCases)
  func forgedStreams(_ profile: SRTPProfile) throws {
    let pair = SRTPPair(profile, streamLimit: 2)
    defer { pair.destroy() }
    for ssrc in 0..<100 as Range<UInt32> {
      #expect(pair.b.openRTP(rtpPacket(ssrc: ssrc, sequence: 1)) == .failure(.badTag))
    }
    _ = try pair.b.openRTP(pair.a.sealRTP(rtpPacket(ssrc: 500, sequence: 1)).get()).get()
  }

  @Test("a packet of another session is refused", arguments: SRTPProfile.allCases)
  func otherSession(_ profile: SRTPProfile) throws {
    let pair = SRTPPair(profile)
    defer { pair.destroy() }
    #expect(pair.a.openRTP(try pair.a.sealRTP(rtpPacket(sequence: 1)).get()) == .failure(.badTag))
  }

  @Test("unencrypted RTCP is refused", arguments: SRTPProfile.allCases)
  func unencrypted(_ profile: SRTPProfile) throws {
    let pair = SRTPPair(profile)
    defer { pair.destroy() }
    var report = try pair.a.sealRTCP(rtcpPacket()).get()
    let flag = profile == .aeadAES128GCM ? report.count - 4 : report.count - 14
    report[flag] &= 0x7F
    #expect(pair.b.openRTCP(report) == .failure(.unencrypted))
  }

  @Test("a buffer without room for the tag is refused", arguments: SRTPProfile.allCases)
  func noRoom(_ profile: SRTPProfile) {
    let pair = SRTPPair(profile)
    defer { pair.destroy() }
    var session = pair.a
    var packet = rtpPacket(sequence: 1)
    let length = packet.count
    packet.withUnsafeMutableBytes {
      #expect(
        session.protectRTP($0, written: length, payload: UnsafeRawBufferPointer(start: nil, count: 0))
          == .dropped(.noRoom))
    }
  }
}

extension [UInt8] {
  fileprivate func contains(sequence: ArraySlice<UInt8>) -> Bool {
    indices.contains { self[$0...].starts(with: sequence) }
  }
}
