internal import Bytes

/// Who speaks in a room: the order in which voices get slots, and who has the floor. One ranking serves all receivers.
struct SpeakerRanking {
  /// Somebody who spoke lately.
  struct Candidate {
    /// Place of the peer.
    var peer: Int32
    /// Has a turn: spoke within `VoiceActivity.hold`.
    var isActive: Bool
    var lastActive: Instant
    var loudness: Int32
    var speech: SpeechScores
  }

  /// As many voices as a receiver may have slots, and the receiver's own.
  static var maximumVoices: Int { MediaNegotiator.maximumSlots + 1 }
  /// Of two who speak, the louder one comes first only if it is this much louder (dB).
  static var margin: Int32 { 6 }
  /// How long the floor stays at least.
  static var floorTime: TimeDelta { .seconds(1) }
  /// The floor is for who speaks for this many tenths of the last second: a cough is shorter.
  static var leastSpeech: Int { 4 }
  /// How far the logarithms of a challenger's scores must be above those of whoever has the floor, in thousandths: C1, C2
  /// and C3 of Jitsi's `DominantSpeakerIdentification`.
  private static var thresholds: (immediate: Int32, medium: Int32, long: Int32) { (3_000, 2_000, 0) }

  /// Those who have a turn, loudest first, then those who had one lately, the latest first.
  private(set) var voices: [Int32] = []
  /// Has the floor; -1 before anybody spoke.
  private(set) var dominant: Int32 = -1
  private var lastChange = Instant.zero
  private var order: [Candidate] = []

  /// Somebody left.
  mutating func remove(_ peer: Int32) {
    voices.removeAll { $0 == peer }
    if dominant == peer { dominant = -1 }
  }

  /// What changed in an update.
  struct Change: Equatable {
    var voices = false
    var dominant = false
  }

  /// Ranks all who spoke lately. Called a few times a second, and when a turn begins.
  mutating func update(_ candidates: [Candidate], now: Instant) -> Change {
    Change(voices: rank(candidates), dominant: giveFloor(candidates, now: now))
  }

  private mutating func rank(_ candidates: [Candidate]) -> Bool {
    order.removeAll(keepingCapacity: true)
    // As they were; newcomers last.
    for peer in voices { if let old = candidates.first(where: { $0.peer == peer }) { order.append(old) } }
    for candidate in candidates where !voices.contains(candidate.peer) { order.append(candidate) }
    for index in order.indices.dropFirst() {
      var place = index
      while place > 0, Self.precedes(order[place], order[place - 1]) {
        order.swapAt(place - 1, place)
        place -= 1
      }
    }
    if order.count > Self.maximumVoices { order.removeLast(order.count - Self.maximumVoices) }
    guard !order.elementsEqual(voices, by: { $0.peer == $1 }) else { return false }
    voices.removeAll(keepingCapacity: true)
    for candidate in order { voices.append(candidate.peer) }
    return true
  }

  private static func precedes(_ a: Candidate, _ b: Candidate) -> Bool {
    if a.isActive != b.isActive { return a.isActive }
    return a.isActive ? a.loudness > b.loudness + margin : a.lastActive > b.lastActive
  }

  private mutating func giveFloor(_ candidates: [Candidate], now: Instant) -> Bool {
    guard dominant < 0 || now - lastChange >= Self.floorTime else { return false }
    let own = (candidates.first { $0.peer == dominant }?.speech ?? SpeechScores()).logarithms
    var best: (peer: Int32, lead: Int32)?
    for candidate in candidates where candidate.peer != dominant && candidate.speech.long >= Self.leastSpeech {
      let other = candidate.speech.logarithms
      let lead = other.medium - own.medium
      guard other.immediate - own.immediate > Self.thresholds.immediate, lead > Self.thresholds.medium,
        other.long - own.long > Self.thresholds.long, best.map({ lead > $0.lead }) ?? true
      else { continue }
      best = (candidate.peer, lead)
    }
    guard let best else { return false }
    dominant = best.peer
    lastChange = now
    return true
  }
}
