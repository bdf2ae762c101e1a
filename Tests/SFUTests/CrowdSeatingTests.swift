import Bytes
import RTCCore
import Testing

@testable import SFU

@Suite("Seats in a crowd")
struct CrowdSeatingTests {
  private let room = TestRoom()
  private let listener: TestPeer
  private let others: [TestPeer]

  /// One who has two slots, and four others.
  init() throws {
    listener = try room.add(1) { $0.slots = 2 }
    others = try (2...5).map { [room] in try room.add($0) { $0.slots = 4 } }
    room.events = []
  }

  private func speak(_ peer: TestPeer, from start: UInt16, seconds: Int = 1) {
    for index in 0..<UInt16(50 * seconds) {
      room.deliver(
        peer.rtp(
          ssrc: UInt32(peer.id.rawValue), sequence: start + index, payloadType: TestOffer.opus, mid: "mic", level: 30,
          payload: [1]), from: peer)
      room.advance(.milliseconds(20))
    }
  }

  /// Who is in the listener's slots, as it was told since the beginning of the test.
  private func told() -> [PeerID?] {
    room.events.compactMap {
      guard case .slotChanged(listener.id, _, .person, let source) = $0 else { return nil }
      return .some(source)
    }
  }

  @Test("a slot in which nobody was asked for shows who has the floor; one that was asked for stays")
  func followsFloor() {
    room.apply(
      .setView(
        peer: listener.id,
        requests: [
          ViewRequest(slot: 0, participant: others[0].id, pixelHeight: 360),
          ViewRequest(slot: 1, participant: nil, pixelHeight: 360),
        ]))
    speak(others[2], from: 1)
    speak(others[3], from: 1, seconds: 2)
    #expect(told() == [others[2].id, others[3].id])
    #expect(room.events.contains(.slotChanged(receiver: listener.id, slot: 1, kind: .person, source: others[3].id)))
  }

  @Test("who is not asked for and not shown at all takes no seat")
  func hiddenSlots() {
    room.apply(
      .setView(peer: listener.id, requests: (0..<2).map { ViewRequest(slot: $0, participant: nil, pixelHeight: 0) }))
    speak(others[3], from: 1, seconds: 2)
    #expect(told().isEmpty)
  }

  @Test("who turns a camera on takes the place of somebody whose camera is off")
  func cameraOn() {
    for peer in others { room.apply(.setSource(peer: peer.id, kind: .camera, enabled: false)) }
    #expect(told().isEmpty)
    room.apply(.setSource(peer: others[3].id, kind: .camera, enabled: true))
    #expect(told() == [others[3].id])
    room.apply(.setSource(peer: others[2].id, kind: .camera, enabled: true))
    room.apply(.setSource(peer: others[1].id, kind: .camera, enabled: true))
    #expect(told() == [others[3].id, others[2].id], "both seats show something now")
  }

  @Test("a screen that nobody shows is paused, and is asked for again at once when somebody looks")
  func pausedScreen() {
    let presenter = others[0]
    room.apply(.setSource(peer: presenter.id, kind: .screen, enabled: true))
    for peer in others.dropFirst() { room.apply(.removePeer(peer.id)) }
    func share(_ seconds: Int, from start: UInt16) {
      for index in 0..<UInt16(seconds * 10) {
        room.deliver(
          presenter.rtp(
            ssrc: 70, sequence: start + index, timestamp: UInt32(start + index) * 9_000, mid: "scr",
            payload: index == 0
              ? TestPeer.keyFrame(picture: start + index, height: 1_080) : TestPeer.vp8(picture: start + index)),
          from: presenter)
        room.advance(.milliseconds(100))
      }
    }
    share(8, from: 1)
    #expect(!room.events.contains(.sendLayers(presenter.id, .screen, layers: 0)))
    room.apply(.removePeer(listener.id))
    share(8, from: 100)
    #expect(room.events.last == .sendLayers(presenter.id, .screen, layers: 0))
    _ = try? room.add(9) { $0.slots = 2 }
    #expect(room.events.contains(.sendLayers(presenter.id, .screen, layers: 1)))
  }
}
