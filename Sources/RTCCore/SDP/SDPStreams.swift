/// `a=msid` (RFC 8830). Tracks of one stream are played in step.
package struct SDPMediaStreamID: Hashable, Sendable {
  /// "-" is no stream.
  package var stream: String
  package var track: String?

  package init(stream: String, track: String? = nil) {
    self.stream = stream
    self.track = track
  }
}

/// `a=rid` (RFC 8851).
package struct SDPRid: Hashable, Sendable {
  package enum Direction: String, Sendable {
    case send, recv
  }

  package var id: String
  package var direction: Direction
  /// Such as `max-width=1280`.
  package var restrictions: String?

  package init(id: String, direction: Direction, restrictions: String? = nil) {
    self.id = id
    self.direction = direction
    self.restrictions = restrictions
  }
}

/// `a=simulcast` (RFC 8853): for each direction streams, for each stream alternatives.
package struct SDPSimulcast: Hashable, Sendable {
  package struct Alternative: Hashable, Sendable {
    package var rid: String
    /// Starts paused (`~`).
    package var isPaused: Bool

    package init(rid: String, isPaused: Bool = false) {
      self.rid = rid
      self.isPaused = isPaused
    }
  }

  package var send: [[Alternative]]
  package var receive: [[Alternative]]

  package init(send: [[Alternative]] = [], receive: [[Alternative]] = []) {
    self.send = send
    self.receive = receive
  }
}

/// The `a=ssrc` lines of one SSRC (RFC 5576 §4.1).
package struct SDPSource: Hashable, Sendable {
  package var ssrc: UInt32
  package var attributes: [SDPAttribute]

  package init(ssrc: UInt32, attributes: [SDPAttribute]) {
    self.ssrc = ssrc
    self.attributes = attributes
  }

  package var cname: String? {
    attributes.first { $0.name == "cname" }?.value
  }
}

/// `a=ssrc-group` (RFC 5576 §4.2): FID is a stream and its retransmission.
package struct SDPSourceGroup: Hashable, Sendable {
  package var semantics: String
  package var ssrcs: [UInt32]

  package init(semantics: String, ssrcs: [UInt32]) {
    self.semantics = semantics
    self.ssrcs = ssrcs
  }
}
