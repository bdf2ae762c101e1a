package import Bytes
package import MediaClient

/// What a client has seen until a moment.
package struct MediaSample: Sendable {
  package var statistics = ClientStatistics()
  package var tracks: [TrackStatistics] = []
  /// Since measuring began.
  package var delays = DelayHistogram()
  /// What marks its own media.
  package var source: UInt32 = 0
  package var isConnected = false
  /// When media was connected; nil before.
  package var connectedAt: Instant?

  package init() {}

  /// When it could show something for the first time: a picture, or where there is none, sound.
  package var firstFrame: Instant? {
    tracks.lazy.filter(\.isVideo).compactMap(\.firstFrame).min() ?? tracks.lazy.compactMap(\.firstFrame).min()
  }

  /// Something has come: of both kinds where `wantsVideo` and `wantsAudio` ask for it.
  package func isServed(wantsVideo: Bool, wantsAudio: Bool) -> Bool {
    isConnected && (!wantsVideo || tracks.contains { $0.isVideo && $0.frames > 0 })
      && (!wantsAudio || tracks.contains { !$0.isVideo && $0.frames > 0 })
  }
}

extension MediaWorker {
  /// One sample for each of the members of each participant.
  func samples(of members: [[Int]]) async -> [[MediaSample]] {
    await ask { fleet in members.map { $0.map { Self.sample($0, in: fleet) } } }
  }

  /// The last sample of clients that go.
  func remove(_ members: [Int]) async -> [MediaSample] {
    await ask { fleet in
      members.map { member in
        defer { fleet.remove(member) }
        return Self.sample(member, in: fleet)
      }
    }
  }

  /// From now on delays are counted anew.
  func forgetDelays() async {
    await ask { fleet in
      for member in fleet.numbers { fleet.withClient(member) { $0.delays = DelayHistogram() } }
    }
  }

  private static func sample(_ member: Int, in fleet: Fleet) -> MediaSample {
    fleet.withClient(member) { client in
      var sample = MediaSample()
      sample.statistics = client.statistics
      sample.tracks = client.trackStatistics
      sample.delays = client.delays
      sample.source = client.source
      sample.isConnected = client.state == .connected
      if client.connectedAt != .zero { sample.connectedAt = client.connectedAt }
      return sample
    }
  }
}
