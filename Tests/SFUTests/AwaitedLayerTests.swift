import Bytes
import RTCCore
import Testing

@testable import SFU

/// A camera whose smaller layers were paused because nobody took them, and a path that becomes narrow: the layers come back
/// when the sender has heard of it, and the path is measured anew meanwhile.
@Suite("Layers that are asked for again")
struct AwaitedLayerTests {
  private let room = TestRoom()
  private let camera: TestCamera
  private let viewer: TestPeer

  init() throws {
    camera = TestCamera(try room.add(1))
    viewer = try room.add(2)
    for peer in room.peers {
      let shown = peer === viewer ? camera.peer.id : nil
      let height = peer === viewer ? 720 : 0
      room.apply(
        .setView(peer: peer.id, requests: [ViewRequest(slot: 0, participant: shown, pixelHeight: height)]))
    }
    run(80)
    viewer.forget()
    camera.peer.forget()
  }

  /// Tenths of a second, in each of which a picture of the layers in `camera.sent` comes. Without `delay` the sender
  /// does what it is told at once, else after as many tenths.
  private func run(_ tenths: Int, delay: Int = 0) {
    for _ in 0..<tenths {
      camera.obey(room.events, delay: delay)
      for packet in camera.picture() { room.deliver(packet, from: camera.peer) }
      room.advance(.milliseconds(100))
    }
  }

  /// The path's estimate falls in steps, as a backoff follows the other while a queue stands.
  private func fall(to steps: [UInt64]) {
    for kilobits in steps {
      let estimate = viewer.rtcp { writer in
        let none = UnsafeBufferPointer<UInt32>(start: nil, count: 0)
        ReceiverEstimatedMaximumBitrate.write(sender: 1, bitrate: kilobits * 1_000, ssrcs: none, into: &writer)
      }
      room.deliver(estimate, from: viewer)
      room.advance(.milliseconds(20))
    }
  }

  private var seen: [TestPeer.Received] { viewer.video(slot: 0) }

  @Test("the viewer of the large one alone has the others paused")
  func paused() {
    #expect(camera.sent == 0b100)
    run(5)
    #expect(seen.count == 5 * TestCamera.packets[2])
  }

  @Test(
    "a second and a third fall before they have come leave the picture what it was allotted, and no hole of seconds")
  func fallsMeanwhile() throws {
    fall(to: [900, 790, 690, 600])
    #expect(
      room.events.last == .sendLayers(camera.peer.id, .camera, layers: 0b110), "the middle one, and nothing below")
    run(8, delay: 3)
    viewer.forget()
    run(10, delay: 3)
    #expect(seen.count >= 9 * TestCamera.packets[1], "the middle one is there")
    #expect(seen.count <= 11 * TestCamera.packets[1])
  }

  @Test("a picture that was cut waits for them, and does not begin anew with what its path cannot carry")
  func cutMeanwhile() {
    fall(to: [900, 600])
    run(15, delay: 15)
    #expect(room.node.counters[.overBudget] > 0)
    #expect(!camera.peer.keyFrameRequests.contains(TestCamera.ssrc + 2))
    viewer.forget()
    run(5, delay: 15)
    #expect(seen.count >= 4 * TestCamera.packets[1])
  }

  @Test("one that does not come within two seconds is not waited for, but the one below")
  func neverComes() {
    camera.refused = 0b010
    fall(to: [900, 600])
    run(30, delay: 2)
    #expect(camera.sent & 0b001 != 0)
    viewer.forget()
    run(10, delay: 2)
    #expect(seen.count >= 9 * TestCamera.packets[0])
    #expect(seen.count <= 11 * TestCamera.packets[0])
  }
}

/// Three layers at ten pictures a second, of about 110, 390 and 2,750 kbit/s; each begins with a key frame.
final class TestCamera {
  static let packets = [2, 5, 30]
  static let ssrc: UInt32 = 100

  let peer: TestPeer
  /// The layers that are sent, as bits.
  private(set) var sent: UInt8 = 0b111
  /// Layers that the sender does not begin again, for want of time or room of its own.
  var refused: UInt8 = 0
  private var sequences = [UInt16](repeating: 0, count: 3)
  private var pictures = UInt16(0)
  private var begun: UInt8 = 0
  private var heard = 0
  private var orders: [(due: Int, layers: UInt8)] = []

  init(_ peer: TestPeer) { self.peer = peer }

  /// Takes in what the node has said since the last call; it counts `delay` pictures later.
  func obey(_ events: [MediaEvent], delay: Int) {
    for event in events[heard...] {
      guard case .sendLayers(peer.id, .camera, let layers, _) = event else { continue }
      orders.append((Int(pictures) + delay, layers))
    }
    heard = events.count
    while let order = orders.first, order.due <= pictures {
      orders.removeFirst()
      sent = order.layers & ~(refused & ~sent)
      begun &= sent
    }
  }

  /// The packets of the next picture.
  func picture() -> [[UInt8]] {
    pictures += 1
    let body = [UInt8](repeating: 7, count: 1_100)
    var result: [[UInt8]] = []
    for layer in 0..<3 where sent & 1 << UInt8(layer) != 0 {
      let isKey = begun & 1 << UInt8(layer) == 0
      begun |= 1 << UInt8(layer)
      for packet in 0..<Self.packets[layer] {
        sequences[layer] += 1
        let payload =
          packet > 0
          ? TestPeer.vp8(picture: pictures, starts: false, body: body)
          : isKey ? TestPeer.keyFrame(picture: pictures, height: 180 << layer) : TestPeer.vp8(picture: pictures)
        result.append(
          peer.rtp(
            ssrc: Self.ssrc + UInt32(layer), sequence: sequences[layer], timestamp: UInt32(pictures) * 9_000,
            marker: packet == Self.packets[layer] - 1, mid: "cam", rid: ["q", "h", "f"][layer], payload: payload))
      }
    }
    return result
  }
}
