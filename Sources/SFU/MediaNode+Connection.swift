internal import Bytes
internal import RTCCore

/// From the first check to the keys.
extension MediaNode {
  mutating func handleSTUN(
    _ datagram: UnsafeRawBufferPointer, from source: TransportAddress, now: Instant,
    into out: inout some DatagramSink & ~Copyable
  ) -> DatagramOwner {
    let message: STUNMessage
    do throws(STUNParseError) { message = try STUNMessage(datagram) } catch {
      router.counters.drop(.malformedSTUN)
      return .ours
    }
    guard let key = ICERoutingKey(localUfragOf: message.username), let place = ufrags[key] else {
      router.counters.drop(.unknownUfrag)
      return .stranger
    }
    let transport = transports[place]
    switch transport.pointee.agent.handle(message, from: source, now: now, into: &out) {
    case .answered(let isNewPair):
      noteSent(datagrams: 1)
      if isNewPair || addresses[source] != place { register(source, transport: place) }
      // A first check moves the deadline from the patience of a beginning to consent.
      router.wake(transport.pointee.peer, at: transport.pointee.nextDeadline)
    case .refused:
      noteSent(datagrams: 1)
    case .dropped(let reason):
      router.counters.drop(DropReason(reason))
    case .response:
      router.counters.drop(.malformedSTUN)
    }
    return .ours
  }

  private mutating func register(_ address: TransportAddress, transport place: Int32) {
    guard addresses.insert(address, place) else { return }
    addressChanges.append(address, isAdded: true)
    guard let displaced = transports[place].pointee.remember(address), displaced != address,
      addresses[displaced] == place
    else { return }
    addresses.remove(displaced)
    addressChanges.append(displaced, isAdded: false)
  }

  mutating func handleDTLS(
    _ datagram: UnsafeRawBufferPointer, transport place: Int32, from source: TransportAddress, now: Instant,
    into out: inout some DatagramSink & ~Copyable
  ) {
    let transport = transports[place]
    let peer = transport.pointee.peer
    switch transport.pointee.dtls.handle(datagram, now: now, to: source, into: &out) {
    case .handled:
      transport.pointee.agent.noteMedia(from: source)
      router.wake(peer, at: transport.pointee.nextDeadline)
    case .connected:
      transport.pointee.agent.noteMedia(from: source)
      guard let srtp = security.makeSRTP(from: transport.pointee.dtls) else {
        disconnect(peer, .dtlsFailed, now: now, into: &out)
        return
      }
      transport.pointee.srtp = srtp
      connect(peer, now: now)
    case .ignored:
      router.counters.drop(.malformedDTLS)
    case .ended:
      disconnect(peer, transport.pointee.dtls.state == .closed ? .closed : .dtlsFailed, now: now, into: &out)
    }
  }

  private mutating func connect(_ place: Int32, now: Instant) {
    router.peers[place].pointee.isConnected = true
    router.peers[place].pointee.nextReport = now + Self.firstReport
    router.peers[place].pointee.nextSelection = now
    router.allocate(place, now: now)
    router.wake(place, at: now)
    router.events.append(.connected(router.peers[place].pointee.id))
  }

  /// Early, so that sound and picture are in sync from the start (RFC 6051 §2).
  private static var firstReport: TimeDelta { .milliseconds(200) }

  @inline(__always)
  mutating func noteSent(datagrams: UInt64, bytes: Int = 0) {
    router.counters.packetsOut &+= datagrams
    router.counters.bytesOut &+= UInt64(bytes)
  }
}

extension DropReason {
  init(_ reason: ICEDropReason) {
    self =
      switch reason {
      case .badFingerprint, .unexpectedResponse, .indication: .malformedSTUN
      case .wrongUsername: .unknownUfrag
      case .badIntegrity: .badSTUNIntegrity
      }
  }

  init(_ reason: SRTPDropReason) {
    self =
      switch reason {
      case .malformed: .malformedSRTP
      case .replayed: .replayedSRTP
      case .tooOld: .tooOldSRTP
      case .badTag: .badTag
      case .unencrypted: .unencryptedSRTCP
      case .tooManyStreams: .tooManyStreams
      case .noRoom, .keyExhausted: .protectFailed
      }
  }
}
