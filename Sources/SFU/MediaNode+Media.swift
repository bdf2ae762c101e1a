internal import Bytes
internal import RTCCore

/// The packet path: in through one peer's keys, out through the keys of everybody who follows the stream.
extension MediaNode {
  mutating func handleRTP(
    _ datagram: UnsafeMutableRawBufferPointer, transport place: Int32, from source: TransportAddress, now: Instant,
    into out: inout some DatagramSink & ~Copyable
  ) {
    let transport = transports[place]
    guard transport.pointee.srtp != nil else {
      router.counters.drop(.beforeKeys)
      return
    }
    let length: Int
    switch transport.pointee.srtp!.unprotectRTP(datagram) {
    case .passed(let plain): length = plain
    case .dropped(let reason):
      router.counters.drop(DropReason(reason))
      return
    }
    transport.pointee.agent.noteMedia(from: source)
    let packet = UnsafeRawBufferPointer(start: datagram.baseAddress, count: length)
    switch router.ingest(packet, from: transport.pointee.peer, now: now) {
    case .media(let media): forward(media, now: now, into: &out)
    case .dropped(let reason): router.counters.drop(reason)
    }
  }

  @inline(__always)
  private mutating func forward(
    _ packet: borrowing MediaPacket, now: Instant, into out: inout some DatagramSink & ~Copyable
  ) {
    var track = router.firstSubscriber(of: packet)
    while track >= 0 {
      let next = router.downTracks[track].pointee.nextSubscriber
      switch router.admit(packet, to: track, now: now) {
      case .refused: break
      case .goesOn: send(packet, to: track, now: now, into: &out)
      case .begins:
        send(packet, to: track, now: now, into: &out)
        sendOvertakers(of: packet, to: track, now: now, into: &out)
      }
      track = next
    }
  }

  /// Packets that overtook the first one of a key frame were refused when they came: now they follow it, so that
  /// reordering does not look like loss. What overtook by more than a frame is left to NACKs.
  private mutating func sendOvertakers(
    of first: borrowing MediaPacket, to track: Int32, now: Instant, into out: inout some DatagramSink & ~Copyable
  ) {
    guard let highest = router.upTracks[first.upTrack].pointee.highest else { return }
    var sequence = first.sequence &+ 1
    let end = min(highest, first.sequence &+ Self.maximumOvertakers)
    while sequence <= end {
      if let packet = router.stored(sequence, of: first.upTrack) { send(packet, to: track, now: now, into: &out) }
      sequence &+= 1
    }
  }

  /// The packets of a large key frame.
  private static var maximumOvertakers: Int64 { 64 }

  /// Builds the packet that a receiver gets in its egress slot: fresh header, rewritten descriptor, and the payload
  /// encrypted straight out of the datagram it came in.
  @inline(__always)
  private mutating func send(
    _ packet: borrowing MediaPacket, to track: Int32, now: Instant, into out: inout some DatagramSink & ~Copyable
  ) {
    let down = router.downTracks[track]
    guard let numbers = down.pointee.munger.forward(sequence: packet.sequence, timestamp: packet.timestamp, now: now)
    else { return }
    let slot = out.reserve()
    let sequence = router.peers[down.pointee.receiver].pointee.takeTransportSequence()
    var written = down.pointee.header.write(
      to: slot, marker: packet.marker, numbers: numbers, transportSequence: sequence, now: now)
    var rest = packet.payload
    if let vp8 = packet.vp8 {
      let descriptor = UnsafeMutableRawBufferPointer(rebasing: slot[written..<(written &+ vp8.length)])
      descriptor.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<vp8.length]))
      down.pointee.munger.rewrite(vp8, in: descriptor)
      rest = UnsafeRawBufferPointer(rebasing: rest[vp8.length...])
      written &+= vp8.length
    }
    guard transmit(slot, written: written, payload: rest, to: down.pointee.receiver, into: &out) else { return }
    down.pointee.noteSent(octets: packet.payload.count)
    router.counters.forwarded &+= 1
  }

  /// Answers a NACK: the packet from the shared store, as this receiver would have got it, in its RTX stream.
  mutating func retransmit(
    _ number: UInt16, of track: Int32, now: Instant, into out: inout some DatagramSink & ~Copyable
  ) {
    let down = router.downTracks[track]
    guard let header = down.pointee.rtxHeader, let origin = down.pointee.munger.origin(of: number),
      router.upTracks.contains(origin.segment.upTrack),
      router.upTracks[origin.segment.upTrack].pointee.generation == origin.segment.generation,
      let stored = router.upTracks[origin.segment.upTrack].pointee.history?.find(origin.sequence)
    else {
      router.counters.drop(.retransmissionGone)
      return
    }
    guard let rtxSequence = down.pointee.takeRetransmission() else {
      router.counters.drop(.retransmissionBudget)
      return
    }
    let slot = out.reserve()
    let numbers = StreamMunger.Numbers(
      sequence: rtxSequence, timestamp: stored.entry.timestamp &- origin.segment.timestampOffset)
    let transportSequence = router.peers[down.pointee.receiver].pointee.takeTransportSequence()
    var written = header.write(
      to: slot, marker: stored.entry.marker, numbers: numbers, transportSequence: transportSequence, now: now)
    slot.storeBytes(of: number.bigEndian, toByteOffset: written, as: UInt16.self)
    written &+= RTX.overhead
    var rest = stored.payload
    if let vp8 = VP8Descriptor(rest) {
      let descriptor = UnsafeMutableRawBufferPointer(rebasing: slot[written..<(written &+ vp8.length)])
      descriptor.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<vp8.length]))
      StreamMunger.rewrite(vp8, segment: origin.segment, in: descriptor)
      rest = UnsafeRawBufferPointer(rebasing: rest[vp8.length...])
      written &+= vp8.length
    }
    if transmit(slot, written: written, payload: rest, to: down.pointee.receiver, into: &out) {
      router.counters.retransmitted &+= 1
    }
  }

  /// Protects what has been built in `slot` and sends it.
  @inline(__always)
  private mutating func transmit(
    _ slot: UnsafeMutableRawBufferPointer, written: Int, payload: UnsafeRawBufferPointer, to peer: Int32,
    into out: inout some DatagramSink & ~Copyable
  ) -> Bool {
    let place = router.peers[peer].pointee.transport
    guard place >= 0, transports[place].pointee.srtp != nil,
      let address = transports[place].pointee.agent.pairs.selected,
      case .passed(let length) = transports[place].pointee.srtp!.protectRTP(slot, written: written, payload: payload)
    else {
      router.counters.drop(.protectFailed)
      return false
    }
    out.commit(length: length, to: address)
    noteSent(datagrams: 1, bytes: length)
    return true
  }
}
