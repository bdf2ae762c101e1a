internal import RTCCore

/// Which packet indices each SSRC of one direction has used, for RTP or for RTCP. A table in plain memory, which a look does
/// not retain as it would an array; it begins with nothing and doubles as SSRCs prove authentic, so that a peer costs
/// what its streams take, and what a packet needs lies in two or three lines of the cache.
struct SRTPStreams {
  private struct Stream {
    var ssrc: UInt32
    var isUsed: Bool
    var window = ReplayWindow()
  }

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
  private let limit: Int
  private var count = 0
  /// Open addressing, half full at most. Nil before the first SSRC.
  private var cells: UnsafeMutablePointer<Stream>?
  private var size = 0

  private static var firstSize: Int { 4 }

  init(limit: Int) { self.limit = limit }

  func destroy() { cells?.deallocate() }

  /// Whether no packet was ever recorded.
  var isEmpty: Bool { count == 0 }

  /// Where a packet's look begins: for prefetching.
  var memory: UnsafeRawPointer? { UnsafeRawPointer(cells) }

  /// The index that `sequence` stands for, unless it was used before. Records nothing.
  @inline(__always)
  func admitRTP(ssrc: UInt32, sequence: UInt16) -> Admission {
    guard let cells, let position = position(of: ssrc, in: cells) else {
      return admitNew(ssrc, index: UInt64(sequence))
    }
    let highest = cells[position].window.highest
    guard let index = SRTPPacketIndex.estimate(sequence: sequence, highest: highest) else {
      return .refused((highest ?? 0) >> 32 == 0 ? .tooOld : .keyExhausted)
    }
    return Self.judge(cells[position].window.check(index), Candidate(ssrc: ssrc, index: index, position: position))
  }

  /// The same for an SRTCP index, which the packet carries whole.
  @inline(__always)
  func admitRTCP(ssrc: UInt32, index: UInt32) -> Admission {
    guard let cells, let position = position(of: ssrc, in: cells) else { return admitNew(ssrc, index: UInt64(index)) }
    let candidate = Candidate(ssrc: ssrc, index: UInt64(index), position: position)
    return Self.judge(cells[position].window.check(candidate.index), candidate)
  }

  /// Records an index as used: call it when the packet has proved authentic.
  @inline(__always)
  mutating func commit(_ candidate: Candidate) {
    if let position = candidate.position {
      cells.unsafelyUnwrapped[position].window.commit(candidate.index)
    } else {
      insert(candidate)
    }
  }

  private func admitNew(_ ssrc: UInt32, index: UInt64) -> Admission {
    guard count < limit else { return .refused(.tooManyStreams) }
    return .candidate(Candidate(ssrc: ssrc, index: index, position: nil))
  }

  private mutating func insert(_ candidate: Candidate) {
    guard count < limit else { return }
    if 2 * (count + 1) > size { grow() }
    guard let cells else { return }
    count += 1
    var stream = Stream(ssrc: candidate.ssrc, isUsed: true)
    stream.window.commit(candidate.index)
    cells[home(of: candidate.ssrc, in: cells)] = stream
  }

  private mutating func grow() {
    let old = (cells: cells, size: size)
    size = max(Self.firstSize, 2 * old.size)
    let new = UnsafeMutablePointer<Stream>.allocate(capacity: size)
    new.initialize(repeating: Stream(ssrc: 0, isUsed: false), count: size)
    cells = new
    guard let previous = old.cells else { return }
    for place in 0..<old.size where previous[place].isUsed {
      new[home(of: previous[place].ssrc, in: new)] = previous[place]
    }
    previous.deallocate()
  }

  @inline(__always)
  private func position(of ssrc: UInt32, in cells: UnsafeMutablePointer<Stream>) -> Int? {
    let place = home(of: ssrc, in: cells)
    return cells[place].isUsed ? place : nil
  }

  /// The cell that holds `ssrc`, or the empty one where it belongs. At least half the cells are empty, so it ends.
  @inline(__always)
  private func home(of ssrc: UInt32, in cells: UnsafeMutablePointer<Stream>) -> Int {
    let mask = size &- 1
    var place = Int(ssrc &* 0x9E37_79B9 >> 8) & mask
    while cells[place].isUsed, cells[place].ssrc != ssrc { place = (place &+ 1) & mask }
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
