package import Bytes
package import MediaClient

/// Sums over clients, between two moments.
package struct LoadTally: Sendable {
  /// Packets of one kind on the way to receivers.
  package struct Way: Sendable, Equatable {
    /// By their sequence numbers; of these, those that came unasked, and those that never came.
    package var expected: UInt64 = 0
    package var arrived: UInt64 = 0
    package var lost: UInt64 = 0
    package var recovered: UInt64 = 0

    package static func + (a: Way, b: Way) -> Way {
      Way(
        expected: a.expected + b.expected, arrived: a.arrived + b.arrived, lost: a.lost + b.lost,
        recovered: a.recovered + b.recovered)
    }

    /// Percent that did not come unasked.
    package var lossBefore: Double { share(expected > arrived ? expected - arrived : 0) }
    /// Percent that never came.
    package var lossAfter: Double { share(lost) }

    private func share(_ count: UInt64) -> Double {
      expected == 0 ? 0 : min(100, 100 * Double(count) / Double(expected))
    }
  }

  package var audio = Way()
  package var video = Way()
  /// RTP packets and bytes that clients received and sent.
  package var packetsIn: UInt64 = 0
  package var bytesIn: UInt64 = 0
  package var packetsOut: UInt64 = 0
  package var bytesOut: UInt64 = 0
  /// Packets that the server reports as missing on the way to it, and all that it reports on.
  package var upLost: UInt64 = 0
  package var upReported: UInt64 = 0
  package var pictures: UInt64 = 0
  package var freezes: UInt64 = 0
  package var freezeTime = TimeDelta.zero
  package var shownTime = TimeDelta.zero
  /// Requests of receivers, and key frames that senders made.
  package var keyFramesAsked: UInt64 = 0
  package var keyFramesSent: UInt64 = 0
  /// Pictures and packets of sound that the generator was too late to make.
  package var skipped: UInt64 = 0
  package var nacks: UInt64 = 0
  package var violations: UInt64 = 0
  /// How many pictures of which height were shown at the end.
  package var heights: [Int: Int] = [:]
  package var delays = DelayHistogram()

  package init() {}

  /// Adds what a client saw until `end`, from `start` on or from its beginning.
  package mutating func add(_ end: MediaSample, since start: MediaSample?) {
    let before = start?.statistics ?? ClientStatistics()
    packetsIn += end.tracks.reduce(0) { $0 + $1.packets } - (start?.tracks.reduce(0) { $0 + $1.packets } ?? 0)
    bytesIn += end.statistics.bytesIn - before.bytesIn
    packetsOut += end.statistics.packetsSent - before.packetsSent
    bytesOut += end.statistics.bytesOut - before.bytesOut
    upLost += end.statistics.transportLost - before.transportLost
    let reported = end.statistics.transportLost + end.statistics.transportReceived
    upReported += reported - before.transportLost - before.transportReceived
    keyFramesSent += end.statistics.keyFramesSent - before.keyFramesSent
    skipped += end.statistics.skipped - before.skipped
    delays.add(end.delays)
    for (index, track) in end.tracks.enumerated() {
      let empty = TrackStatistics(slot: track.slot, isVideo: track.isVideo)
      add(track, since: start?.tracks.indices.contains(index) == true ? start?.tracks[index] ?? empty : empty)
    }
  }

  private mutating func add(_ end: TrackStatistics, since start: TrackStatistics) {
    let way = Way(
      expected: end.expected - start.expected, arrived: end.arrived - start.arrived, lost: end.lost - start.lost,
      recovered: end.recovered - start.recovered)
    nacks += end.nacksSent - start.nacksSent
    violations += end.violations - start.violations
    guard end.isVideo else {
      audio = audio + way
      return
    }
    video = video + way
    pictures += end.frames - start.frames
    freezes += end.freezes - start.freezes
    freezeTime = freezeTime + (end.freezeTime - start.freezeTime)
    shownTime = shownTime + (end.shownTime - start.shownTime)
    keyFramesAsked += end.pictureLossesSent - start.pictureLossesSent
    if end.frames > start.frames, end.height > 0 { heights[end.height, default: 0] += 1 }
  }

  /// A picture that stands still since `lastFrame` at the end, though its sender is there.
  package mutating func addStandstill(_ duration: TimeDelta) {
    freezes += 1
    freezeTime = freezeTime + duration
    shownTime = shownTime + duration
  }

  /// Percent of the time that pictures were shown.
  package var freezeShare: Double {
    shownTime > .zero ? 100 * freezeTime.seconds / shownTime.seconds : 0
  }
}
