import Bytes
import RTCCore

@testable import SFU

/// A room of peers around a node, with a clock that the test moves and a network that loses nothing.
final class TestRoom {
  static let id = RoomID(7)

  var node: MediaNode<TestSecurity>
  let security = TestSecurity(identity: 0xAA)
  var now = Instant(nanoseconds: 1_000_000_000)
  var peers: [TestPeer] = []
  var events: [MediaEvent] = []
  var sink = TestSink()
  private var random = SeededGenerator(seed: 1)

  /// Peers of tests send no feedback, so what their paths carry is said here.
  init(maximumPeers: Int = 64) {
    node = MediaNode(
      configuration: MediaNodeConfiguration(maximumPeers: maximumPeers, seed: 42, startRate: .kilobits(20_000)),
      security: security)
  }

  /// Adds peers with an offer each and, unless told otherwise, connects them.
  @discardableResult
  func add(
    _ number: Int, room: RoomID = TestRoom.id, connect: Bool = true, _ change: (inout TestOffer) -> Void = { _ in }
  )
    throws -> TestPeer
  {
    let peer = TestPeer(number: number)
    var offer = TestOffer(fingerprint: peer.security.fingerprint)
    change(&offer)
    let result = try MediaNegotiator.negotiate(
      offer: offer.text, mids: offer.mids,
      local: LocalDescription(fingerprint: security.fingerprint, candidates: []), using: &random)
    peer.configuration = result.peer
    peer.answer = result.answer
    peers.removeAll { $0.id == peer.id }
    peers.append(peer)
    apply(.addPeer(room: room, peer: peer.id, configuration: result.peer))
    if connect { self.connect(peer) }
    return peer
  }

  func connect(_ peer: TestPeer) {
    deliver(peer.check(), from: peer)
    deliver(peer.hello(), from: peer)
  }

  func apply(_ command: MediaCommand) {
    node.apply(command, now: now, into: &sink)
    settle()
  }

  /// Hands one datagram of a peer (or of a stranger's address) to the node.
  func deliver(_ bytes: [UInt8], from peer: TestPeer, at address: TransportAddress? = nil) {
    var copy = bytes
    _ = copy.withUnsafeMutableBytes { node.handle($0, from: address ?? peer.address, now: now, into: &sink) }
    settle()
  }

  /// Moves the clock in steps, doing what is due.
  func advance(_ time: TimeDelta) {
    let end = now + time
    while node.nextDeadline <= end {
      now = max(now, node.nextDeadline)
      node.advance(to: now, into: &sink)
      settle()
    }
    now = end
    node.advance(to: now, into: &sink)
    settle()
  }

  private func settle() {
    for datagram in sink.take() {
      peers.first { $0.address == datagram.to }?.receive(datagram.bytes)
    }
    node.drainEvents { events.append($0) }
  }
}
