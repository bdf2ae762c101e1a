import Bytes
import Foundation
import RTCCore
import Testing

@testable import SFU

/// A room of voices in packets of 20 ms, ranked five times a second as the node does.
private struct Conversation {
  var voices: [VoiceActivity]
  var ranking = SpeakerRanking()
  var now = Instant(nanoseconds: 1_000_000_000)
  /// Changes of the floor: when, in seconds, and to whom.
  private(set) var floor: [(time: Double, peer: Int32)] = []
  private(set) var voiceChanges = 0
  private var packets = 0
  private var random: SeededGenerator

  init(people: Int, seed: UInt64) {
    voices = Array(repeating: VoiceActivity(), count: people)
    random = SeededGenerator(seed: seed)
  }

  enum Sound {
    case silence
    /// Words of 150 to 600 ms with pauses of 40 to 160 ms, at this level in dBov.
    case speech(Int)
    /// A burst that dies away, every few seconds.
    case coughs
    /// Clicks of one packet, six a second.
    case keyboard
    case muted
  }

  private var wordEnds: [Int: (end: Int, isWord: Bool)] = [:]

  mutating func run(_ milliseconds: Int, _ sounds: [Sound]) {
    for _ in 0..<(milliseconds / 20) {
      for (person, sound) in sounds.enumerated() {
        guard let level = level(of: sound, person) else { continue }
        _ = voices[person].note(AudioLevel(level: UInt8(clamping: -level), voice: true), now: now)
      }
      if packets % 10 == 0 { rank() }
      packets += 1
      now = now + .milliseconds(20)
    }
  }

  private mutating func level(of sound: Sound, _ person: Int) -> Int? {
    switch sound {
    case .silence: return -Int.random(in: 70...90, using: &random)
    case .muted: return nil
    case .keyboard: return Int.random(in: 0..<8, using: &random) == 0 ? -25 : -70
    case .coughs:
      // 300 ms of every 2.4 s.
      let phase = packets % 120
      return phase < 15 ? -15 - phase : -75
    case .speech(let level):
      if packets >= wordEnds[person]?.end ?? 0 {
        let isWord = !(wordEnds[person]?.isWord ?? false)
        let length = isWord ? Int.random(in: 8...30, using: &random) : Int.random(in: 2...8, using: &random)
        wordEnds[person] = (packets + length, isWord)
      }
      return wordEnds[person]!.isWord ? level + Int.random(in: -8...8, using: &random) : -65
    }
  }

  private mutating func rank() {
    var candidates: [SpeakerRanking.Candidate] = []
    for (index, voice) in voices.enumerated() {
      guard let lastActive = voice.lastActive, voice.spoke(within: VoiceActivity.memory, of: now) else { continue }
      candidates.append(
        SpeakerRanking.Candidate(
          peer: Int32(index), isActive: voice.isActive(at: now), lastActive: lastActive, loudness: voice.loudness,
          speech: voice.speech(at: now)))
    }
    let change = ranking.update(candidates, now: now)
    if change.voices { voiceChanges += 1 }
    if change.dominant { floor.append((Double(packets) / 50, ranking.dominant)) }
  }
}

@Suite("Speakers")
struct SpeakerTests {
  static let seeds: [UInt64] = Array(1...20)

  @Test("scores are those of Volfin and Cohen", arguments: [(0, 13, 0.78), (1, 5, 24), (2, 10, 47)])
  func scores(which: Int, parts: Int, lambda: Double) {
    for value in 0...parts {
      let choose = lgamma(Double(parts) + 1) - lgamma(Double(value) + 1) - lgamma(Double(parts - value) + 1)
      let score = choose + Double(parts) * log(0.5) - log(lambda) + lambda * Double(value)
      let expected = log(max(1e-10, score)) * 1_000
      let all = SpeechScores(
        immediate: which == 0 ? value : 0, medium: which == 1 ? value : 0, long: which == 2 ? value : 0
      ).logarithms
      let found = [all.immediate, all.medium, all.long][which]
      #expect(abs(Double(found) - expected) < 1, "\(value) of \(parts)")
    }
  }

  @Test("who speaks gets the floor within 1.2 s and keeps it through pauses", arguments: seeds)
  func takesFloor(seed: UInt64) throws {
    var room = Conversation(people: 4, seed: seed)
    room.run(2_000, [.silence, .silence, .muted, .silence])
    #expect(room.floor.isEmpty)
    room.run(20_000, [.silence, .speech(-30), .muted, .silence])
    #expect(room.floor.map(\.peer) == [1], "seed \(seed)")
    #expect(try #require(room.floor.first).time < 3.2, "seed \(seed)")
  }

  @Test("coughs and keyboards do not take the floor, from a speaker or from silence", arguments: seeds)
  func noises(seed: UInt64) {
    var room = Conversation(people: 3, seed: seed)
    room.run(20_000, [.silence, .coughs, .keyboard])
    #expect(room.floor.isEmpty, "seed \(seed)")
    room.run(3_000, [.speech(-35), .silence, .silence])
    room.run(30_000, [.speech(-35), .coughs, .keyboard])
    #expect(room.floor.map(\.peer) == [0], "seed \(seed)")
  }

  @Test("an interruption takes the floor within a second when the other gives way", arguments: seeds)
  func interruption(seed: UInt64) throws {
    var room = Conversation(people: 2, seed: seed)
    room.run(5_000, [.speech(-30), .silence])
    room.run(300, [.speech(-30), .speech(-28)])
    room.run(3_000, [.silence, .speech(-28)])
    #expect(room.floor.map(\.peer) == [0, 1], "seed \(seed)")
    #expect(try #require(room.floor.last).time - 5 <= 1, "seed \(seed)")
  }

  @Test("two who talk at once do not make the floor flap", arguments: seeds)
  func noFlapping(seed: UInt64) {
    var room = Conversation(people: 2, seed: seed)
    room.run(60_000, [.speech(-30), .speech(-30)])
    #expect(room.floor.count <= 20, "seed \(seed): \(room.floor.count)")
    for (before, after) in zip(room.floor, room.floor.dropFirst()) {
      #expect(after.time - before.time >= 1, "seed \(seed)")
    }
  }

  @Test("voices stay in their order unless somebody is clearly louder", arguments: seeds)
  func stableRanking(seed: UInt64) {
    var room = Conversation(people: 3, seed: seed)
    room.run(5_000, [.speech(-30), .speech(-31), .speech(-32)])
    let before = room.voiceChanges
    room.run(30_000, [.speech(-30), .speech(-31), .speech(-32)])
    #expect(room.voiceChanges - before <= 30, "seed \(seed): \(room.voiceChanges - before)")
    room.run(5_000, [.speech(-45), .speech(-44), .speech(-15)])
    #expect(room.ranking.voices.first == 2, "seed \(seed)")
  }

  @Test("who falls silent comes after those who speak, and is forgotten after ten seconds")
  func forgotten() {
    var room = Conversation(people: 3, seed: 1)
    room.run(3_000, [.speech(-30), .silence, .silence])
    room.run(4_000, [.silence, .speech(-30), .silence])
    #expect(room.ranking.voices == [1, 0])
    room.run(8_000, [.silence, .speech(-30), .silence])
    #expect(room.ranking.voices == [1])
    room.ranking.remove(1)
    #expect(room.ranking.voices.isEmpty)
    #expect(room.ranking.dominant == -1)
  }

  @Test("who hides levels is heard like the others")
  func withoutLevels() {
    var voice = VoiceActivity()
    var now = Instant(nanoseconds: 1_000_000_000)
    var begins = 0
    for _ in 0..<20 {
      if voice.note(nil, now: now) { begins += 1 }
      now = now + .milliseconds(20)
    }
    #expect(begins == 1)
    #expect(voice.isActive(at: now))
    #expect(voice.speech(at: now + .seconds(2)) == SpeechScores())
  }

  @Test("silence is dropped after two seconds, and sound goes on at once")
  func silenceGate() {
    var gate = SilenceGate()
    for _ in 0..<100 { #expect(gate.take(isSilent: true) == .passes) }
    for _ in 0..<1_000 { #expect(gate.take(isSilent: true) == .dropped) }
    #expect(gate.take(isSilent: false) == .resumes)
    #expect(gate.take(isSilent: false) == .passes)
  }

  @Test("after dropped silence the stream goes on without a gap in its numbers and with the time that passed")
  func resumedStream() throws {
    let room = TestRoom()
    let (a, b) = (try room.add(1), try room.add(2))
    for sequence in UInt16(0)..<400 {
      let level: UInt8 = (100..<300).contains(sequence) ? 127 : 30
      room.deliver(
        a.rtp(
          ssrc: 11, sequence: 65_500 &+ sequence, timestamp: UInt32(sequence) * 960, payloadType: TestOffer.opus,
          mid: "mic", level: level, payload: [9]), from: a)
      room.advance(.milliseconds(20))
    }
    let heard = b.audio(slot: 0)
    #expect(heard.count == 300)
    #expect(room.node.counters[.silence] == 100)
    for (before, after) in zip(heard, heard.dropFirst()) {
      #expect(after.header.sequenceNumber == before.header.sequenceNumber &+ 1)
    }
    #expect(heard[200].header.timestamp &- heard[199].header.timestamp == 101 * 960)
    #expect(heard[299].header.timestamp &- heard[0].header.timestamp == 399 * 960)
    #expect(room.node.counters.switches == 1)
  }
}
