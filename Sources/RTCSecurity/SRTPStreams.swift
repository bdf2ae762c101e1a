internal import RTCCore

/// Which packet indices each SSRC of one direction has used. Flat memory of a fixed capacity, whose pages are touched
/// only as SSRCs appear; nothing allocates after `init`.
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

  private var table: SSRCTable
  private let streams: UnsafeMutablePointer<Stream>

  init(capacity: Int) {
    table = SSRCTable(capacity: capacity)
    streams = .allocate(capacity: table.capacity)
  }

  func destroy() { streams.deallocate() }

  /// The index that `sequence` stands for, unless it was used before. Records nothing.
  @inline(__always)
  func admitRTP(ssrc: UInt32, sequence: UInt16) -> Admission {
    guard let position = table.index(of: ssrc) else { return admitNew(ssrc, index: UInt64(sequence)) }
    let highest = streams[position].rtp.highest
    guard let index = SRTPPacketIndex.estimate(sequence: sequence, highest: highest) else {
      return .refused((highest ?? 0) >> 32 == 0 ? .tooOld : .keyExhausted)
    }
    return Self.judge(streams[position].rtp.check(index), Candidate(ssrc: ssrc, index: index, position: position))
  }

  /// The same for an SRTCP index, which the packet carries whole.
  @inline(__always)
  func admitRTCP(ssrc: UInt32, index: UInt32) -> Admission {
    guard let position = table.index(of: ssrc) else { return admitNew(ssrc, index: UInt64(index)) }
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
    guard table.count < table.capacity else { return .refused(.tooManyStreams) }
    return .candidate(Candidate(ssrc: ssrc, index: index, position: nil))
  }

  private mutating func insert(_ ssrc: UInt32) -> Int? {
    guard let position = table.insert(ssrc) else { return nil }
    (streams + position).initialize(to: Stream())
    return position
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
