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
    let payloadTypes = peer.pointee.payloadTypes(of: kind)
    guard header.payloadType == (isRetransmission ? payloadTypes.rtx : payloadTypes.primary) else {
      return .dropped(.unknownPayloadType)
    }

    let acceptance: UpTrack.Acceptance
    if isRetransmission {
      guard RTX.unwrap(&header, in: packet, ssrc: upTrack.pointee.ssrc, payloadType: payloadTypes.primary) else {
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
      return finish(header, sequence: sequence, payload: payload, track: track, now: now)
    case .acceptedAfterLoss(let sequence):
      wantKeyFrame(of: track, now: now)
      return finish(header, sequence: sequence, payload: payload, track: track, now: now)
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
    _ header: RTPHeader, sequence: Int64, payload: UnsafeRawBufferPointer, track: Int32, now: Instant
  ) -> IngestVerdict {
    let upTrack = upTracks[track]
    upTrack.pointee.meter.add(payload.count, now: now)
    let kind = upTrack.pointee.kind
    var vp8: VP8Descriptor?
    var startsKeyFrame = false
    if kind.isVideo {
      if !payload.isEmpty {
        guard let descriptor = VP8Descriptor(payload) else { return .dropped(.malformedPayload) }
        vp8 = descriptor
        startsKeyFrame = descriptor.startsKeyFrame(in: payload)
        if startsKeyFrame {
          upTrack.pointee.noteKeyFrame(sequence: sequence, height: descriptor.keyFrameSize(in: payload)?.height)
        }
      }
      upTrack.pointee.keep(header, sequence: sequence, payload: payload, now: now)
      let due = upTrack.pointee.nacks.nextDue
      if due < .distantFuture { wake(upTrack.pointee.peer, at: due) }
    }
    return .media(
      MediaPacket(
        upTrack: track, peer: upTrack.pointee.peer, kind: kind, layer: upTrack.pointee.layer, sequence: sequence,
        timestamp: header.timestamp, marker: header.marker, payload: payload, isScratch: true, vp8: vp8,
        startsKeyFrame: startsKeyFrame, resumes: upTrack.pointee.resumes))
  }
}
