internal import Bytes
internal import Congestion
internal import RTCCore

/// Sound for receivers whose path loses packets: every datagram goes out a second time, unchanged, right after the next
/// one of the same sound. See docs/adr/0023.
extension MediaNode {
  /// Begins or ends with copies, as the losses of a receiver say.
  mutating func updateCopies(of peer: Int32) {
    let transport = transports[router.peers[peer].pointee.transport]
    let isWanted = transport.pointee.congestion.repair.isWanted
    router.peers[peer].pointee.hearsTwice = isWanted
    if isWanted { transport.pointee.copies.begin() } else { transport.pointee.copies.end() }
  }

  /// `transmit` for a sound, with the copy of the one before it.
  @inline(__always)
  mutating func transmitSound(
    _ slot: UnsafeMutableRawBufferPointer, written: Int, payload: UnsafeRawBufferPointer, number: UInt16,
    of track: Int32, now: Instant, into out: inout some DatagramSink & ~Copyable
  ) -> Bool {
    let peer = router.downTracks[track].pointee.receiver
    let place = router.peers[peer].pointee.transport
    guard place >= 0, transports[place].pointee.copies.isKept else {
      return transmit(slot, written: written, payload: payload, number: number, to: peer, now: now, into: &out)
    }
    let length = seal(slot, written: written, payload: payload, to: peer)
    guard length > 0, let address = transports[place].pointee.agent.pairs.selected else { return false }
    let sealed = UnsafeRawBufferPointer(rebasing: slot[..<length])
    let copy = transports[place].pointee.copies.keep(sealed, number: number, of: track, now: now)
    out.commit(length: length, to: address)
    noteSent(length, number: number, by: place, now: now)
    if let copy { sendAgain(copy, to: address, by: place, now: now, into: &out) }
    return true
  }

  private mutating func sendAgain(
    _ copy: SoundCopies.Copy, to address: TransportAddress, by place: Int32, now: Instant,
    into out: inout some DatagramSink & ~Copyable
  ) {
    guard transports[place].pointee.congestion.takeCopy(of: copy.number, bytes: copy.bytes.count, now: now)
    else { return }
    out.reserve().copyMemory(from: copy.bytes)
    out.commit(length: copy.bytes.count, to: address)
    noteSent(datagrams: 1, bytes: copy.bytes.count)
    router.counters.copied &+= 1
  }
}
