import Bytes
import MediaClient
import RTCCore
import SFU
import Testing

/// Pictures that hardly move: a screen with a page of text is sent about once a second, or less.
@Suite("Pictures that are sent seldom", .serialized)
struct SlowPictureTests {
  @Test("who comes late sees a screen and a camera that are sent once a second", arguments: [1, 2, 3])
  func lateViewer(seed: UInt64) throws {
    let call = Simulation(seed: seed, capacity: 3, path: .perfect, startRate: .kilobits(4_000)) {
      TestSecurity(identity: UInt8($0))
    }
    var slow = ClientConfiguration()
    slow.sendsScreen = true
    slow.screen.frameRate = 1
    slow.camera.frameRate = 1
    try call.join(slow)
    call.apply(.setSource(peer: call.id(0), kind: .screen, enabled: true))
    call.run(.seconds(10))
    try call.join(.listener())
    call.run(.seconds(12))
    let shown = call.tracks(1).filter { $0.isVideo && ($0.slot == nil || $0.slot == 0) }
    #expect(shown.count == 2)
    for track in shown {
      #expect(track.frames >= 9 && track.violations == 0, "seed \(seed): \(track)")
    }
  }
}
