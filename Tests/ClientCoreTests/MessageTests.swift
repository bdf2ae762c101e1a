import ClientCore
import SFrame
import Testing

@Suite("Messages and profiles")
struct MessageTests {
  @Test(
    "a box opens for the label and sender it was made for, and for nobody else", arguments: [0, 1, 255, 256, 5_000])
  func roundTrip(length: Int) throws {
    var (ana, ben) = try Participant.pair()
    let content = [UInt8](repeating: 0x61, count: length)
    let box = try ana.session.seal(content, as: .message)
    #expect(throws: FrameError.malformed) { try ben.session.open(box, as: .message, from: 2) }
    #expect(throws: FrameError.self) { try ben.session.open(box, as: .profile, from: 1) }
    #expect(try ben.session.open(box, as: .message, from: 1) == content)
  }

  @Test("a message opens once; a profile again, but never an older one")
  func freshness() throws {
    var (ana, ben) = try Participant.pair()
    let message = try ana.session.seal([1], as: .message)
    let profiles = try [ana.session.seal([2], as: .profile), ana.session.seal([3], as: .profile)]
    #expect(try ben.session.open(message, as: .message, from: 1) == [1])
    #expect(throws: FrameError.replayed) { try ben.session.open(message, as: .message, from: 1) }
    for _ in 0..<2 { #expect(try ben.session.open(profiles[1], as: .profile, from: 1) == [3]) }
    #expect(throws: FrameError.replayed) { try ben.session.open(profiles[0], as: .profile, from: 1) }
  }

  @Test("lengths are hidden in buckets", arguments: [(0, 255), (256, 511), (512, 1_023), (1_024, 2_047)])
  func buckets(_ range: (Int, Int)) throws {
    var (ana, _) = try Participant.pair()
    let sizes = try [range.0, range.1, range.1 + 1].map {
      try ana.session.seal([UInt8](repeating: 1, count: $0), as: .message).count
    }
    #expect(sizes[0] == sizes[1])
    #expect(sizes[2] > sizes[1])
  }

  @Test("what is too long is refused, and the largest fits the protocol")
  func limits() throws {
    var (ana, ben) = try Participant.pair()
    #expect(throws: MessageError.tooLarge) { try ana.session.seal([UInt8](repeating: 0, count: 16_384), as: .message) }
    #expect(throws: MessageError.tooLarge) { try ana.session.seal([UInt8](repeating: 0, count: 1_024), as: .profile) }
    let largest = try ana.session.seal([UInt8](repeating: 0, count: 16_383), as: .message)
    #expect(largest.count < 24_000)
    #expect(try ben.session.open(largest, as: .message, from: 1).count == 16_383)
    #expect(throws: FrameError.malformed) {
      try ben.session.open([UInt8](repeating: 0, count: 1_000_000), as: .message, from: 1)
    }
  }

  @Test("zeros and padding markers at the end of the content survive")
  func trailingBytes() throws {
    var (ana, ben) = try Participant.pair()
    for content in [[0, 0], [0x80], [0x80, 0], [1, 0x80, 0, 0]] as [[UInt8]] {
      let box = try ana.session.seal(content, as: .message)
      #expect(try ben.session.open(box, as: .message, from: 1) == content)
    }
  }

  @Test("a box that was changed or cut anywhere does not open")
  func tampering() throws {
    var (ana, ben) = try Participant.pair()
    let box = try ana.session.seal(Array("hola".utf8), as: .message)
    for position in box.indices {
      var changed = box
      changed[position] ^= 0x01
      #expect(throws: FrameError.self) { try ben.session.open(changed, as: .message, from: 1) }
      #expect(throws: FrameError.self) { try ben.session.open(Array(box[..<position]), as: .message, from: 1) }
    }
    #expect(try ben.session.open(box, as: .message, from: 1) == Array("hola".utf8))
  }
}
