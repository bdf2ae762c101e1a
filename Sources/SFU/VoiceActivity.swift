internal import Bytes
internal import RTCCore

/// How loud somebody has been lately, from the levels that the sender writes into its packets (RFC 6464): quick to rise,
/// slow to fall, so that a pause between words does not end a turn.
struct VoiceActivity {
  /// Smoothed loudness, 0 (silent) ... 127, times 16.
  private(set) var score: Int32 = 0
  /// When the score last was that of speech.
  private(set) var lastActive: Instant?

  /// -47 dBov: above breath and fans, below speech.
  private static var speech: Int32 { 80 * 16 }
  /// A turn lasts this long beyond its last word.
  static var hold: TimeDelta { .milliseconds(2_000) }

  /// A packet came. One without a level counts as speech: who hides levels is heard like the others.
  @inline(__always)
  mutating func note(_ level: AudioLevel?, now: Instant) {
    let loudness = (127 &- Int32(level?.level ?? 40)) &* 16
    score &+= (loudness &- score) / (loudness > score ? 4 : 16)
    if score >= Self.speech { lastActive = now }
  }

  func isActive(at now: Instant) -> Bool {
    guard let lastActive else { return false }
    return now - lastActive < Self.hold
  }
}
