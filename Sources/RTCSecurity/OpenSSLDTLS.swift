package import Bytes
internal import COpenSSL
package import RTCCore

/// `DTLSTransport` over libssl. Control path: it allocates, and it is a class, which goes with its last reference.
package final class OpenSSLDTLS: DTLSTransport {
  package private(set) var state = DTLSState.handshaking
  package private(set) var nextDeadline = Instant.distantFuture

  /// Nil at rest.
  private(set) var ssl: OpaquePointer?
  private var resting: DTLSRest?
  private let channel = DTLSChannel()
  private let expectedPeer: CertificateFingerprint
  private var peerIsVerified = false
  /// A cause found in a callback, better than what the library will say afterwards.
  private var cause: DTLSFailure?
  /// When the handshake is given up; set by the first datagram in either direction.
  private var handshakeDeadline: Instant?
  private var retransmissionDelay = OpenSSLDTLS.firstDelay
  private var retransmissionDeadline = Instant.distantFuture

  /// Largest datagram sent, in bytes: fits IPv6's smallest MTU behind any header in use.
  package static let largestDatagram = 1200
  /// A lost flight holds up a person who waits: sooner than RFC 6347's 1 s, as §4.2.4.1 allows when round trips are
  /// short.
  static let firstDelay = TimeDelta.milliseconds(200)
  static let longestDelay = TimeDelta.milliseconds(3200)
  static let handshakeLimit = TimeDelta.seconds(30)

  /// Nil when memory has run out.
  init?(context: OpaquePointer, role: DTLSRole, peer: CertificateFingerprint) {
    guard let ssl = SSL_new(context), let bio = channel.makeBIO() else { return nil }
    self.ssl = ssl
    expectedPeer = peer
    SSL_set_bio(ssl, bio, bio)
    copenssl_set_mtu(ssl, Self.largestDatagram)
    DTLS_set_timer_cb(ssl) { _, previous in OpenSSLDTLS.nextTimeout(previous) }
    SSL_set_ex_data(ssl, 0, Unmanaged.passUnretained(self).toOpaque())
    switch role {
    case .client: SSL_set_connect_state(ssl)
    case .server: SSL_set_accept_state(ssl)
    }
  }

  deinit { if let ssl { SSL_free(ssl) } }

  /// Nothing to do: see `deinit`.
  package func destroy() {}

  package func start(now: Instant, to peer: TransportAddress, into out: inout some DatagramSink & ~Copyable) {
    guard state == .handshaking else { return }
    proceed(now)
    flush(to: peer, into: &out)
  }

  package func handle(
    _ datagram: UnsafeRawBufferPointer, now: Instant, to peer: TransportAddress,
    into out: inout some DatagramSink & ~Copyable
  ) -> DTLSVerdict {
    guard let first = datagram.first, 20...63 ~= first, datagram.count >= 13 else { return .ignored }
    guard isAlive else { return .ended }
    if let resting { return take(resting.alert(in: datagram)) }
    let before = state
    channel.incoming = datagram
    proceed(now)
    channel.incoming = nil
    flush(to: peer, into: &out)
    if state == .connected, before == .handshaking { return .connected }
    return isAlive ? .handled : .ended
  }

  package func advance(to now: Instant, peer: TransportAddress, into out: inout some DatagramSink & ~Copyable) {
    guard state == .handshaking, now >= nextDeadline else { return }
    if let handshakeDeadline, now >= handshakeDeadline {
      end(.failed(.timeout))
    } else {
      ERR_clear_error()
      channel.expireTimer()
      if let ssl, copenssl_handle_timeout(ssl) < 0 { end(.failed(.timeout)) }
      channel.wasTimerStarted = false
      retransmissionDelay = min(retransmissionDelay * 2, Self.longestDelay)
      retransmissionDeadline = now + retransmissionDelay
      schedule(now)
    }
    flush(to: peer, into: &out)
  }

  package func close(now: Instant, to peer: TransportAddress, into out: inout some DatagramSink & ~Copyable) {
    guard isAlive else { return }
    if let resting {
      channel.outgoing = [resting.goodbye]
    } else if state == .connected, let ssl {
      // To write an alert takes a buffer, which only reading makes anew.
      discardData()
      SSL_shutdown(ssl)
    }
    end(.closed)
    flush(to: peer, into: &out)
  }

  package func rest() {
    guard state == .connected, let ssl, let resting = DTLSRest(ssl) else { return }
    ERR_clear_error()
    discardData()
    guard state == .connected else { return }
    // The first record under these keys besides Finished, and the last: the peer takes it whenever it comes.
    SSL_shutdown(ssl)
    resting.goodbye = channel.outgoing.last ?? []
    channel.outgoing = []
    self.resting = resting
    SSL_free(ssl)
    self.ssl = nil
  }

  /// What a peer's alert does to an association at rest.
  private func take(_ alert: DTLSRest.Alert?) -> DTLSVerdict {
    switch alert {
    case .close: end(.closed)
    case .fatal: end(.failed(.alert))
    case nil: return .handled
    }
    return .ended
  }

  private var isAlive: Bool { state == .handshaking || state == .connected }

  /// Retransmission delay in microseconds after one of `previous` (0: the first), for versions whose timer we cannot
  /// set.
  private static func nextTimeout(_ previous: CUnsignedInt) -> CUnsignedInt {
    let next = previous == 0 ? firstDelay : min(.microseconds(Int64(previous) * 2), longestDelay)
    return CUnsignedInt(next.microseconds)
  }
}

/// The state machine around the library's.
extension OpenSSLDTLS {
  /// Lets the library read what came and write what it wants.
  private func proceed(_ now: Instant) {
    guard let ssl else { return }
    if handshakeDeadline == nil { handshakeDeadline = now + Self.handshakeLimit }
    ERR_clear_error()
    if state == .handshaking {
      let result = SSL_do_handshake(ssl)
      if result == 1 { complete(ssl) } else { examine(result) }
    }
    if state == .connected {
      discardData()
      // 32 kB, and hardly anything comes any more.
      SSL_free_buffers(ssl)
    }
    schedule(now)
  }

  /// The handshake is over; it counts only if it gave us a peer we know and keys for SRTP.
  private func complete(_ ssl: OpaquePointer) {
    if !peerIsVerified {
      end(.failed(.noCertificate))
    } else if selectedProfile == nil {
      SSL_shutdown(ssl)
      end(.failed(.noSRTPProfile))
    } else {
      state = .connected
    }
  }

  /// Reads on: alerts and retransmitted Finished messages take effect, application data goes nowhere.
  private func discardData() {
    guard let ssl else { return }
    withUnsafeTemporaryAllocation(byteCount: 2048, alignment: 1) { scratch in
      var result: CInt
      repeat { result = SSL_read(ssl, scratch.baseAddress, CInt(scratch.count)) } while result > 0
      examine(result)
    }
  }

  private func examine(_ result: CInt) {
    switch ssl.map({ SSL_get_error($0, result) }) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: break
    case SSL_ERROR_ZERO_RETURN: end(.closed)
    default: end(.failed(cause ?? Self.failure(ERR_peek_error())))
    }
  }

  private func end(_ final: DTLSState) {
    state = final
    nextDeadline = .distantFuture
    ERR_clear_error()
  }

  private func schedule(_ now: Instant) {
    guard state == .handshaking else {
      nextDeadline = .distantFuture
      return
    }
    if channel.wasTimerStarted {
      channel.wasTimerStarted = false
      retransmissionDelay = Self.firstDelay
      retransmissionDeadline = now + retransmissionDelay
    }
    if !channel.isTimerRunning { retransmissionDeadline = .distantFuture }
    nextDeadline = min(retransmissionDeadline, handshakeDeadline ?? .distantFuture)
  }

  private func flush(to peer: TransportAddress, into out: inout some DatagramSink & ~Copyable) {
    for datagram in channel.outgoing {
      let target = out.reserve()
      guard datagram.count <= target.count else { continue }
      target.copyBytes(from: datagram)
      out.commit(length: datagram.count, to: peer)
    }
    channel.outgoing.removeAll(keepingCapacity: true)
  }

  private static func failure(_ code: CUnsignedLong) -> DTLSFailure {
    switch copenssl_error_reason(code) {
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE: .noCertificate
    // From 1000 on reasons are alerts that the peer sent.
    case let reason where reason >= SSL_AD_REASON_OFFSET: .alert
    default: .protocolError
    }
  }
}

/// What the connected association is good for.
extension OpenSSLDTLS {
  /// The profile that use_srtp agreed on; nil before, and at rest.
  package var selectedProfile: SRTPProfile? {
    guard let ssl, let selected = SSL_get_selected_srtp_profile(ssl) else { return nil }
    return SRTPProfile(rawValue: UInt16(truncatingIfNeeded: selected.pointee.id))
  }

  /// Called by the library when it has the peer's certificate, in the midst of the handshake.
  func verify(_ certificate: OpaquePointer?) -> Bool {
    guard let certificate, let presented = CertificateFingerprint(certificate: certificate) else {
      cause = .noCertificate
      return false
    }
    peerIsVerified = presented.withBytes { presented in
      expectedPeer.withBytes { OpenSSLPrimitives.constantTimeEqual(presented, $0) }
    }
    if !peerIsVerified { cause = .fingerprintMismatch }
    return peerIsVerified
  }

  /// Keys exported for SRTP (RFC 5764 §4.2): of the DTLS client, of the server; nil unless connected, and at rest.
  func exportKeys() -> (profile: SRTPProfile, client: SRTPMasterKey, server: SRTPMasterKey)? {
    guard state == .connected, let ssl, let profile = selectedProfile else { return nil }
    var material = [UInt8](repeating: 0, count: profile.keyingMaterialLength)
    let label = DTLSSRTPKeyLayout.exporterLabel
    guard SSL_export_keying_material(ssl, &material, material.count, label, label.utf8.count, nil, 0, 0) == 1 else {
      return nil
    }
    let layout = DTLSSRTPKeyLayout(profile)
    return (
      profile,
      SRTPMasterKey(key: Array(material[layout.clientKey]), salt: Array(material[layout.clientSalt])),
      SRTPMasterKey(key: Array(material[layout.serverKey]), salt: Array(material[layout.serverSalt]))
    )
  }
}
