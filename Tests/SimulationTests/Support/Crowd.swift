import Bytes
import RTCCore
import SFU

/// A node with a few who send and many who only count what they get: a thousand of them in a second or two of real time.
/// They take no key apart and send no feedback, so the node takes their paths for wide.
final class Crowd {
  /// What a listener got.
  struct Count: Equatable {
    var datagrams = 0
    var audio = 0
    var video = 0
    var events = 0
    /// Synchronization sources, as the receiver knows them.
    var tracks: Set<UInt32> = []
  }

  static let room = RoomID(1)
  static let slots = 9

  private(set) var now = Instant(nanoseconds: 1_000_000_000)
  private(set) var senders: [CrowdSender] = []
  private(set) var listeners: [TestPeer] = []
  private(set) var counts: [Count] = []
  /// When each listener was connected, and when each of its tracks first had a packet.
  private(set) var joined: [Instant] = []
  private(set) var firstPackets: [[UInt32: Instant]] = []
  /// Picture loss indications by stream of a sender.
  private(set) var requests: [UInt32: Int] = [:]

  var node: MediaNode<TestSecurity>
  private var sink = CrowdSink()
  private let security = TestSecurity(identity: 0xAA)
  private var random: SeededGenerator
  private var template: PeerConfiguration?

  init(senders: Int, listeners: Int, seed: UInt64) throws {
    random = SeededGenerator(seed: seed)
    node = MediaNode(
      configuration: MediaNodeConfiguration(maximumPeers: 2_048, seed: seed, startRate: .kilobits(20_000)),
      security: security)
    for index in 0..<senders {
      let peer = TestPeer(number: index + 1)
      try add(peer, isSender: true)
      self.senders.append(CrowdSender(peer: peer, index: index))
    }
    for _ in 0..<listeners { try join() }
  }

  deinit { sink.free() }

  /// Another listener joins and looks at nine of the senders.
  func join() throws {
    let peer = TestPeer(number: 1_000 + listeners.count)
    let index = listeners.count
    listeners.append(peer)
    counts.append(Count())
    joined.append(now)
    firstPackets.append([:])
    try add(peer, isSender: false)
    show(180, to: index)
  }

  /// What a listener shows: as many senders as it has slots, or less, all of one height.
  func show(_ height: Int, to index: Int) {
    let requests = (0..<Self.slots).map {
      ViewRequest(slot: $0, participant: senders[(index + $0) % senders.count].peer.id, pixelHeight: height)
    }
    apply(.setView(peer: listeners[index].id, requests: requests))
  }

  private func add(_ peer: TestPeer, isSender: Bool) throws {
    if isSender || template == nil {
      var offer = TestOffer(fingerprint: peer.security.fingerprint)
      offer.slots = Self.slots
      let result = try MediaNegotiator.negotiate(
        offer: offer.text, mids: isSender ? offer.mids : OfferedMids(slots: offer.mids.slots),
        local: LocalDescription(fingerprint: security.fingerprint, candidates: []), using: &random)
      peer.configuration = result.peer
      if !isSender { template = result.peer }
    } else {
      // Parsing a thousand offers is not what this is about.
      peer.configuration = template
      peer.configuration.localCredentials = ICECredentials(using: &random)
      peer.configuration.remoteFingerprint = peer.security.fingerprint
    }
    apply(.addPeer(room: Self.room, peer: peer.id, configuration: peer.configuration))
    deliver(peer.check(), from: peer)
    deliver(peer.hello(), from: peer)
  }

  // MARK: Time

  /// Twenty milliseconds: microphones, cameras, and what is due in the node.
  func tick(speaking: Set<Int> = []) {
    for index in senders.indices {
      let packets = senders[index].packets(at: now, isSpeaking: speaking.contains(index))
      for packet in packets { deliver(packet, from: senders[index].peer) }
    }
    for _ in 0..<2 {
      now = now + .milliseconds(10)
      node.advance(to: now, into: &sink)
      settle()
    }
  }

  func run(_ milliseconds: Int, speaking: Set<Int> = []) {
    for _ in 0..<(milliseconds / 20) { tick(speaking: speaking) }
  }

  func forget() {
    for index in counts.indices { counts[index] = Count() }
    requests = [:]
  }

  func apply(_ command: MediaCommand) {
    node.apply(command, now: now, into: &sink)
    settle()
  }

  func deliver(_ bytes: [UInt8], from peer: TestPeer) {
    var copy = bytes
    _ = copy.withUnsafeMutableBytes { node.handle($0, from: peer.address, now: now, into: &sink) }
    settle()
  }

  // MARK: Counting

  private func settle() {
    for packet in sink.packets {
      let number = Int(packet.port) - 10_000
      if number >= 1_000 {
        count(packet, listener: number - 1_000)
      } else if let bytes = packet.control {
        take(bytes, sender: number - 1)
      }
    }
    sink.empty()
    guard node.hasEvents else { return }
    node.drainEvents { event in
      guard case .slotChanged(let receiver, _, _, _) = event, receiver.rawValue >= 1_000 else { return }
      self.counts[Int(receiver.rawValue) - 1_000].events += 1
    }
  }

  private func count(_ packet: CrowdSink.Packet, listener: Int) {
    counts[listener].datagrams += 1
    guard let ssrc = packet.ssrc else { return }
    if packet.payloadType == TestOffer.opus { counts[listener].audio += 1 }
    if packet.payloadType == TestOffer.vp8 { counts[listener].video += 1 }
    if counts[listener].tracks.insert(ssrc).inserted, firstPackets[listener][ssrc] == nil {
      firstPackets[listener][ssrc] = now
    }
  }

  private func take(_ bytes: [UInt8], sender: Int) {
    let peer = senders[sender].peer
    peer.receive(bytes)
    for ssrc in peer.keyFrameRequests {
      requests[ssrc, default: 0] += 1
      senders[sender].needsKeyFrame(ssrc)
    }
    peer.forget()
  }
}

/// A microphone that is always on, and a camera of three layers at five pictures a second, one packet each.
struct CrowdSender {
  let peer: TestPeer
  private let index: Int
  private var sequence: UInt16 = 0
  private var picture: UInt16 = 0
  private var wanted: Set<Int> = [0, 1, 2]

  init(peer: TestPeer, index: Int) {
    self.peer = peer
    self.index = index
  }

  private func ssrc(_ stream: Int) -> UInt32 { UInt32(index * 10 + stream + 1) }

  mutating func needsKeyFrame(_ ssrc: UInt32) { wanted.insert(Int(ssrc) - index * 10 - 1) }

  mutating func packets(at now: Instant, isSpeaking: Bool) -> [[UInt8]] {
    sequence &+= 1
    let time = UInt32(truncatingIfNeeded: now.nanoseconds / 1_000_000)
    var packets = [
      peer.rtp(
        ssrc: ssrc(9), sequence: sequence, timestamp: time &* 48, payloadType: TestOffer.opus, mid: "mic",
        level: isSpeaking ? 30 : 75, payload: [1, 2, 3, 4])
    ]
    guard (Int(sequence) + index) % 10 == 0 else { return packets }
    picture &+= 1
    for layer in 0..<3 {
      let payload =
        wanted.remove(layer) != nil
        ? TestPeer.keyFrame(picture: picture & 0x7FFF, height: 180 << layer)
        : TestPeer.vp8(picture: picture & 0x7FFF)
      packets.append(
        peer.rtp(
          ssrc: ssrc(layer), sequence: picture, timestamp: time &* 90, marker: true, mid: "cam",
          rid: ["q", "h", "f"][layer], payload: payload))
    }
    return packets
  }
}

/// Looks at headers and keeps only what senders are told.
private struct CrowdSink: DatagramSink {
  struct Packet {
    let port: UInt16
    /// Of media.
    let ssrc: UInt32?
    let payloadType: UInt8
    /// RTCP to a sender.
    let control: [UInt8]?
  }

  private let slot = UnsafeMutableRawBufferPointer.allocate(byteCount: 1_500, alignment: 16)
  private(set) var packets: [Packet] = []

  func free() { slot.deallocate() }
  mutating func empty() { packets.removeAll(keepingCapacity: true) }
  mutating func reserve() -> UnsafeMutableRawBufferPointer { slot }

  mutating func commit(length: Int, to address: TransportAddress) {
    let isVersion2 = slot[0] >> 6 == 2
    let isControl = isVersion2 && (192...223).contains(slot[1])
    let isMedia = isVersion2 && !isControl
    packets.append(
      Packet(
        port: address.port, ssrc: isMedia ? UInt32(bigEndian: slot.load(fromByteOffset: 8, as: UInt32.self)) : nil,
        payloadType: slot[1] & 0x7F,
        control: isControl && address.port < 11_000 ? Array(slot[..<length]) : nil))
  }
}
