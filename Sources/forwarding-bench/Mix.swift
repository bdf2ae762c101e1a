import Bytes
import MediaClient
import RTCCore
import RTCSecurity
import SFU
import SFURuntime

/// Who is in the calls: `rooms` alike, in each of which the first `senders` of `people` talk and are seen, and everybody
/// watches all senders but himself.
struct Mix {
  var rooms = 1
  var senders = 1
  var people = 51
  /// Bytes of payload of each of the five packets of a picture.
  var packet = 1_154

  var count: Int { rooms * people }
  /// Streams that the node forwards: a sound and a picture for each.
  var forwardings: Int { rooms * senders * (people - 1) }

  func isSender(_ index: Int) -> Bool { index % people < senders }
  func room(of index: Int) -> RoomID { RoomID(UInt64(1 + index / people)) }
  func id(of index: Int) -> PeerID { PeerID(UInt64(1 + index)) }

  /// The people that `index` watches.
  func watched(by index: Int) -> [Int] {
    let first = index / people * people
    return (first..<(first + senders)).filter { $0 != index }
  }

  /// Pictures of five full packets 30 times a second, so that with headers and tags 1.5 Mbit/s go over the wire, and sound
  /// of 50 packets a second.
  func configuration(of index: Int) -> ClientConfiguration {
    var configuration = isSender(index) ? ClientConfiguration() : ClientConfiguration.listener()
    configuration.personSlots = watched(by: index).count
    configuration.hasScreenSlot = false
    configuration.camera = VideoProfile(
      frameRate: 30, layers: [.init(rid: nil, width: 1_280, height: 720, bitrate: 30 * 5 * packet * 8)])
    return configuration
  }

  /// What the node is told about somebody who joins, and the answer for him.
  func join(
    _ index: Int, offer: (sdp: String, mids: OfferedMids), local: LocalDescription
  ) throws -> (commands: [MediaCommand], answer: String) {
    var random = SecureRandom()
    let (answer, peer) = try MediaNegotiator.negotiate(
      offer: offer.sdp, mids: offer.mids, local: local, using: &random)
    let id = id(of: index)
    var commands: [MediaCommand] = [.addPeer(room: room(of: index), peer: id, configuration: peer)]
    if isSender(index) {
      commands += [SourceKind.microphone, .camera].map { .setSource(peer: id, kind: $0, enabled: true) }
    }
    let views = watched(by: index).enumerated().map { slot, other in
      ViewRequest(slot: slot, participant: self.id(of: other), pixelHeight: 720)
    }
    return (commands + [.setView(peer: id, requests: views)], answer)
  }

  /// Whether somebody sees and hears everybody whom he watches.
  func isServed(_ index: Int, in fleet: SocketFleet<OpenSSLSecurity>) -> Bool {
    fleet.withClient(index) { client in
      client.trackStatistics.count { $0.frames > 0 } == 2 * watched(by: index).count
    }
  }
}
