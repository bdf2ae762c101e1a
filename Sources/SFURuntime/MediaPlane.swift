package import RTCCore
import RTCSecurity
package import SFU
import Synchronization

/// The running media plane of a node: one UDP port, one certificate, one or more media threads with a socket each
/// (docs/adr/0012-shards-on-one-port.md). All its methods may be called from any thread and none waits for media.
package final class MediaPlane: Sendable {
  /// The UDP port in use.
  package let port: UInt16
  /// What answers say about this node when it has one shard; see `enter`.
  package let description: LocalDescription
  /// The same candidates as values.
  package let candidates: [ICECandidate]
  /// Bytes of datagrams that the kernel keeps for each socket, asked for and granted.
  package let buffers: SocketBuffers

  let mailboxes: [Mailbox]
  private let threads: [MediaThread]
  private let steering: Steering?
  private let steeringThread: MediaThread?
  private let placement: Mutex<RoomPlacement>

  /// Opens the port and starts the threads. `onEvents` is called on those threads, in order for each room, a few times for
  /// each participant's life; it must hand on and return.
  package init(
    configuration: MediaPlaneConfiguration, onEvents: @escaping @Sendable ([MediaEvent]) -> Void
  ) throws(MediaPlaneError) {
    let advertised = try configuration.advertisedAddresses.map { text throws(MediaPlaneError) in
      try MediaPort.parse(text)
    }
    let security = try Self.makeSecurity()
    let open = try MediaPort(configuration)
    do throws(MediaPlaneError) {
      let mailboxes = try open.sockets.map { _ throws(MediaPlaneError) in try Mailbox() }
      let steering = try open.isShared ? Steering(open.sockets[0], mailboxes, configuration.usesKernelSteering) : nil
      let shards = try Self.makeShards(open, mailboxes, steering, security, configuration, onEvents)
      threads = try Self.start(shards, cpu: configuration.cpu)
      steeringThread = try steering.map { steering throws(MediaPlaneError) in
        try MediaThread(name: "steering", cpu: nil) { steering.run() }
      }
      self.mailboxes = mailboxes
      self.steering = steering
    } catch {
      open.close()
      throw error
    }
    port = open.port
    buffers = SocketBuffers(open.sockets)
    placement = Mutex(RoomPlacement(shards: open.sockets.count))
    let addresses =
      advertised.isEmpty
      ? LocalCandidates.advertised(of: LocalCandidates.interfaceAddresses(for: open.bound)) : advertised
    candidates = LocalCandidates.candidates(addresses, port: open.port)
    description = LocalDescription(fingerprint: security.fingerprint, candidates: candidates.map { $0.text() })
  }

  package var shardCount: Int { mailboxes.count }

  /// What an answer to a peer of `room` says about this node. Keeps the room on its shard until `leave`, which must follow
  /// when the peer was posted or will not be.
  package func enter(_ room: RoomID) -> LocalDescription {
    let shard = placement.withLock { $0.hold(room) }
    var description = description
    if shardCount > 1 { description.shard = UInt8(shard) }
    return description
  }

  package func leave(_ room: RoomID) { placement.withLock { $0.release(room) } }

  /// Takes effect soon, in the order of posting for each room. After `stop` nothing happens. Whoever was added must be
  /// removed, also when the session ended by itself: until then the room is kept on its shard.
  package func post(_ command: MediaCommand, in room: RoomID) {
    let shard = placement.withLock { placement in
      switch command {
      case .addPeer(_, let peer, _): placement.add(peer, to: room)
      case .removePeer(let peer): placement.remove(peer, from: room)
      case .setView, .setSource: placement.shard(of: room)
      }
    }
    if let shard { mailboxes[shard].post(.media(command)) }
  }

  /// Counters of all shards together at this moment; the last ones after `stop`.
  package func counters() async -> MediaPlaneCounters { await shardCounters().sum }

  /// Counters of each shard.
  package func shardCounters() async -> [MediaPlaneCounters] {
    var all: [MediaPlaneCounters] = []
    for mailbox in mailboxes {
      all.append(
        await withCheckedContinuation { continuation in
          mailbox.post(.report { continuation.resume(returning: $0) })
        })
    }
    return all
  }

  /// What the kernel has made of the steering; nil with one shard, which needs none.
  package var steeringStatus: SteeringStatus? { steering?.status }

  /// Rooms that are kept on a shard.
  package var placedRooms: Int { placement.withLock { $0.roomCount } }

  /// Carries out what was posted, closes the port and ends the threads; returns when that is done, within milliseconds.
  /// From `onEvents` it returns at once. May be called again.
  package func stop() {
    // First, because it uses a socket that a shard closes.
    steering?.stop()
    steeringThread?.join()
    for mailbox in mailboxes { mailbox.post(.stop) }
    for thread in threads { thread.join() }
  }

  deinit {
    steering?.stop()
    for mailbox in mailboxes { mailbox.post(.stop) }
  }
}

// MARK: - Parts

extension MediaPlane {
  private typealias Deliver = @Sendable ([MediaEvent]) -> Void

  private static func makeSecurity() throws(MediaPlaneError) -> OpenSSLSecurity {
    do throws(SecurityError) { return try OpenSSLSecurity() } catch { throw .security }
  }

  private static func makeShards(
    _ port: MediaPort, _ mailboxes: [Mailbox], _ steering: Steering?, _ security: OpenSSLSecurity,
    _ configuration: MediaPlaneConfiguration, _ deliver: @escaping Deliver
  ) throws(MediaPlaneError) -> [Shard] {
    var random = SecureRandom()
    let count = port.isShared ? mailboxes.count : 0
    let rings = (0..<count * count).map { _ in HandoverRing() }
    var shards: [Shard] = []
    for index in mailboxes.indices {
      let exchange =
        port.isShared
        ? ShardExchange(index: index, rings: rings, mailboxes: mailboxes, steering: steering) : ShardExchange()
      shards.append(
        try Shard(
          socket: port.sockets[index], mailbox: mailboxes[index], security: security,
          configuration: MediaNodeConfiguration(
            maximumPeers: configuration.maximumPeers, seed: random.next(), keepsAddressChanges: port.isShared),
          exchange: exchange, deliver: deliver))
    }
    return shards
  }

  /// All of them, or none.
  private static func start(_ shards: [Shard], cpu: Int?) throws(MediaPlaneError) -> [MediaThread] {
    var threads: [MediaThread] = []
    do throws(MediaPlaneError) {
      for (index, shard) in shards.enumerated() {
        let name = shards.count > 1 ? "media-\(index)" : "media"
        threads.append(try MediaThread(name: name, cpu: cpu.map { $0 + index }) { shard.run() })
      }
      return threads
    } catch {
      for shard in shards.prefix(threads.count) { shard.mailbox.post(.stop) }
      for thread in threads { thread.join() }
      throw error
    }
  }
}
