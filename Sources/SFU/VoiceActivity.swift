internal import Bytes
internal import RTCCore

/// What one person's voice did lately, from the levels that the sender writes into its packets (RFC 6464): a bit for each
/// packet, and a loudness that is quick to rise and slow to fall.
struct VoiceActivity {
  /// Loudness of speech: 80 is -47 dBov, above breath and fans.
  static var speech: Int32 { 80 }
  /// A turn lasts this long beyond its last word.
  static var hold: TimeDelta { .milliseconds(2_000) }
  /// Whoever spoke within this time keeps a slot for sound that nobody else needs: the beginning of an answer is heard.
  static var memory: TimeDelta { .seconds(10) }
  /// Of the last five packets, those that must be loud for a turn to begin: a click of a keyboard fills one or two.
  private static var loudPackets: Int { 4 }
  /// 20 ms, as browsers packetize.
  private static var packetTime: Int64 { 20_000_000 }

  /// The newest packet has the lowest bit: whether it was as loud as speech.
  private var packets: UInt64 = 0
  private var lastPacket = Instant.zero
  private var loudnessTimes16: Int32 = 0
  /// When the last five packets last were speech.
  private(set) var lastActive: Instant?

  /// A packet came. One without a level counts as speech: who hides levels is heard like the others. True when a turn
  /// begins.
  @inline(__always)
  mutating func note(_ level: AudioLevel?, now: Instant) -> Bool {
    let loudness = 127 &- Int32(level?.level ?? 40)
    packets = shifted(to: now) << 1 | (loudness >= Self.speech ? 1 : 0)
    lastPacket = now
    loudnessTimes16 &+= (loudness &* 16 &- loudnessTimes16) / (loudness &* 16 > loudnessTimes16 ? 4 : 32)
    guard (packets & 0x1F).nonzeroBitCount >= Self.loudPackets else { return false }
    let begins = !isActive(at: now)
    lastActive = now
    return begins
  }

  func isActive(at now: Instant) -> Bool { spoke(within: Self.hold, of: now) }

  func spoke(within time: TimeDelta, of now: Instant) -> Bool { lastActive.map { now - $0 < time } ?? false }

  /// Smoothed, 0 (silent) ... 127.
  var loudness: Int32 { loudnessTimes16 / 16 }

  /// How speech fills the last 20 ms, 100 ms and second (Volfin and Cohen 2013, §III).
  func speech(at now: Instant) -> SpeechScores {
    let packets = shifted(to: now)
    var long = 0
    for part in 0..<SpeechScores.longest {
      if (packets >> UInt64(5 * part) & 0x1F).nonzeroBitCount >= Self.loudPackets { long += 1 }
    }
    let isLoud = packets & 1 == 1 && loudness >= Self.speech
    return SpeechScores(
      immediate: isLoud ? Int(loudness + 9) / 10 : 0, medium: (packets & 0x1F).nonzeroBitCount, long: long)
  }

  /// Time in which nothing came, beyond what two packets may be late, is silence.
  private func shifted(to now: Instant) -> UInt64 {
    let missing = (now - lastPacket).nanoseconds / Self.packetTime - 3
    return missing <= 0 ? packets : missing >= 64 ? 0 : packets << UInt64(missing)
  }
}

/// Speech in three lengths of time, each as the number of parts of it that were speech.
struct SpeechScores: Equatable {
  static var longest: Int { 10 }

  /// Loudness of the last packet, 0...13; 0 below speech.
  var immediate = 0
  /// Packets of the last 100 ms that were as loud as speech, 0...5.
  var medium = 0
  /// Tenths of the last second that were speech, 0...10.
  var long = 0

  /// Logarithms of the activity scores, in thousandths, as Jitsi's `DominantSpeakerIdentification` computes them:
  /// ln max(1e-10, ln C(n, v) + n ln 0.5 - ln l + l v) with n = 13, 5, 10 and l = 0.78, 24, 47.
  private static let immediateScores: InlineArray<14, Int32> = [
    -23_026, -23_026, -23_026, -23_026, -73, 832, 1_214, 1_422, 1_534, 1_575, 1_546, 1_429, 1_151, 320,
  ]
  private static let mediumScores: InlineArray<6, Int32> = [-23_026, 2_943, 3_776, 4_214, 4_510, 4_731]
  private static let longScores: InlineArray<11, Int32> = [
    -23_026, 3_651, 4_466, 4_905, 5_207, 5_437, 5_622, 5_778, 5_911, 6_027, 6_130,
  ]

  var logarithms: (immediate: Int32, medium: Int32, long: Int32) {
    (Self.immediateScores[immediate], Self.mediumScores[medium], Self.longScores[long])
  }
}
