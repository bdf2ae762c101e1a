package import Bytes
internal import Congestion
package import RTCCore

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
    let ssrc = UInt32(bigEndian: packet.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
    if !train.continues(with: ssrc, from: place) { finish(now: now, into: &out) }
    switch router.ingest(packet, from: transport.pointee.peer, now: now) {
    case .media(let media):
      train.append(media, ssrc: ssrc, from: place)
      if !media.kind.isVideo || train.isFull { finish(now: now, into: &out) }
    case .dropped(let reason): router.counters.drop(reason)
    }
  }

  /// Forwards what `take` has left.
  @inline(__always)
  package mutating func finish(now: Instant, into out: inout some DatagramSink & ~Copyable) {
    if train.count > 0 { forwardTrain(now: now, into: &out) }
  }

  private mutating func forwardTrain(now: Instant, into out: inout some DatagramSink & ~Copyable) {
    let packets = train.packets
    var track = router.firstSubscriber(of: packets[0])
    var ahead = lookahead(from: track)
    while track >= 0 {
      lookAhead(&ahead)
      let next = router.downTracks[track].pointee.nextSubscriber
      for index in 0..<train.count {
        switch router.admit(packets[index], to: track, now: now) {
        case .refused: break
        case .fills: fill(packets[index], of: track, now: now, into: &out)
        case .goesOn: send(packets[index], to: track, now: now, into: &out)
        case .begins:
          send(packets[index], to: track, now: now, into: &out)
          sendOvertakers(of: index, to: track, now: now, into: &out)
        }
      }
      track = next
    }
    train.clear()
  }

  /// Packets that overtook the first one of a key frame were refused when they came: now they follow it, so that
  /// reordering does not look like loss. What overtook by more than a frame is left to NACKs.
  private mutating func sendOvertakers(
    of position: Int, to track: Int32, now: Instant, into out: inout some DatagramSink & ~Copyable
  ) {
    let first = train.packets[position]
    guard let highest = router.upTracks[first.upTrack].pointee.highest else { return }
    var sequence = first.sequence &+ 1
    let end = min(highest, first.sequence &+ Self.maximumOvertakers)
    while sequence <= end {
      // What follows in the train comes by itself.
      if !train.contains(sequence, after: position), let packet = router.stored(sequence, of: first.upTrack) {
        let layer = layerBit(router.downTracks[track].pointee.currentLayer)
        if packet.use.serves & layer != 0 {
          send(packet, to: track, now: now, into: &out)
        } else if packet.use.fills & layer != 0 {
          fill(packet, of: track, now: now, into: &out)
        }
      }
      sequence &+= 1
    }
  }

  /// The packets of a large key frame.
  private static var maximumOvertakers: Int64 { 64 }

  /// Sends a packet, or lets it wait when it is a picture's and the receiver's path is busy.
  @inline(__always)
  private mutating func send(
    _ packet: borrowing MediaPacket, to track: Int32, now: Instant, into out: inout some DatagramSink & ~Copyable
  ) {
    if packet.kind.isVideo, !mayGoNow(router.downTracks[track].pointee.receiver, now: now),
      enqueue(packet, of: track, now: now)
    {
      return
    }
    sendNow(packet, to: track, now: now, into: &out)
  }

  /// Builds the packet that a receiver gets in its egress slot: fresh header, and the payload encrypted straight out of the
  /// datagram it came in, where the receiver's descriptor is written first.
  @inline(__always)
  private mutating func sendNow(
    _ packet: borrowing MediaPacket, to track: Int32, now: Instant, into out: inout some DatagramSink & ~Copyable
  ) {
    let down = router.downTracks[track]
    let layer = down.pointee.currentLayer
    guard
      let numbers = down.pointee.munger.forward(
        sequence: packet.counted(layer), timestamp: packet.timestamp, now: now)
    else { return }
    let slot = out.reserve()
    let number = router.peers[down.pointee.receiver].pointee.takeTransportSequence()
    var written = down.pointee.header.write(
      to: slot, payloadType: packet.use.isVP9 ? down.pointee.vp9PayloadType : down.pointee.payloadType,
      marker: packet.use.ends & layerBit(layer) != 0, numbers: numbers, transportSequence: number, now: now)
    var rest = packet.payload
    if let picture = packet.use.numbers, packet.isScratch {
      down.pointee.munger.rewrite(picture, in: UnsafeMutableRawBufferPointer(mutating: rest))
    } else if let picture = packet.use.numbers {
      let descriptor = UnsafeMutableRawBufferPointer(rebasing: slot[written..<(written &+ picture.length)])
      descriptor.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<picture.length]))
      down.pointee.munger.rewrite(picture, in: descriptor)
      rest = UnsafeRawBufferPointer(rebasing: rest[picture.length...])
      written &+= picture.length
    }
    let isSent =
      packet.kind.isVideo
      ? transmit(slot, written: written, payload: rest, number: number, to: down.pointee.receiver, now: now, into: &out)
      : transmitSound(slot, written: written, payload: rest, number: number, of: track, now: now, into: &out)
    guard isSent else { return }
    down.pointee.noteSent(octets: packet.payload.count)
    router.counters.forwarded &+= 1
  }

  /// Protects what has been built in `slot` and sends it under the transport-wide `number`.
  @inline(__always)
  mutating func transmit(
    _ slot: UnsafeMutableRawBufferPointer, written: Int, payload: UnsafeRawBufferPointer, number: UInt16,
    to peer: Int32, now: Instant, into out: inout some DatagramSink & ~Copyable
  ) -> Bool {
    let length = seal(slot, written: written, payload: payload, to: peer)
    let place = router.peers[peer].pointee.transport
    guard length > 0, let address = transports[place].pointee.agent.pairs.selected else { return false }
    out.commit(length: length, to: address)
    noteSent(length, number: number, by: place, now: now)
    return true
  }

  /// Protects what has been built in `slot`; the length of the datagram, 0 when that cannot be done or sent.
  @inline(__always)
  mutating func seal(
    _ slot: UnsafeMutableRawBufferPointer, written: Int, payload: UnsafeRawBufferPointer, to peer: Int32
  ) -> Int {
    let place = router.peers[peer].pointee.transport
    guard place >= 0, transports[place].pointee.srtp != nil, transports[place].pointee.agent.pairs.selected != nil,
      case .passed(let length) = transports[place].pointee.srtp!.protectRTP(slot, written: written, payload: payload)
    else {
      router.counters.drop(.protectFailed)
      return 0
    }
    return length
  }

  /// A datagram of `length` bytes has left under the transport-wide `number`.
  @inline(__always)
  mutating func noteSent(_ length: Int, number: UInt16, by place: Int32, now: Instant) {
    transports[place].pointee.congestion.onSent(number, bytes: length, now: now)
    noteSent(datagrams: 1, bytes: length)
  }
}
