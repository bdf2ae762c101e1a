import Bytes
import RTCCore
import Testing

@testable import SFU

/// A camera that sends one VP9 stream of three spatial layers, as L3T1_KEY, one packet for each layer frame, or two.
private final class ScalableCamera {
  static let ssrc: UInt32 = 100
  let peer: TestPeer
  var sequence: UInt16 = 500
  private(set) var picture: UInt16 = 40

  init(_ peer: TestPeer) { self.peer = peer }

  /// The packets of the next picture, two of each layer frame.
  func next(key: Bool = false, layers: Int = 3) -> [[UInt8]] {
    picture += 1
    return (0..<layers).flatMap { layer in
      [true, false].map { isFirst in packet(layer: layer, isFirst: isFirst, key: key, layers: layers) }
    }
  }

  private func packet(layer: Int, isFirst: Bool, key: Bool, layers: Int) -> [UInt8] {
    sequence &+= 1
    let structure = key && layer == 0 && isFirst
    let isNoReference = !key || layer == layers - 1
    let flags: UInt8 =
      0xA0 | (key ? 0 : 0x40) | (isFirst ? 0x08 : 0x04) | (structure ? 0x02 : 0) | (isNoReference ? 1 : 0)
    var payload: [UInt8] = [flags, 0x80 | UInt8(picture >> 8), UInt8(picture & 0xFF)]
    payload += [UInt8(layer) << 1 | (key && layer > 0 ? 1 : 0), UInt8(picture & 0xFF)]
    if structure {
      payload.append(UInt8(layers - 1) << 5 | 0x10)
      for size in 0..<layers {
        let height = 180 << size
        payload += [0x01, 0x40, UInt8(height >> 8), UInt8(height & 0xFF)]
      }
    }
    return peer.rtp(
      ssrc: Self.ssrc, sequence: sequence, timestamp: UInt32(picture) * 3_000, payloadType: TestOffer.vp9,
      marker: layer == layers - 1 && !isFirst, mid: "cam", rid: "q",
      payload: payload + [UInt8(layer), isFirst ? 1 : 2, 9])
  }
}

@Suite("A camera as one scalable stream")
struct ScalableCameraTests {
  private let room = TestRoom()
  private let camera: ScalableCamera
  private let small: TestPeer
  private let large: TestPeer

  init() throws {
    camera = ScalableCamera(try room.add(1) { $0.hasVP9 = true })
    small = try room.add(2) { $0.hasVP9 = true }
    large = try room.add(3) { $0.hasVP9 = true }
    for (peer, height) in [(small, 180), (large, 720)] {
      room.apply(
        .setView(
          peer: peer.id, requests: [ViewRequest(slot: 0, participant: camera.peer.id, pixelHeight: height)]))
    }
  }

  private func send(_ packets: [[UInt8]]) {
    for packet in packets { room.deliver(packet, from: camera.peer) }
  }

  private func send(key: Bool = false, layers: Int = 3, pictures: Int = 1) {
    for _ in 0..<pictures {
      send(camera.next(key: key, layers: layers))
      room.advance(.milliseconds(33))
    }
  }

  private func vp9(_ packet: TestPeer.Received) -> VP9Descriptor? {
    packet.payload.withUnsafeBytes { VP9Descriptor($0) }
  }

  private func seen(_ peer: TestPeer) -> [TestPeer.Received] { peer.video(slot: 0) }

  /// Spatial layers of the packets that a peer got.
  private func layers(_ peer: TestPeer) -> [UInt8] { seen(peer).compactMap { vp9($0)?.spatialID } }

  /// Distances of the sequence numbers from the first.
  private func numbers(_ peer: TestPeer) -> [UInt16] {
    seen(peer).map { $0.header.sequenceNumber &- seen(peer)[0].header.sequenceNumber }
  }

  @Test("everybody gets the layer of their height: all below in a key picture, it alone in others, without gaps")
  func layersByHeight() throws {
    send(key: true)
    send(pictures: 2)
    #expect(layers(small) == [0, 0, 0, 0, 0, 0])
    #expect(layers(large) == [0, 0, 1, 1, 2, 2, 2, 2, 2, 2])
    for peer in [small, large] {
      #expect(numbers(peer) == (0..<UInt16(seen(peer).count)).map { $0 })
      #expect(seen(peer).allSatisfy { $0.header.payloadType == TestOffer.vp9 })
      let pictures = seen(peer).compactMap { vp9($0)?.numbers.pictureID }
      #expect(Set(pictures.map { $0 &- pictures[0] }) == [0, 1, 2])
    }
    // The marker is on the last packet of the layer that is shown.
    #expect(seen(small).map(\.header.marker) == [false, true, false, true, false, true])
    #expect(seen(large).indices.filter { seen(large)[$0].header.marker } == [5, 7, 9])
  }

  @Test("another layer begins with a key picture only, which is asked for, and with the key picture itself")
  func changesOfLayer() throws {
    send(key: true)
    send(pictures: 3)
    camera.peer.forget()
    let request = ViewRequest(slot: 0, participant: camera.peer.id, pixelHeight: 720)
    room.apply(.setView(peer: small.id, requests: [request]))
    small.forget()
    send(pictures: 2)
    #expect(layers(small) == [0, 0, 0, 0], "a delta picture of another layer is of no use")
    room.advance(.milliseconds(400))
    #expect(Set(camera.peer.keyFrameRequests) == [ScalableCamera.ssrc])
    camera.peer.forget()
    small.forget()
    send(key: true)
    send()
    #expect(layers(small) == [0, 0, 1, 1, 2, 2, 2, 2])
    #expect(numbers(small) == (0..<8).map { $0 })
    room.advance(.milliseconds(400))
    #expect(camera.peer.keyFrameRequests.isEmpty)
  }

  @Test("what is lost on the way to the node stays a gap; a late packet takes its place, or fills it for other layers")
  func losses() throws {
    send(key: true)
    let pictures = camera.next() + camera.next() + camera.next()
    // Lost: the first of layer 0, and the last of layer 2 in the second picture.
    let lost = [pictures[6], pictures[11]]
    for (index, packet) in pictures.enumerated() where index != 6 && index != 11 { send([packet]) }
    let (before, beforeSmall) = (seen(large).count, seen(small).count)
    #expect(numbers(large) == [0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 12], "both are missed")
    send([lost[1]])
    #expect(numbers(large).last == 10)
    #expect(seen(large).last?.header.marker == true)
    send([lost[0]])
    #expect(seen(large).count == before + 2)
    let filler = try #require(seen(large).last)
    #expect(filler.payload.isEmpty && numbers(large).last == 8, "a packet of padding")
    #expect(seen(small).count == beforeSmall + 2)
    #expect(seen(small).filter { !$0.payload.isEmpty }.compactMap { vp9($0)?.spatialID }.allSatisfy { $0 == 0 })
    #expect(Set(numbers(small)).count == numbers(small).count, "no number twice")
    #expect(Set(numbers(large)) == Set(0...12))
    #expect(room.node.counters.filled == 2)
  }

  @Test("a NACK is answered with the packet of that number, as the receiver got it")
  func retransmissions() throws {
    send(key: true)
    send(pictures: 3)
    for (index, packet) in seen(large).enumerated() {
      let nack = large.rtcp { writer in
        [packet.header.sequenceNumber].withUnsafeBufferPointer {
          GenericNACK.write(sender: 1, media: packet.header.ssrc, sequences: $0, into: &writer)
        }
      }
      room.deliver(nack, from: large)
      let again = try #require(large.rtx(slot: 0).last, "\(index)")
      #expect(large.rtx(slot: 0).count == index + 1)
      #expect(again.header.payloadType == TestOffer.vp9RTX)
      #expect(again.header.marker == packet.header.marker)
      #expect(Array(again.payload.dropFirst(2)) == packet.payload)
    }
  }

  @Test("a sender that stops the tall layer leaves its receivers the next one")
  func layerStops() throws {
    send(key: true)
    send(pictures: 10)
    camera.peer.forget()
    for _ in 0..<20 {
      let isAsked = !camera.peer.keyFrameRequests.isEmpty
      camera.peer.forget()
      send(key: isAsked, layers: 2)
    }
    large.forget()
    send(layers: 2)
    #expect(layers(large) == [1, 1])
  }

  @Test("a camera that was a simulcast goes on as one stream and back; what is left over of the old format is dropped")
  func changesOfFormat() throws {
    let simulcast = TestCamera(camera.peer)
    for _ in 0..<10 {
      for packet in simulcast.picture() { room.deliver(packet, from: camera.peer) }
      room.advance(.milliseconds(100))
    }
    #expect(seen(large).allSatisfy { $0.header.payloadType == TestOffer.vp8 } && !seen(large).isEmpty)
    large.forget()
    let stale = simulcast.picture()
    camera.sequence = 2_000
    send(camera.next(key: true))
    for packet in stale where packet != stale[0] { room.deliver(packet, from: camera.peer) }
    send()
    #expect(seen(large).map(\.header.payloadType).allSatisfy { $0 == TestOffer.vp9 })
    #expect(layers(large) == [0, 0, 1, 1, 2, 2, 2, 2])
    let place = room.node.router.place(of: camera.peer.id) ?? -1
    let source = room.node.router.source(place, .camera)
    let parts = room.node.router.upTracks[source.track(of: 2)].pointee.parts
    #expect(parts[2].meter.rate > parts[1].meter.rate * 2, "a layer costs what it did, until it is measured")
    #expect(parts[1].meter.rate > .zero)
  }

  @Test("VP9 that begins without a key picture is not forwarded, but asked for one")
  func withoutKeyPicture() throws {
    let request = ViewRequest(slot: 0, participant: camera.peer.id, pixelHeight: 720)
    room.apply(.setView(peer: small.id, requests: [request]))
    send(pictures: 2)
    #expect(seen(large).isEmpty && seen(small).isEmpty)
    room.advance(.milliseconds(20))
    #expect(camera.peer.keyFrameRequests == [ScalableCamera.ssrc])
    // Its first packet comes last.
    let key = camera.next(key: true)
    send(Array(key[1...]) + [key[0]])
    #expect(layers(large).sorted() == [0, 0, 1, 1, 2, 2])
    #expect(numbers(large) == [0, 1, 2, 3, 4, 5])
  }

  @Test("the sender is told that the room can take it, and when somebody comes who cannot")
  func tellsSender() throws {
    room.advance(.milliseconds(500))
    send(key: true)
    room.advance(.milliseconds(500))
    #expect(told == [true])
    let old = try room.add(4)
    room.advance(.milliseconds(500))
    #expect(told == [true, false])
    send(key: true)
    #expect(old.packets.filter { $0.header.payloadType == TestOffer.vp9 }.isEmpty)
    room.apply(.removePeer(old.id))
    room.advance(.milliseconds(500))
    #expect(told == [true, false, true])
  }

  private var told: [Bool] {
    room.events.reduce(into: []) { said, event in
      guard case .sendLayers(camera.peer.id, .camera, _, let isScalable) = event, said.last != isScalable else {
        return
      }
      said.append(isScalable)
    }
  }

  @Test("VP9 in another simulcast layer's stream, of four layers, or cut short, is dropped")
  func badInput() {
    send(key: true)
    let before = seen(large).count
    let other = camera.peer.rtp(
      ssrc: 300, sequence: 1, payloadType: TestOffer.vp9, mid: "cam", rid: "h", payload: [0x88, 0x01, 0, 0, 1])
    room.deliver(other, from: camera.peer)
    #expect(room.node.counters[.unknownPayloadType] == 1)
    for payload: [UInt8] in [[0xA8, 0x01, 0x06, 0x00, 9], [0xA8], [0xAA, 0x01, 0x00, 0x00, 0xF8]] {
      camera.sequence += 1
      room.deliver(
        camera.peer.rtp(
          ssrc: ScalableCamera.ssrc, sequence: camera.sequence, payloadType: TestOffer.vp9, mid: "cam", rid: "q",
          payload: payload), from: camera.peer)
    }
    #expect(room.node.counters[.malformedPayload] == 3)
    #expect(seen(large).count == before)
  }
}
