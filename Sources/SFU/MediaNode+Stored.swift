internal import Bytes
internal import Congestion
internal import RTCCore

/// Packets that leave the shared store: for the first time, having waited for the pacer, or again.
extension MediaNode {
  /// Answers a NACK: the packet from the shared store, as this receiver would have got it, in its RTX stream.
  mutating func retransmit(
    _ number: UInt16, of track: Int32, now: Instant, into out: inout some DatagramSink & ~Copyable
  ) {
    let down = router.downTracks[track]
    let place = router.peers[down.pointee.receiver].pointee.transport
    guard down.pointee.hasRTX, place >= 0, let stored = stored(number, of: track) else {
      router.counters.drop(.retransmissionGone)
      return
    }
    // What fills a number is small, and a receiver of a small layer may miss more of others' packets than it gets of its own.
    let isFiller = stored.payload.isEmpty
    let bytes = max(stored.payload.count, RateMeter.overhead)
    guard transports[place].pointee.congestion.takeRetransmission(bytes: bytes, now: now),
      let sequence = isFiller ? down.pointee.nextRTXSequence() : down.pointee.takeRetransmission()
    else {
      router.counters.drop(.retransmissionBudget)
      return
    }
    if sendStored(number, of: track, as: .retransmission(sequence), now: now, into: &out) > 0 {
      router.counters.retransmitted &+= 1
    }
  }

  /// How a packet leaves the store.
  enum StoredForm {
    /// For the first time, having waited for the pacer.
    case media
    /// In the RTX stream, with this number of its own.
    case retransmission(UInt16)
  }

  /// A packet of the store as a receiver gets it.
  private struct Stored {
    let segment: StreamMunger.Segment
    let timestamp: UInt32
    var marker: Bool
    let isVP9: Bool
    /// Empty of a packet that came late and is for receivers of other layers: its number is filled, no more.
    var payload: UnsafeRawBufferPointer
    var numbers: PictureNumbers?
  }

  private func stored(_ number: UInt16, of track: Int32) -> Stored? {
    guard let origin = router.downTracks[track].pointee.munger.origin(of: number),
      router.upTracks.contains(origin.segment.upTrack),
      router.upTracks[origin.segment.upTrack].pointee.generation == origin.segment.generation
    else { return nil }
    let upTrack = router.upTracks[origin.segment.upTrack]
    let layer = origin.segment.layer
    let sequence =
      layer < 0 ? origin.sequence : upTrack.pointee.counts?.origin(of: origin.sequence, layer: layer)
    guard let sequence, let (entry, payload) = upTrack.pointee.history?.find(sequence) else { return nil }
    var stored = Stored(
      segment: origin.segment, timestamp: entry.timestamp &- origin.segment.timestampOffset, marker: entry.marker,
      isVP9: entry.isVP9, payload: payload)
    if !entry.isVP9 {
      stored.numbers = VP8Descriptor(payload)?.numbers
    } else if let vp9 = VP9Descriptor(payload) {
      let use = PacketUse(vp9, marker: entry.marker)
      let isTheirs = use.serves & layerBit(layer) != 0
      stored.numbers = isTheirs ? vp9.numbers : nil
      stored.marker = isTheirs && use.ends & layerBit(layer) != 0
      if !isTheirs { stored.payload = UnsafeRawBufferPointer(rebasing: payload[..<0]) }
    }
    return stored
  }

  /// Sends the packet that the receiver knows as `number` out of the store; the bytes of its payload, 0 when it is gone.
  mutating func sendStored(
    _ number: UInt16, of track: Int32, as form: StoredForm, now: Instant,
    into out: inout some DatagramSink & ~Copyable
  ) -> Int {
    let down = router.downTracks[track]
    guard let stored = stored(number, of: track) else { return 0 }
    let isVP9 = stored.isVP9
    let slot = out.reserve()
    let sequence = router.peers[down.pointee.receiver].pointee.takeTransportSequence()
    var written: Int
    switch form {
    case .media:
      written = down.pointee.header.write(
        to: slot, payloadType: isVP9 ? down.pointee.vp9PayloadType : down.pointee.payloadType, marker: stored.marker,
        numbers: StreamMunger.Numbers(sequence: number, timestamp: stored.timestamp), transportSequence: sequence,
        now: now)
    case .retransmission(let rtxSequence):
      guard let header = down.pointee.rtxHeader else { return 0 }
      written = header.write(
        to: slot, payloadType: down.pointee.rtxPayloadType(isVP9: isVP9), marker: stored.marker,
        numbers: StreamMunger.Numbers(sequence: rtxSequence, timestamp: stored.timestamp), transportSequence: sequence,
        now: now)
      slot.storeBytes(of: number.bigEndian, toByteOffset: written, as: UInt16.self)
      written &+= RTX.overhead
    }
    var rest = stored.payload
    if let picture = stored.numbers {
      let descriptor = UnsafeMutableRawBufferPointer(rebasing: slot[written..<(written &+ picture.length)])
      descriptor.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<picture.length]))
      StreamMunger.rewrite(picture, segment: stored.segment, in: descriptor)
      rest = UnsafeRawBufferPointer(rebasing: rest[picture.length...])
      written &+= picture.length
    }
    guard
      transmit(
        slot, written: written, payload: rest, number: sequence, to: down.pointee.receiver, now: now, into: &out)
    else { return 0 }
    if case .media = form {
      down.pointee.noteSent(octets: stored.payload.count)
      router.counters.forwarded &+= 1
    }
    return max(1, stored.payload.count)
  }
}
