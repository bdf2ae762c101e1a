package import Bytes

/// Which side of the handshake this end plays: SDP `a=setup:active` is the client, `passive` the server (RFC 5763 §5).
package enum DTLSRole: Sendable {
  case client, server
}

/// Where a DTLS association stands. `connected` is reached only after the peer's certificate has matched the
/// fingerprint from signalling and an SRTP profile has been agreed on; nothing may be trusted before.
package enum DTLSState: Hashable, Sendable {
  case handshaking
  case connected
  /// The peer sent close_notify, or this end called `close`.
  case closed
  case failed(DTLSFailure)
}

/// Why a handshake or an association ended badly. A counter per case makes sense of a failing deployment.
package enum DTLSFailure: UInt8, CaseIterable, Hashable, Sendable {
  /// The peer's certificate is not the one signalling promised.
  case fingerprintMismatch
  /// The peer sent no certificate.
  case noCertificate
  /// The peer offered no use_srtp extension, or no profile that we speak.
  case noSRTPProfile
  /// The peer sent a fatal alert.
  case alert
  /// A message that authenticated badly or made no sense; no common version or cipher suite.
  case protocolError
  /// Retransmission was given up.
  case timeout
}

/// What became of a datagram handed to `DTLSTransport.handle`.
package enum DTLSVerdict: Hashable, Sendable {
  /// Taken in; `state` tells whether it changed anything.
  case handled
  /// This datagram completed the handshake: SRTP keys can be made now.
  case connected
  /// Not a DTLS record: nothing was done with it. (Damaged records inside a datagram are skipped silently, RFC 6347
  /// §4.1.2.7, and the rest counts as handled.)
  case ignored
  /// The association has ended (now or before); `state` says why.
  case ended
}

/// One DTLS 1.2 association that carries no data, only keys for SRTP (RFC 5764), sans IO. It does not know where the
/// peer is: the caller passes the address of the pair in use, which may change during the handshake.
///
/// A value of this type has one owner: copies name the same association, `destroy` ends it and must be called exactly
/// once, after which no copy may be used. (In Swift an associated type cannot be without copies yet.) Not for use by
/// two threads at once.
package protocol DTLSTransport {
  var state: DTLSState { get }

  /// When `advance` has to be called for retransmission; `.distantFuture` when nothing is pending.
  var nextDeadline: Instant { get }

  /// Sends the ClientHello. Client role only; a server has nothing to say first.
  mutating func start(now: Instant, to peer: TransportAddress, into out: inout some DatagramSink & ~Copyable)

  /// Takes in one datagram (first byte 20...63, RFC 7983), any length, and sends what it calls for to `peer`, no
  /// datagram over 1,200 bytes. Messages fragmented over records or datagrams, in any order, are reassembled.
  mutating func handle(
    _ datagram: UnsafeRawBufferPointer, now: Instant, to peer: TransportAddress,
    into out: inout some DatagramSink & ~Copyable
  ) -> DTLSVerdict

  /// Retransmits what is due at `now` (RFC 6347 §4.2.4): after 200 ms first, the delay doubling up to 3.2 s. 30 s after
  /// its first datagram an unfinished handshake has failed.
  mutating func advance(to now: Instant, peer: TransportAddress, into out: inout some DatagramSink & ~Copyable)

  /// The peer has shown by something authentic that it has its keys, so that no part of the handshake will be asked for
  /// again: memory that only a handshake needs may go. The association can be closed as before, by either side, but it
  /// exports no more keys. Does nothing unless connected; may be called again.
  mutating func rest()

  /// Sends close_notify if there is anything to close, and ends in `closed`.
  mutating func close(now: Instant, to peer: TransportAddress, into out: inout some DatagramSink & ~Copyable)

  /// Frees the association.
  func destroy()
}

extension DTLSTransport {
  package mutating func rest() {}
}
