/// The 48-bit SRTP packet index: rollover counter and sequence number (RFC 3711 §3.3.1).
package enum SRTPPacketIndex {
  /// The index most likely meant by `sequence`, given the highest index so far: authenticated ones when receiving, own
  /// ones when sending. The first packet has rollover 0 wherever its sequence starts, above 32768 too. Nil when the
  /// guess would lie before 0 or past 48 bits, where keys are used up.
  @inline(__always)
  package static func estimate(sequence: UInt16, highest: UInt64?) -> UInt64? {
    guard let highest else { return UInt64(sequence) }
    let last = Int64(highest & 0xFFFF)
    var rollover = Int64(highest >> 16)
    let distance = Int64(sequence) &- last
    if last < 0x8000 {
      if distance > 0x8000 { rollover &-= 1 }
    } else if distance < -0x8000 {
      rollover &+= 1
    }
    guard rollover >= 0, rollover <= 0xFFFF_FFFF else { return nil }
    return UInt64(rollover) << 16 | UInt64(sequence)
  }

  /// ROC of an index.
  @inline(__always)
  package static func rollover(_ index: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: index >> 16) }
}
