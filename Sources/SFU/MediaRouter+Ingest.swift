internal import Bytes
internal import RTCCore

extension MediaRouter {
  /// Takes in a decrypted packet of a peer: notes its arrival, finds its stream, drops what is of no use, and keeps a
  /// copy of what may be asked for again.
  mutating func ingest(_ packet: UnsafeRawBufferPointer, from place: Int32, now: Instant) -> IngestVerdict {
    let peer = peers[place]
    guard var header = RTPHeader(packet),
      let extensions = RTPExtensions(packet, header: header, map: peer.pointee.extensions)
    else { return .dropped(.malformedRTP) }
    if let number = extensions.transportSequence, peer.pointee.hasTransportSequences {
      noteArrival(number, of: place, now: now)
    }

    let owner: Int32
    if let known = ssrcs[RoomSSRC(room: peer.pointee.room, ssrc: header.ssrc)] {
      owner = known
    } else {
      switch learn(header, extensions, from: place, now: now) {
      case .learned(let learned): owner = learned
      case .refused(let reason): return .dropped(reason)
      }
    }
    let track = owner >> 1
    let upTrack = upTracks[track]
    guard upTrack.pointee.peer == place else { return .dropped(.foreignSSRC) }
    let kind = upTrack.pointee.kind
    let isRetransmission = owner & 1 != 0
    let known = peer.pointee.payloadTypes(of: kind, isRetransmission: isRetransmission)
    let isVP9 = header.payloadType == known.vp9
    // Layers of VP9 come in one stream.
    guard isVP9 ? upTrack.pointee.layer == 0 : header.payloadType == known.primary else {
      return .dropped(.unknownPayloadType)
    }

    let acceptance: UpTrack.Acceptance
    if isRetransmission {
      let formats = peer.pointee.payloadTypes(of: kind, isRetransmission: false)
      let payloadType = isVP9 ? formats.vp9 : formats.primary
      guard RTX.unwrap(&header, in: packet, ssrc: upTrack.pointee.ssrc, payloadType: payloadType) else {
        return .dropped(.padding)
      }
      acceptance = upTrack.pointee.acceptRetransmission(header, now: now)
      if case .accepted = acceptance { counters.recovered &+= 1 }
    } else {
      acceptance = upTrack.pointee.accept(header, now: now)
    }
    guard let range = header.payloadRange(in: packet) else { return .dropped(.malformedRTP) }
    let payload = UnsafeRawBufferPointer(rebasing: packet[range])
    switch acceptance {
    case .dropped(let reason): return .dropped(reason)
    case .accepted(let sequence):
      guard kind.isVideo || listen(extensions.audioLevel, to: track, now: now) else { return .dropped(.silence) }
      return finish(header, sequence: sequence, payload: payload, isVP9: isVP9, track: track, now: now)
    case .acceptedAfterLoss(let sequence):
      wantKeyFrame(of: track, now: now)
      return finish(header, sequence: sequence, payload: payload, isVP9: isVP9, track: track, now: now)
    }
  }

  @inline(__always)
  private mutating func noteArrival(_ number: UInt16, of place: Int32, now: Instant) {
    peers[place].pointee.feedback.record(number, at: now)
    guard peers[place].pointee.nextFeedback == .distantFuture else { return }
    peers[place].pointee.nextFeedback = now + Self.feedbackInterval
    wake(place, at: now + Self.feedbackInterval)
  }

  /// As often as libwebrtc does by default.
  private static var feedbackInterval: TimeDelta { .milliseconds(100) }

  @inline(__always)
  private mutating func finish(
    _ header: RTPHeader, sequence: Int64, payload: UnsafeRawBufferPointer, isVP9: Bool, track: Int32, now: Instant
  ) -> IngestVerdict {
    let upTrack = upTracks[track]
    let kind = upTrack.pointee.kind
    guard kind.isVideo else {
      upTrack.pointee.count(payload.count, layer: 0, serves: 1, now: now)
      return .media(packet(header, sequence, payload, of: track, PacketUse(serves: 1, ends: header.marker ? 1 : 0)))
    }
    guard
      let use = isVP9
        ? takeVP9(header, sequence, payload, of: track, now: now)
        : takeVP8(header, sequence, payload, of: track, now: now)
    else { return .dropped(.malformedPayload) }
    upTrack.pointee.keep(header, sequence: sequence, payload: payload, isVP9: isVP9, now: now)
    let due = upTrack.pointee.nacks.nextDue
    if due < .distantFuture { wake(upTrack.pointee.peer, at: due) }
    return .media(packet(header, sequence, payload, of: track, use))
  }

  @inline(__always)
  private func packet(
    _ header: RTPHeader, _ sequence: Int64, _ payload: UnsafeRawBufferPointer, of track: Int32, _ use: PacketUse
  ) -> MediaPacket {
    let upTrack = upTracks[track]
    return MediaPacket(
      upTrack: track, peer: upTrack.pointee.peer, kind: upTrack.pointee.kind, use: use, sequence: sequence,
      timestamp: header.timestamp, payload: payload, isScratch: true, resumes: upTrack.pointee.resumes)
  }

  /// A packet of VP8, of one layer of a simulcast; nil when its descriptor does not parse.
  @inline(__always)
  private mutating func takeVP8(
    _ header: RTPHeader, _ sequence: Int64, _ payload: UnsafeRawBufferPointer, of track: Int32, now: Instant
  ) -> PacketUse? {
    let upTrack = upTracks[track]
    let layer = upTrack.pointee.layer
    var use = PacketUse(serves: layerBit(layer), ends: header.marker ? 0xFF : 0)
    upTrack.pointee.count(payload.count, layer: Int(layer), serves: use.serves, now: now)
    if !payload.isEmpty {
      guard let vp8 = VP8Descriptor(payload) else { return nil }
      use.numbers = vp8.numbers
      use.startsKeyFrame = vp8.startsKeyFrame(in: payload)
      if use.startsKeyFrame {
        upTrack.pointee.noteKeyFrame(sequence: sequence)
        if let height = vp8.keyFrameSize(in: payload)?.height { upTrack.pointee.parts[Int(layer)].height = height }
      }
    }
    if !noteFormat(of: track, isVP9: false, sequence, use.startsKeyFrame, now: now) { use.serves = 0 }
    return use
  }
}
