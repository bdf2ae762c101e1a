internal import Bytes
internal import RTCCore

/// How an SSRC that was not seen before finds its m-line and layer (RFC 8843 §9.2, RFC 8852, RFC 8853).
extension MediaRouter {
  enum Learning {
    /// Value for the table of SSRCs.
    case learned(Int32)
    case refused(DropReason)
  }

  /// Finds out whose an unknown SSRC is and remembers it. At most two SSRCs for each negotiated layer are ever known.
  mutating func learn(_ header: RTPHeader, _ extensions: RTPExtensions, from place: Int32, now: Instant) -> Learning {
    guard let kind = kind(of: header.ssrc, mid: extensions.mid, from: place) else { return .refused(.unknownSSRC) }
    let source = self.source(place, kind)
    if extensions.mid != nil, isDeclaredElsewhere(header.ssrc, than: kind, of: place) {
      return .refused(.foreignSSRC)
    }
    if header.payloadType == source.payloadType || header.payloadType == source.vp9?.media {
      return learnPrimary(header.ssrc, rid: extensions.rid, kind, of: place, now: now)
    }
    guard header.payloadType == source.rtxPayloadType || header.payloadType == source.vp9?.rtx else {
      return .refused(.unknownPayloadType)
    }
    return learnRTX(header.ssrc, rid: extensions.repairedRID ?? extensions.rid, kind, of: place)
  }

  private func kind(of ssrc: UInt32, mid: StreamToken?, from place: Int32) -> SourceKind? {
    for kind in SourceKind.allCases {
      let source = self.source(place, kind)
      guard source.isNegotiated else { continue }
      if let mid {
        if source.mid == mid { return kind }
      } else if source.declares(ssrc) {
        return kind
      }
    }
    return nil
  }

  private func isDeclaredElsewhere(_ ssrc: UInt32, than kind: SourceKind, of place: Int32) -> Bool {
    for other in SourceKind.allCases where other != kind && self.source(place, other).declares(ssrc) { return true }
    return false
  }

  private mutating func learnPrimary(
    _ ssrc: UInt32, rid: StreamToken?, _ kind: SourceKind, of place: Int32, now: Instant
  ) -> Learning {
    let source = self.source(place, kind)
    guard let layer = source.layer(rid: rid, ssrc: ssrc) else { return .refused(.unknownSSRC) }
    let old = source.layers[layer]
    if old >= 0 {
      // A sender may change its SSRC (RFC 3550 §8.2), but two at a time for one layer are one too many.
      guard !upTracks[old].pointee.isAlive(at: now) else { return .refused(.foreignSSRC) }
      destroyUpTrack(old)
    }
    let track = UpTrack(
      peer: place, kind: kind, layer: Int8(truncatingIfNeeded: layer), layers: source.layerCount,
      generation: nextGeneration(), ssrc: ssrc, canRetransmit: source.rtxPayloadType != nil,
      mayScale: layer == 0 && source.vp9 != nil, now: now)
    guard let made = upTracks.insert(track) else {
      track.destroy()
      return .refused(.tooManyStreams)
    }
    guard ssrcs.insert(RoomSSRC(room: peers[place].pointee.room, ssrc: ssrc), made << 1) else {
      track.destroy()
      upTracks.remove(made)
      return .refused(.tooManyStreams)
    }
    peers[place].pointee.sources[Int(kind.rawValue)].layers[layer] = made
    return .learned(made << 1)
  }

  private mutating func learnRTX(
    _ ssrc: UInt32, rid: StreamToken?, _ kind: SourceKind, of place: Int32
  ) -> Learning {
    let source = self.source(place, kind)
    guard let track = repaired(by: ssrc, rid: rid, source), track >= 0 else { return .refused(.unknownSSRC) }
    let room = peers[place].pointee.room
    if let old = upTracks[track].pointee.rtxSSRC { ssrcs.remove(RoomSSRC(room: room, ssrc: old)) }
    guard ssrcs.insert(RoomSSRC(room: room, ssrc: ssrc), track << 1 | 1) else { return .refused(.tooManyStreams) }
    upTracks[track].pointee.rtxSSRC = ssrc
    return .learned(track << 1 | 1)
  }

  /// The up track that an RTX stream repairs: by its repaired rid, by the offer's FID group, or because there is but one.
  private func repaired(by ssrc: UInt32, rid: StreamToken?, _ source: Source) -> Int32? {
    if let rid { return source.layer(rid: rid).map { source.layers[$0] } }
    if let primary = source.declaredPrimary(ofRTX: ssrc) {
      for layer in 0..<source.layerCount {
        let track = source.layers[layer]
        if track >= 0, upTracks[track].pointee.ssrc == primary { return track }
      }
    }
    return source.hasSimulcast ? nil : source.layers[0]
  }
}
