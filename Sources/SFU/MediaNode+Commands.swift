package import Bytes
package import RTCCore

extension MediaNode {
  /// Carries out a control command.
  package mutating func apply(_ command: MediaCommand, now: Instant, into out: inout some DatagramSink & ~Copyable) {
    switch command {
    case .addPeer(let room, let peer, let configuration):
      add(peer, to: room, configuration: configuration, now: now, into: &out)
    case .removePeer(let peer):
      guard let place = router.place(of: peer) else { return }
      endTransport(of: place, now: now, into: &out)
      router.remove(place, now: now)
    case .setView(let peer, let requests):
      guard let place = router.place(of: peer) else { return }
      router.setView(requests, of: place, now: now)
    case .setSource(let peer, let kind, let enabled):
      guard let place = router.place(of: peer) else { return }
      router.setSource(kind, enabled: enabled, of: place, now: now)
    }
  }

  private mutating func add(
    _ peer: PeerID, to room: RoomID, configuration: PeerConfiguration, now: Instant,
    into out: inout some DatagramSink & ~Copyable
  ) {
    if let old = router.place(of: peer) { endTransport(of: old, now: now, into: &out) }
    guard let place = router.add(peer, to: room, configuration: configuration, now: now) else {
      router.events.append(.disconnected(peer, reason: .nodeFull))
      return
    }
    guard makeTransport(of: place, configuration: configuration, now: now) else {
      router.remove(place, now: now)
      router.events.append(.disconnected(peer, reason: .nodeFull))
      return
    }
  }

  private mutating func makeTransport(of place: Int32, configuration: PeerConfiguration, now: Instant) -> Bool {
    guard let key = configuration.localCredentials.routingKey, ufrags[key] == nil,
      let dtls = security.makeDTLS(role: .server, peer: configuration.remoteFingerprint)
    else { return false }
    let agent = ICELiteAgent<Security.Primitives>(
      local: configuration.localCredentials, remoteUfrag: configuration.remoteUfrag)
    var transport = Transport<Security>(peer: place, agent: agent, dtls: dtls, startRate: startRate, now: now)
    guard let made = transports.insert(transport), ufrags.insert(key, made) else {
      transport.destroy()
      return false
    }
    router.peers[place].pointee.transport = made
    router.peers[place].pointee.budget = startRate
    return true
  }

  /// Says goodbye, if there is anybody to say it to, and frees the transport of a peer.
  mutating func endTransport(of place: Int32, now: Instant, into out: inout some DatagramSink & ~Copyable) {
    let index = router.peers[place].pointee.transport
    guard index >= 0 else { return }
    let transport = transports[index]
    if let address = transport.pointee.agent.selected {
      transport.pointee.dtls.close(now: now, to: address, into: &out)
    }
    if let key = transport.pointee.agent.routingKey { ufrags.remove(key) }
    for slot in 0..<8 {
      guard let address = transport.pointee.address(slot), addresses[address] == index else { continue }
      addresses.remove(address)
      addressChanges.append(address, isAdded: false)
    }
    transport.pointee.destroy()
    transports.remove(index)
    router.peers[place].pointee.transport = -1
    router.peers[place].pointee.isConnected = false
  }

  /// Ends a session that ended by itself.
  mutating func disconnect(
    _ place: Int32, _ reason: DisconnectReason, now: Instant, into out: inout some DatagramSink & ~Copyable
  ) {
    let peer = router.peers[place].pointee.id
    endTransport(of: place, now: now, into: &out)
    router.remove(place, now: now)
    router.events.append(.disconnected(peer, reason: reason))
  }
}
