package import Bytes
package import RTCCore

extension ClientPeer {
  /// Takes in one datagram from the socket, decrypting it in place, and sends what follows from it.
  package mutating func handle(
    _ datagram: UnsafeMutableRawBufferPointer, from address: TransportAddress, now: Instant,
    into out: inout some DatagramSink & ~Copyable
  ) {
    statistics.datagramsIn += 1
    statistics.bytesIn += UInt64(datagram.count)
    let bytes = UnsafeRawBufferPointer(datagram)
    switch DatagramKind.classify(bytes) {
    case .stun: handleSTUN(bytes, from: address, now: now, into: &out)
    case .dtls: handleDTLS(bytes, from: address, now: now, into: &out)
    case .rtp: handleRTP(datagram, now: now)
    case .rtcp: handleRTCP(datagram, now: now, into: &out)
    case .unknown: statistics.dropped += 1
    }
  }

  private mutating func handleSTUN(
    _ datagram: UnsafeRawBufferPointer, from address: TransportAddress, now: Instant,
    into out: inout some DatagramSink & ~Copyable
  ) {
    guard let message = try? STUNMessage(datagram) else {
      statistics.dropped += 1
      return
    }
    if case .dropped = ice.handle(message, from: address, now: now, into: &out) { statistics.dropped += 1 }
    startDTLS(now: now, into: &out)
  }

  private mutating func handleDTLS(
    _ datagram: UnsafeRawBufferPointer, from address: TransportAddress, now: Instant,
    into out: inout some DatagramSink & ~Copyable
  ) {
    guard dtls != nil, let peer = ice.selected, ice.isValidated(address) else {
      statistics.dropped += 1
      return
    }
    switch dtls?.handle(datagram, now: now, to: peer, into: &out) {
    case .connected: connect(now)
    case .ended: state = .ended
    case .ignored, nil: statistics.dropped += 1
    case .handled: break
    }
  }

  /// Keys are there: everything begins, each source at its own phase so that many clients do not send in step.
  private mutating func connect(_ now: Instant) {
    guard let dtls, let srtp = security.makeSRTP(from: dtls) else {
      state = .ended
      return
    }
    self.srtp = srtp
    state = .connected
    connectedAt = now
    statistics.connectTime = now - acceptedAt
    for index in sources.indices where sources[index].isEnabled {
      let phase = Int64.random(in: 0..<sources[index].interval.nanoseconds, using: &random)
      sources[index].nextDue = now + TimeDelta(nanoseconds: phase)
    }
    nextReport = now + .milliseconds(Int64.random(in: 100...400, using: &random))
  }

  private mutating func handleRTP(_ datagram: UnsafeMutableRawBufferPointer, now: Instant) {
    guard case .passed(let length)? = srtp?.unprotectRTP(datagram) else {
      statistics.dropped += 1
      return
    }
    let packet = UnsafeRawBufferPointer(rebasing: datagram[..<length])
    guard var header = RTPHeader(packet), let values = RTPExtensions(packet, header: header, map: extensions) else {
      statistics.dropped += 1
      return
    }
    if let sequence = values.transportSequence {
      if !feedback.isPending { nextFeedback = min(nextFeedback, now + .milliseconds(100)) }
      feedback.record(sequence, at: now)
    }
    guard let index = incomingSSRCs.index(of: header.ssrc) else {
      statistics.dropped += 1
      return
    }
    let place = trackOfSSRC[index] / 2
    let isRepair = trackOfSSRC[index] % 2 == 1
    if isRepair {
      guard let payloadType = tracks[place].repaired(header.payloadType),
        RTX.unwrap(&header, in: packet, ssrc: tracks[place].ssrc, payloadType: payloadType, allowsEmpty: true)
      else { return }
    }
    let sentAt = tracks[place].receive(header, in: packet, isRepair: isRepair, now: now)
    if let sentAt, !isRepair { delays.count(now - sentAt) }
    tracksDue = min(tracksDue, tracks[place].nextDeadline)
  }
}
