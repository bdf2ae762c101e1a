import Bytes
import MediaClient
import SFU
import Testing

@Suite("Synthetic clients through a node")
struct CallTests {
  @Test("two people hear and see each other, with nothing lost and nothing out of step")
  func pair() throws {
    var rig = try Rig.make([ClientConfiguration(), ClientConfiguration()], seed: 1)
    rig.run(for: .seconds(5))
    for index in 0..<2 {
      #expect(rig.clients[index].state == .connected)
      let (audio, video) = rig.seen(by: index, of: 1 - index)
      #expect(audio?.frames ?? 0 > 230)
      #expect(video?.frames ?? 0 > 135)
      #expect(audio?.slot == video?.slot)
      #expect(audio?.lost == 0 && video?.lost == 0 && video?.recovered == 0)
      #expect(audio?.senderReports ?? 0 >= 3)
      #expect(rig.clients[index].statistics.reportBlocksIn > 0)
      #expect(rig.clients[index].statistics.transportReceived > 500)
      #expect(rig.clients[index].statistics.connectTime ?? .seconds(60) < .milliseconds(300))
    }
    #expect(rig.violations() == 0)
  }

  @Test("who shows a picture large gets it large, who shows it small gets it small")
  func heights() throws {
    var rig = try Rig.make([ClientConfiguration(), .listener(), .listener()], seed: 2)
    rig.view(from: 1, height: 720)
    rig.view(from: 2, height: 180)
    rig.run(for: .seconds(5))
    #expect(rig.seen(by: 1, of: 0).video?.height == 720)
    #expect(rig.seen(by: 2, of: 0).video?.height == 180)
    #expect(rig.violations() == 0)
  }

  @Test("three people are three pairs")
  func three() throws {
    var rig = try Rig.make([ClientConfiguration(), ClientConfiguration(), ClientConfiguration()], seed: 3)
    rig.run(for: .seconds(4))
    for index in 0..<3 {
      for other in 0..<3 where other != index {
        #expect(rig.seen(by: index, of: other).audio?.frames ?? 0 > 150)
        #expect(rig.seen(by: index, of: other).video?.frames ?? 0 > 80)
      }
    }
    #expect(rig.violations() == 0)
  }

  @Test("a shared screen comes in the screen slot, beside the camera")
  func screen() throws {
    var sharing = ClientConfiguration()
    sharing.sendsScreen = true
    sharing.sendsScreenAudio = true
    var rig = try Rig.make([sharing, .listener()], seed: 4)
    rig.run(for: .seconds(4))
    let screen = rig.clients[1].trackStatistics.filter { $0.slot == nil }
    #expect(screen.count == 2)
    #expect(screen.allSatisfy { $0.source == rig.clients[0].source })
    #expect(screen.first { $0.isVideo }?.height == 1080)
    #expect(screen.first { $0.isVideo }?.frames ?? 0 > 25)
    #expect(rig.seen(by: 1, of: 0).video?.frames ?? 0 > 80)
    #expect(rig.violations() == 0)
  }

  @Test("what a bad link loses is asked for again", arguments: [1, 2, 3] as [UInt64])
  func loss(seed: UInt64) throws {
    let link = Rig.Link(jitter: .milliseconds(8), loss: 0.05)
    var rig = try Rig.make([ClientConfiguration(), ClientConfiguration()], seed: seed, link: link)
    rig.run(for: .seconds(10))
    for index in 0..<2 {
      let (audio, video) = rig.seen(by: index, of: 1 - index)
      // A handshake over this link takes its time, so what counts is what came of what could have come.
      #expect(audio?.frames ?? 0 > 300)
      // Frames may still wait behind a gap.
      #expect(Double(audio?.packets ?? 0) > 0.85 * Double(audio?.expected ?? .max))
      #expect(video?.recovered ?? 0 > 5)
      #expect(video?.frames ?? 0 > 200)
      #expect(rig.clients[index].statistics.packetsRepeated > 20)
    }
    #expect(rig.violations() == 0)
  }

  @Test("a camera that was off comes back with a key frame")
  func mute() throws {
    var rig = try Rig.make([ClientConfiguration(), .listener()], seed: 5)
    rig.run(for: .seconds(3))
    rig.clients[0].setSending(.camera, false, now: rig.now)
    rig.apply(.setSource(peer: PeerID(0), kind: .camera, enabled: false))
    rig.run(for: .seconds(3))
    let before = try #require(rig.seen(by: 1, of: 0).video)
    rig.clients[0].setSending(.camera, true, now: rig.now)
    rig.apply(.setSource(peer: PeerID(0), kind: .camera, enabled: true))
    rig.run(for: .seconds(2))
    let after = try #require(rig.seen(by: 1, of: 0).video)
    #expect(before.frames < 100)
    #expect(after.frames > before.frames + 45)
    #expect(after.keyFrames > before.keyFrames)
    #expect(rig.violations() == 0)
  }

  @Test("who says goodbye is gone at once")
  func leave() throws {
    var rig = try Rig.make([ClientConfiguration(), ClientConfiguration()], seed: 6)
    rig.run(for: .seconds(2))
    rig.leave(0)
    rig.run(for: .milliseconds(200))
    #expect(rig.events.contains(.disconnected(PeerID(0), reason: .closed)))
    #expect(rig.clients[1].state == .connected)
  }

  @Test("who falls silent is gone in half a minute, on both sides")
  func silence() throws {
    var rig = try Rig.make([ClientConfiguration(), .listener()], seed: 7)
    rig.run(for: .seconds(2))
    rig.link.loss = 1
    rig.run(for: .seconds(31))
    #expect(rig.events.contains(.disconnected(PeerID(0), reason: .consentExpired)))
    #expect(rig.clients[0].state == .ended)
  }

  @Test("the same seed is the same call")
  func repeats() throws {
    func frames() throws -> [UInt64] {
      let link = Rig.Link(jitter: .milliseconds(10), loss: 0.1)
      var rig = try Rig.make([ClientConfiguration(), ClientConfiguration()], seed: 8, link: link)
      rig.run(for: .seconds(4))
      return (0..<2).flatMap { rig.clients[$0].trackStatistics.flatMap { [$0.packets, $0.frames, $0.recovered] } }
    }
    #expect(try frames() == frames())
  }
}
