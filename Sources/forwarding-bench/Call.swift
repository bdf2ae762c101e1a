import Bytes
import MediaClient
import RTCCore
import RTCSecurity
import SFU
import SFURuntime

/// A node and its synthetic clients: number 0 sends, the others watch and listen.
final class Call {
  private let plane: MediaPlane
  private let fleet: SocketFleet<OpenSSLSecurity>
  private let room = RoomID(1)

  init(receivers: Int) throws {
    plane = try MediaPlane(configuration: MediaPlaneConfiguration(bindAddress: "127.0.0.1", port: 0)) { _ in }
    let configurations = [Self.sender] + Array(repeating: ClientConfiguration.listener(), count: receivers)
    fleet = try SocketFleet(
      configurations, security: try OpenSSLSecurity(), bind: TransportAddress(ipv4: 0x7F00_0001, port: 0), seed: 1)
    var random = SecureRandom()
    for index in 0..<fleet.count { try join(index, using: &random) }
  }

  /// Pictures of five full packets, so that with headers and tags 1.5 Mbit/s go over the wire.
  private static var sender: ClientConfiguration {
    var configuration = ClientConfiguration()
    configuration.personSlots = 0
    configuration.hasScreenSlot = false
    let packet = 1_154
    configuration.camera = VideoProfile(
      frameRate: 30, layers: [.init(rid: nil, width: 1_280, height: 720, bitrate: 30 * 5 * packet * 8)])
    return configuration
  }

  private func join(_ index: Int, using random: inout SecureRandom) throws {
    let offer = fleet.offer(of: index)
    let (answer, peer) = try MediaNegotiator.negotiate(
      offer: offer.sdp, mids: offer.mids, local: plane.description, using: &random)
    let id = PeerID(UInt64(index))
    plane.post(.addPeer(room: room, peer: id, configuration: peer), in: room)
    if index == 0 {
      for kind in [SourceKind.microphone, .camera] {
        plane.post(.setSource(peer: id, kind: kind, enabled: true), in: room)
      }
    } else {
      let view = [ViewRequest(slot: 0, participant: PeerID(0), pixelHeight: 720)]
      plane.post(.setView(peer: id, requests: view), in: room)
    }
    try fleet.accept(answer: answer, for: index)
  }

  /// Runs until everybody is connected and has seen and heard something, and then a little longer; false if that takes
  /// a minute.
  func begin() -> Bool {
    fleet.run(for: .seconds(60)) { fleet in
      fleet.connectedCount == fleet.count && (1..<fleet.count).allSatisfy { Self.isServed($0, in: fleet) }
    }
    let isComplete = (1..<fleet.count).allSatisfy { Self.isServed($0, in: fleet) }
    if isComplete { fleet.run(for: .seconds(1)) }
    return isComplete
  }

  private static func isServed(_ index: Int, in fleet: SocketFleet<OpenSSLSecurity>) -> Bool {
    fleet.withClient(index) { client in
      client.trackStatistics.count { $0.frames > 0 } == 2
    }
  }

  func run(for duration: TimeDelta) { fleet.run(for: duration) }

  func sample() async -> Cost {
    let counters = await plane.counters()
    var lost = counters.network.sendBufferFull
    for index in 1..<fleet.count {
      lost += fleet.withClient(index) { $0.trackStatistics.reduce(0) { $0 + $1.lost } }
    }
    return Cost(cpu: counters.cpuTime, packets: counters.media.forwarded, lost: lost)
  }

  func end() {
    fleet.close()
    plane.stop()
  }
}
