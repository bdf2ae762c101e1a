package import Bytes
package import RTCCore

/// Limits of a node that hold for its whole life; memory is reserved (not touched) for them at once.
package struct MediaNodeConfiguration: Sendable {
  /// Peers at most.
  package var maximumPeers: Int
  /// Seeds hash tables and the starts of sequence numbers. Random in service, fixed in simulations.
  package var seed: UInt64

  package init(maximumPeers: Int = 2_048, seed: UInt64) {
    self.maximumPeers = maximumPeers
    self.seed = seed
  }
}

/// The selective forwarding unit of one shard, sans IO: every peer, room and stream of it. It knows no socket, thread or
/// clock. A call completes its work into the sink before it returns; events collect until `drainEvents`.
package struct MediaNode<Security: RTCSecurityProvider>: ~Copyable {
  package private(set) var counters = MediaCounters()
  private var events: [MediaEvent] = []

  /// `security` holds the certificate whose fingerprint the answers carry.
  package init(configuration: MediaNodeConfiguration, security: Security) {
  }

  /// Carries out a control command.
  package mutating func apply(_ command: MediaCommand, now: Instant, into out: inout some DatagramSink & ~Copyable) {
  }

  /// Takes in one datagram from the socket, decrypting it in place, and sends what follows from it.
  package mutating func handle(
    _ datagram: UnsafeMutableRawBufferPointer, from source: TransportAddress, now: Instant,
    into out: inout some DatagramSink & ~Copyable
  ) {
  }

  /// Does what is due at `now`: feedback, reports, retransmission requests, handshakes, consent. May be called early.
  package mutating func advance(to now: Instant, into out: inout some DatagramSink & ~Copyable) {
  }

  /// When `advance` has to be called next; `.distantFuture` without peers. Changes with every call.
  package var nextDeadline: Instant { .distantFuture }

  package var hasEvents: Bool { !events.isEmpty }

  /// Hands over the events since the last call, oldest first, and forgets them.
  package mutating func drainEvents(_ body: (MediaEvent) -> Void) {
    for event in events { body(event) }
    events.removeAll(keepingCapacity: true)
  }
}
