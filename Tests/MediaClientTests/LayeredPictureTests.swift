import Bytes
import RTCCore
import Testing

@testable import MediaClient

/// The check that a scalable stream can be decoded sees what would break a decoder.
@Suite("Checks of a scalable stream")
struct LayeredPictureTests {
  /// One packet that is a whole layer frame.
  private struct Frame {
    var picture: UInt16
    var layer: UInt8
    var isKey = false
    var isLast = true
    var starts = true
    var ends = true
  }

  private func violations(of frames: [Frame]) throws -> (violations: UInt64, shown: UInt64, height: Int) {
    var checker = FrameChecker()
    var statistics = TrackStatistics(slot: 0, isVideo: true)
    for frame in frames {
      let flags: UInt8 = 0xA1 | (frame.isKey ? 0 : 0x40) | (frame.starts ? 0x08 : 0) | (frame.ends ? 0x04 : 0)
      let structure: [UInt8] = frame.isKey && frame.layer == 0 ? [0x30, 0, 80, 0, 90, 0, 160, 0, 180] : []
      let bytes: [UInt8] =
        [structure.isEmpty ? flags : flags | 0x02, 0x80 | UInt8(frame.picture >> 8), UInt8(frame.picture & 0xFF)]
        + [frame.layer << 1, UInt8(frame.picture & 0xFF)] + structure + [1]
      let descriptor = try #require(bytes.withUnsafeBytes { VP9Descriptor($0) })
      checker.take(
        ReceivedPacket(
          timestamp: UInt32(frame.picture) * 3_000, marker: frame.isLast, content: .vp9(descriptor),
          isKeyFrame: descriptor.startsKeyPicture, height: nil, note: nil),
        now: Instant(nanoseconds: Int64(frame.picture) * 33_000_000), &statistics)
    }
    return (statistics.violations, statistics.frames, statistics.height)
  }

  private let key = [Frame(picture: 7, layer: 0, isKey: true, isLast: false), Frame(picture: 7, layer: 1, isKey: true)]

  @Test("a key picture with all its layers, then one layer alone, is right")
  func good() throws {
    let found = try violations(of: key + [Frame(picture: 8, layer: 1), Frame(picture: 9, layer: 1)])
    #expect(found == (0, 3, 180))
  }

  @Test("each fault is counted")
  func faults() throws {
    let faults: [String: [Frame]] = [
      "a picture of another layer": [Frame(picture: 8, layer: 0)],
      "a picture is left out": [Frame(picture: 9, layer: 1)],
      "an old picture again": [Frame(picture: 7, layer: 1)],
      "two layers between key pictures": [Frame(picture: 8, layer: 0, isLast: false), Frame(picture: 8, layer: 1)],
      "a picture without its marker": [Frame(picture: 8, layer: 1, isLast: false), Frame(picture: 9, layer: 1)],
      "a marker in the middle of a layer": [Frame(picture: 8, layer: 1, ends: false)],
      "a layer that goes on without its beginning": [
        Frame(picture: 8, layer: 1, isLast: false, ends: false), Frame(picture: 9, layer: 1, starts: false),
      ],
      "a key picture without the layer between": [
        Frame(picture: 8, layer: 0, isKey: true, isLast: false), Frame(picture: 8, layer: 2, isKey: true),
      ],
    ]
    for (fault, frames) in faults { #expect(try violations(of: key + frames).violations > 0, "\(fault)") }
  }

  @Test("before the first key picture nothing is shown")
  func begins() throws {
    #expect(try violations(of: [Frame(picture: 6, layer: 1)]).shown == 0)
  }
}
