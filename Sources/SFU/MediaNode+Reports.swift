internal import Bytes
internal import RTCCore

/// What the node says about streams: missing packets and key frames asked for, arrivals, reports of both kinds.
extension MediaNode {
  private static var reportInterval: TimeDelta { .seconds(1) }

  /// Asks a sender for what its streams lack.
  mutating func requestRepairs(from place: Int32, now: Instant, into out: inout some DatagramSink & ~Copyable) {
    for kind in [SourceKind.camera, SourceKind.screen] {
      for layer in 0..<Source.maximumLayers {
        let track = router.peers[place].pointee.sources[Int(kind.rawValue)].layers[layer]
        guard track >= 0 else { continue }
        requestPackets(of: track, from: place, now: now, into: &out)
        requestKeyFrame(of: track, from: place, now: now, into: &out)
      }
    }
  }

  private mutating func requestPackets(
    of track: Int32, from place: Int32, now: Instant, into out: inout some DatagramSink & ~Copyable
  ) {
    let upTrack = router.upTracks[track]
    let peer = router.peers[place]
    if now >= upTrack.pointee.nacks.nextDue {
      var numbers = InlineArray<128, UInt16>(repeating: 0)
      var count = 0
      let gaveUp = upTrack.pointee.nacks.collect(now: now, roundTrip: peer.pointee.roundTrip) { number in
        numbers[count] = number
        count += 1
      }
      if gaveUp { router.wantKeyFrame(of: track, now: now) }
      if count > 0 {
        let (sender, media) = (peer.pointee.localSSRC, upTrack.pointee.ssrc)
        withUnsafeBytes(of: &numbers) { bytes in
          let list = UnsafeBufferPointer(rebasing: bytes.bindMemory(to: UInt16.self)[..<count])
          sendRTCP(to: place, into: &out) { writer in
            GenericNACK.write(sender: sender, media: media, sequences: list, into: &writer)
          }
        }
        router.counters.nacksSent &+= UInt64(count)
      }
    }
    router.wake(place, at: upTrack.pointee.nacks.nextDue)
  }

  private mutating func requestKeyFrame(
    of track: Int32, from place: Int32, now: Instant, into out: inout some DatagramSink & ~Copyable
  ) {
    let upTrack = router.upTracks[track]
    let peer = router.peers[place]
    let roundTrip = peer.pointee.roundTrip
    if upTrack.pointee.keyFrames.isWanted, !router.isShown(track) { upTrack.pointee.keyFrames.forget() }
    if upTrack.pointee.keyFrames.takeRequest(now: now, roundTrip: roundTrip) {
      let request = PictureLossIndication(sender: peer.pointee.localSSRC, media: upTrack.pointee.ssrc)
      sendRTCP(to: place, into: &out) { writer in request.write(into: &writer) }
      router.counters.keyFrameRequestsSent &+= 1
    }
    router.wake(place, at: upTrack.pointee.keyFrames.due(roundTrip: roundTrip))
  }

  /// Tells a sender when its packets arrived.
  mutating func sendFeedback(to place: Int32, now: Instant, into out: inout some DatagramSink & ~Copyable) {
    let peer = router.peers[place]
    let (sender, media) = (peer.pointee.localSSRC, router.anySSRC(of: place))
    // One packet covers more than usually comes in an interval; a long gap may need a few.
    for _ in 0..<8 where peer.pointee.feedback.isPending {
      sendRTCP(to: place, into: &out) { writer in
        _ = peer.pointee.feedback.write(sender: sender, media: media, into: &writer)
      }
    }
    peer.pointee.nextFeedback = .distantFuture
  }

  /// Reports to a peer on what it sends, and on what it is sent.
  mutating func sendReports(to place: Int32, now: Instant, into out: inout some DatagramSink & ~Copyable) {
    let peer = router.peers[place]
    peer.pointee.nextReport = now + Self.reportInterval
    let blocks = router.reportBlocks(of: place, now: now)
    if !blocks.isEmpty {
      let report = ReceiverReport(ssrc: peer.pointee.localSSRC)
      blocks.withUnsafeBufferPointer { blocks in
        sendRTCP(to: place, into: &out) { writer in report.write(blocks: blocks, into: &writer) }
      }
    }
    for index in peer.pointee.slots.indices {
      sendSenderReports(of: peer.pointee.slots[index], to: place, now: now, into: &out)
    }
    if let slot = peer.pointee.screenSlot { sendSenderReports(of: slot, to: place, now: now, into: &out) }
  }

  private mutating func sendSenderReports(
    of slot: Slot, to place: Int32, now: Instant, into out: inout some DatagramSink & ~Copyable
  ) {
    let audio = slot.audio >= 0 ? router.senderReport(of: slot.audio, now: now) : nil
    let video = slot.video >= 0 ? router.senderReport(of: slot.video, now: now) : nil
    guard audio != nil || video != nil else { return }
    slot.cname.withUnsafeBytes { cname in
      sendRTCP(to: place, into: &out) { writer in
        if let audio {
          audio.write(into: &writer)
          SourceDescription.write(ssrc: audio.ssrc, cname: cname, into: &writer)
        }
        if let video {
          video.write(into: &writer)
          SourceDescription.write(ssrc: video.ssrc, cname: cname, into: &writer)
        }
      }
    }
  }

  /// Writes one RTCP datagram, protects it and sends it.
  private mutating func sendRTCP(
    to place: Int32, into out: inout some DatagramSink & ~Copyable, _ body: (inout ByteWriter) -> Void
  ) {
    let index = router.peers[place].pointee.transport
    guard index >= 0, transports[index].pointee.srtp != nil, let address = transports[index].pointee.agent.selected
    else { return }
    let slot = out.reserve()
    // Feedback stays below the MTU of any path, tag and index included.
    let room = min(slot.count, Self.maximumDatagram) - transports[index].pointee.srtp!.rtcpOverhead
    var writer = ByteWriter(UnsafeMutableRawBufferPointer(rebasing: slot[..<room]))
    body(&writer)
    guard writer.offset > 0, !writer.overflowed,
      case .passed(let length) = transports[index].pointee.srtp!.protectRTCP(slot, length: writer.offset)
    else { return }
    out.commit(length: length, to: address)
    noteSent(datagrams: 1, bytes: length)
  }

  private static var maximumDatagram: Int { 1_200 }
}
