internal import Bytes
internal import RTCCore
internal import SFU

/// Media to the node.
extension ClientPeer {
  /// Sends what each source owes until `now`; after a long pause only the latest.
  mutating func sendMedia(now: Instant, into out: inout some DatagramSink & ~Copyable) {
    for index in sources.indices where sources[index].isEnabled && sources[index].nextDue <= now {
      let due = sources[index].nextDue
      sources[index].nextDue = due + sources[index].interval
      if sources[index].nextDue + .milliseconds(200) < now {
        statistics.skipped += UInt64((now - sources[index].nextDue).nanoseconds / sources[index].interval.nanoseconds)
        sources[index].nextDue = now + sources[index].interval
      }
      if sources[index].isScalable {
        sendScalablePicture(sources[index].streams, due: due, now: now, into: &out)
        continue
      }
      for stream in sources[index].streams where streams[stream].isWanted {
        if streams[stream].video == nil {
          sendAudio(stream, due: due, now: now, into: &out)
        } else {
          sendPicture(stream, due: due, now: now, into: &out)
        }
      }
    }
  }

  private mutating func sendAudio(
    _ index: Int, due: Instant, now: Instant, into out: inout some DatagramSink & ~Copyable
  ) {
    let timestamp = streams[index].timestamp(at: due - connectedAt)
    let header = streams[index].nextHeader(timestamp: timestamp, marker: false)
    var values = streamNames(of: index)
    values.audioLevel = AudioLevel(
      level: speaks ? configuration.audioLevel : 127, voice: speaks)
    let note = SyntheticPayload(source: source, frame: streams[index].nextAudioFrame(), sentAt: now)
    let size = configuration.audioPacketSize
    let sent = send(header, &values, now: now, into: &out) { writer in
      // TOC: one CELT frame of 20 ms, full band, stereo (RFC 6716 §3.1).
      writer.write(UInt8(0xFC))
      note.write(size: size - 1, into: &writer)
    }
    streams[index].countSent(payload: sent)
  }

  private mutating func sendPicture(
    _ index: Int, due: Instant, now: Instant, into out: inout some DatagramSink & ~Copyable
  ) {
    guard var video = streams[index].video else { return }
    let frame = video.nextFrame(now: now)
    streams[index].video = video
    statistics.framesSent += 1
    if frame.isKey { statistics.keyFramesSent += 1 }
    let timestamp = streams[index].timestamp(at: due - connectedAt)
    for packet in 0..<frame.packetCount {
      let header = streams[index].nextHeader(timestamp: timestamp, marker: packet == frame.packetCount - 1)
      var values = streamNames(of: index)
      let sent = send(header, &values, now: now, into: &out) { video.write(frame, packet: packet, into: &$0) }
      streams[index].countSent(payload: sent)
      streams[index].remember(
        OutgoingStream.Sent(
          sequence: header.sequenceNumber, timestamp: timestamp, marker: header.marker, content: .plain(frame),
          packet: packet))
    }
  }

  /// All layers of a picture in the first of its streams, unless nobody takes any.
  private mutating func sendScalablePicture(
    _ range: Range<Int>, due: Instant, now: Instant, into out: inout some DatagramSink & ~Copyable
  ) {
    let index = range.lowerBound
    guard range.contains(where: { streams[$0].isWanted }), var video = streams[index].scalable else { return }
    let frames = video.nextPicture(now: now)
    streams[index].scalable = video
    statistics.framesSent += 1
    if frames[0].isKey { statistics.keyFramesSent += 1 }
    let timestamp = streams[index].timestamp(at: due - connectedAt)
    for frame in frames {
      for packet in 0..<frame.packetCount {
        let isLast = frame.isTop && packet == frame.packetCount - 1
        let header = streams[index].nextHeader(timestamp: timestamp, marker: isLast, isVP9: true)
        var values = streamNames(of: index)
        let sent = send(header, &values, now: now, into: &out) { video.write(frame, packet: packet, into: &$0) }
        streams[index].countSent(payload: sent)
        streams[index].remember(
          OutgoingStream.Sent(
            sequence: header.sequenceNumber, timestamp: timestamp, marker: isLast, content: .scalable(frame),
            packet: packet))
      }
    }
  }

  /// Answers a NACK with the same packet on the retransmission stream (RFC 4588).
  mutating func repeatPacket(
    _ ssrc: UInt32, _ sequence: UInt16, now: Instant, into out: inout some DatagramSink & ~Copyable
  ) {
    guard let index = streams.firstIndex(where: { $0.ssrc == ssrc }), let sent = streams[index].sent(sequence),
      let header = streams[index].nextRTXHeader(of: sent)
    else { return }
    var values = RTPExtensions()
    values.mid = streams[index].mid
    values.repairedRID = streams[index].rid
    statistics.packetsRepeated += 1
    let stream = streams[index]
    _ = send(header, &values, now: now, into: &out) { writer in
      writer.write(sequence)
      switch sent.content {
      case .plain(let frame): stream.video?.write(frame, packet: sent.packet, into: &writer)
      case .scalable(let frame): stream.scalable?.write(frame, packet: sent.packet, into: &writer)
      }
    }
  }

  private func streamNames(of index: Int) -> RTPExtensions {
    var values = RTPExtensions()
    guard !streams[index].isAcknowledged else { return values }
    values.mid = streams[index].mid
    values.rid = streams[index].rid
    return values
  }

  /// Builds and seals a packet in its egress slot. Returns the bytes of payload.
  private mutating func send(
    _ header: RTPHeader, _ values: inout RTPExtensions, now: Instant, into out: inout some DatagramSink & ~Copyable,
    payload: (inout ByteWriter) -> Void
  ) -> Int {
    guard let address = ice.selected else { return 0 }
    values.transportSequence = transportSequence
    transportSequence &+= 1
    values.absSendTime = UInt32(truncatingIfNeeded: NTPTime(now).rawValue >> 14) & 0xFF_FFFF
    let slot = out.reserve()
    var writer = ByteWriter(slot)
    header.write(extensions: values, map: extensions, into: &writer)
    let start = writer.offset
    payload(&writer)
    guard !writer.overflowed else { return 0 }
    let none = UnsafeRawBufferPointer(start: nil, count: 0)
    guard case .passed(let length)? = srtp?.protectRTP(slot, written: writer.offset, payload: none) else { return 0 }
    out.commit(length: length, to: address)
    statistics.packetsSent += 1
    statistics.datagramsOut += 1
    statistics.bytesOut += UInt64(length)
    return writer.offset - start
  }
}
