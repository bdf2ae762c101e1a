/// Keeps silence off the network. A muted browser goes on sending packets of level 127 (RFC 6464 §3): after a while they
/// are dropped, and the stream goes on without a gap in its numbers when there is sound again.
struct SilenceGate {
  /// Two seconds: pauses between words pass, so that no decoder has to fill them.
  static var hangover: UInt8 { 100 }
  private var silent: UInt8 = 0

  enum Verdict {
    case passes
    /// The first packet after silence that was dropped.
    case resumes
    case dropped
  }

  @inline(__always)
  mutating func take(isSilent: Bool) -> Verdict {
    guard isSilent else {
      let wasClosed = silent == Self.hangover
      silent = 0
      return wasClosed ? .resumes : .passes
    }
    guard silent < Self.hangover else { return .dropped }
    silent &+= 1
    return .passes
  }
}
