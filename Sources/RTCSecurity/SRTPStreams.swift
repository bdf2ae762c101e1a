internal import RTCCore

/// Which packet indices each SSRC of one direction has used. A fixed number of SSRCs in plain memory, whose pages are
/// touched only as SSRCs appear: nothing allocates after `init`, and a look retains nothing, as it would an array.
struct SRTPStreams {
  private struct Stream {
    var rtp = ReplayWindow()
    var rtcp = ReplayWindow()
  }

  enum Kind { case rtp, rtcp }

  /// An index that may be used, not yet recorded. `position` is nil for an SSRC never seen.
  struct Candidate {
    let ssrc: UInt32
    let index: UInt64
    fileprivate let position: Int?
  }

  enum Admission {
    case candidate(Candidate)
    case refused(SRTPDropReason)
  }

  /// SSRCs at most, and now.
  private let capacity: Int
  private var count = 0
  private let streams: UnsafeMutablePointer<Stream>
  /// Open addressing, half full at most: SSRC in the low half, position + 1 in the high one, 0 for an empty cell.
  private let cells: UnsafeMutablePointer<UInt64>
  private let mask: Int

  /// `capacity` is at least 1.
  init(capacity: Int) {
    self.capacity = capacity
    streams = .allocate(capacity: capacity)
    let size = 1 << (Int.bitWidth - (2 * capacity - 1).leadingZeroBitCount)
    cells = .allocate(capacity: size)
    cells.initialize(repeating: 0, count: size)
    mask = size - 1
  }

  func destroy() {
    streams.deallocate()
    cells.deallocate()
  }

  /// The index that `sequence` stands for, unless it was used before. Records nothing.
  @inline(__always)
  func admitRTP(ssrc: UInt32, sequence: UInt16) -> Admission {
    guard let position = position(of: ssrc) else { return admitNew(ssrc, index: UInt64(sequence)) }
    let highest = streams[position].rtp.highest
    guard let index = SRTPPacketIndex.estimate(sequence: sequence, highest: highest) else {
      return .refused((highest ?? 0) >> 32 == 0 ? .tooOld : .keyExhausted)
    }
    return Self.judge(streams[position].rtp.check(index), Candidate(ssrc: ssrc, index: index, position: position))
  }

  /// The same for an SRTCP index, which the packet carries whole.
  @inline(__always)
  func admitRTCP(ssrc: UInt32, index: UInt32) -> Admission {
    guard let position = position(of: ssrc) else { return admitNew(ssrc, index: UInt64(index)) }
    let candidate = Candidate(ssrc: ssrc, index: UInt64(index), position: position)
    return Self.judge(streams[position].rtcp.check(candidate.index), candidate)
  }

  /// Records an index as used: call it when the packet has proved authentic.
  @inline(__always)
  mutating func commit(_ candidate: Candidate, of kind: Kind) {
    guard let position = candidate.position ?? insert(candidate.ssrc) else { return }
    switch kind {
    case .rtp: streams[position].rtp.commit(candidate.index)
    case .rtcp: streams[position].rtcp.commit(candidate.index)
    }
  }

  private func admitNew(_ ssrc: UInt32, index: UInt64) -> Admission {
    guard count < capacity else { return .refused(.tooManyStreams) }
    return .candidate(Candidate(ssrc: ssrc, index: index, position: nil))
  }

  /// Nil when there is no room.
  private mutating func insert(_ ssrc: UInt32) -> Int? {
    guard count < capacity else { return nil }
    (streams + count).initialize(to: Stream())
    count &+= 1
    cells[cell(of: ssrc)] = UInt64(count) << 32 | UInt64(ssrc)
    return count &- 1
  }

  @inline(__always)
  private func position(of ssrc: UInt32) -> Int? {
    let cell = cells[cell(of: ssrc)]
    return cell == 0 ? nil : Int(cell >> 32) &- 1
  }

  /// The cell that holds `ssrc`, or the empty one where it belongs.
  @inline(__always)
  private func cell(of ssrc: UInt32) -> Int {
    var place = Int(ssrc &* 0x9E37_79B9 >> 8) & mask
    while cells[place] != 0, UInt32(truncatingIfNeeded: cells[place]) != ssrc { place = (place &+ 1) & mask }
    return place
  }

  @inline(__always)
  private static func judge(_ verdict: ReplayWindow.Verdict, _ candidate: Candidate) -> Admission {
    switch verdict {
    case .fresh: .candidate(candidate)
    case .replayed: .refused(.replayed)
    case .tooOld: .refused(.tooOld)
    }
  }
}
