internal import Bytes
internal import Congestion
internal import RTCCore

/// Pictures wait for the pacer as names of packets in the shared store; sound never waits. Probes are sent from here too.
extension MediaNode {
  /// More than this waiting means that the path cannot carry what is being sent.
  private static var maximumQueue: TimeDelta { .milliseconds(400) }
  private static var largestProbe: Int { 1_100 }
  /// Whole rounds of a probe that may go at one visit.
  private static var smallestProbe: Int { 220 }

  /// Whether a picture's packet may go straight out.
  @inline(__always)
  func mayGoNow(_ peer: Int32, now: Instant) -> Bool {
    let place = router.peers[peer].pointee.transport
    guard place >= 0 else { return true }
    return transports[place].pointee.queue.isEmpty && transports[place].pointee.congestion.maySend(now)
  }

  /// Lets a packet wait, or what fills its number. False when it cannot: it is in no store, or too much waits already and the
  /// stream was cut.
  mutating func enqueue(
    _ packet: borrowing MediaPacket, of track: Int32, isFiller: Bool = false, now: Instant
  ) -> Bool {
    let down = router.downTracks[track]
    let receiver = down.pointee.receiver
    let transport = transports[router.peers[receiver].pointee.transport]
    guard router.upTracks[packet.upTrack].pointee.history != nil else { return false }
    transport.pointee.congestion.setQueue(transport.pointee.queue.bytes)
    let pacer = transport.pointee.congestion.pacer
    guard pacer.fullRate.time(for: transport.pointee.queue.bytes) < Self.maximumQueue else {
      cut(track, now: now)
      return true
    }
    guard
      let numbers = down.pointee.munger.forward(
        sequence: packet.counted(down.pointee.currentLayer), timestamp: packet.timestamp, now: now)
    else { return true }
    if !isFiller, let picture = packet.use.numbers { down.pointee.munger.remember(picture) }
    let entry = PacerQueue.Entry(
      track: track, sequence: numbers.sequence, size: isFiller ? 1 : UInt16(clamping: packet.payload.count))
    guard transport.pointee.queue.append(entry) else {
      down.pointee.munger.takeBack(numbers.sequence)
      cut(track, now: now)
      return true
    }
    router.counters.paced &+= 1
    router.wake(receiver, at: pacer.nextSendTime(now))
    return true
  }

  /// Stops a picture until a key frame of the layer that it is allotted: what is being sent does not fit. What waits of it gives
  /// its numbers back: a gap would be asked for in vain and reported as loss.
  private mutating func cut(_ track: Int32, now: Instant) {
    let down = router.downTracks[track]
    let receiver = down.pointee.receiver
    let transport = transports[router.peers[receiver].pointee.transport]
    var goesOn = true
    while goesOn {
      goesOn = false
      // What came late waits behind higher numbers.
      transport.pointee.queue.forEachBackwards(of: track) { if down.pointee.munger.takeBack($0) { goesOn = true } }
    }
    transport.pointee.queue.remove(track: track)
    router.counters.drop(.overBudget)
    down.pointee.currentLayer = -1
    router.allocate(receiver, now: now)
    router.choose(track, now: now)
  }

  /// Sends what the pacer lets go, and what probes are due.
  mutating func pace(_ peer: Int32, now: Instant, into out: inout some DatagramSink & ~Copyable) {
    let transport = transports[router.peers[peer].pointee.transport]
    transport.pointee.congestion.setQueue(transport.pointee.queue.bytes)
    probe(peer, now: now, into: &out)
    while !transport.pointee.queue.isEmpty, transport.pointee.congestion.maySend(now) {
      _ = sendFirstQueued(peer, now: now, into: &out)
    }
    if !transport.pointee.queue.isEmpty { router.wake(peer, at: transport.pointee.congestion.pacer.nextSendTime(now)) }
    router.wake(peer, at: transport.pointee.congestion.prober.nextProbeTime)
  }

  private mutating func probe(_ peer: Int32, now: Instant, into out: inout some DatagramSink & ~Copyable) {
    let transport = transports[router.peers[peer].pointee.transport]
    while let burst = transport.pointee.congestion.prober.burst(now) {
      var sent = 0
      repeat {
        let size =
          transport.pointee.queue.isEmpty
          ? sendPadding(min(Self.largestProbe, max(Self.smallestProbe, burst - sent)), to: peer, now: now, into: &out)
          : sendFirstQueued(peer, now: now, into: &out)
        guard size > 0 else {
          // Nothing to probe with: no stream has begun.
          if transport.pointee.queue.isEmpty { transport.pointee.congestion.prober.abandon() }
          return
        }
        sent += size
      } while sent < burst && transport.pointee.congestion.prober.isProbing
    }
  }

  /// Sends the packet that waits longest; the bytes of its payload, 0 when it is gone.
  private mutating func sendFirstQueued(
    _ peer: Int32, now: Instant, into out: inout some DatagramSink & ~Copyable
  ) -> Int {
    let transport = transports[router.peers[peer].pointee.transport]
    guard let entry = transport.pointee.queue.first else { return 0 }
    transport.pointee.queue.removeFirst()
    return sendStored(entry.sequence, of: entry.track, as: .media, now: now, into: &out)
  }

  /// Repeats a packet of late in an RTX stream, or sends padding in one (RFC 4588): bytes sent, 0 when there is no RTX
  /// stream to do it in.
  private mutating func sendPadding(
    _ size: Int, to peer: Int32, now: Instant, into out: inout some DatagramSink & ~Copyable
  ) -> Int {
    var track: Int32 = -1
    for index in router.peers[peer].pointee.slots.indices {
      let video = router.peers[peer].pointee.slots[index].video
      guard video >= 0, router.downTracks[video].pointee.hasRTX else { continue }
      if track < 0 || router.downTracks[video].pointee.currentLayer >= 0 { track = video }
      if router.downTracks[video].pointee.currentLayer >= 0 { break }
    }
    guard track >= 0 else { return 0 }
    router.counters.probes &+= 1
    let down = router.downTracks[track]
    if down.pointee.currentLayer >= 0, size > 300 {
      let sequence = down.pointee.munger.recent(down.pointee.takeProbe())
      let sent = sendStored(
        sequence, of: track, as: .retransmission(down.pointee.nextRTXSequence()), now: now, into: &out)
      if sent > 0 { return sent }
    }
    return sendPurePadding(track, size, now: now, into: &out)
  }

  private mutating func sendPurePadding(
    _ track: Int32, _ size: Int, now: Instant, into out: inout some DatagramSink & ~Copyable
  ) -> Int {
    let down = router.downTracks[track]
    guard let header = down.pointee.rtxHeader else { return 0 }
    let numbers = StreamMunger.Numbers(
      sequence: down.pointee.nextRTXSequence(), timestamp: down.pointee.munger.lastTimestamp)
    let payloadType = down.pointee.rtxPayloadType(isVP9: down.pointee.munger.current.layer >= 0)
    return transmitPadding(
      min(255, size), header, payloadType: payloadType, numbers, to: down.pointee.receiver, now: now, into: &out)
  }

  /// Gives a number that a receiver misses in vain a packet that says nothing: what came late under it is for receivers of
  /// other layers.
  mutating func fill(
    _ packet: borrowing MediaPacket, of track: Int32, now: Instant, into out: inout some DatagramSink & ~Copyable
  ) {
    let down = router.downTracks[track]
    // It must not overtake what waits: the receiver would ask for all of that again.
    if !mayGoNow(down.pointee.receiver, now: now), enqueue(packet, of: track, isFiller: true, now: now) { return }
    guard
      let numbers = down.pointee.munger.forward(
        sequence: packet.counted(down.pointee.currentLayer), timestamp: packet.timestamp, now: now),
      transmitPadding(
        1, down.pointee.header, payloadType: down.pointee.vp9PayloadType, numbers, to: down.pointee.receiver, now: now,
        into: &out) > 0
    else { return }
    down.pointee.noteSent(octets: 0)
    router.counters.filled &+= 1
  }

  /// Sends a packet of 1...255 bytes of padding and nothing else; how many were sent.
  private mutating func transmitPadding(
    _ count: Int, _ header: HeaderTemplate, payloadType: UInt8, _ numbers: StreamMunger.Numbers, to peer: Int32,
    now: Instant, into out: inout some DatagramSink & ~Copyable
  ) -> Int {
    let slot = out.reserve()
    let number = router.peers[peer].pointee.takeTransportSequence()
    let written = header.write(
      to: slot, payloadType: payloadType, marker: false, numbers: numbers, transportSequence: number, now: now)
    // The last byte counts the padding, itself included (RFC 3550 §5.1).
    slot[0] |= 0x20
    zeros[count - 1] = UInt8(count)
    defer { zeros[count - 1] = 0 }
    let payload = UnsafeRawBufferPointer(rebasing: zeros[..<count])
    let isSent = transmit(slot, written: written, payload: payload, number: number, to: peer, now: now, into: &out)
    return isSent ? count : 0
  }
}
