/// A payload type: `a=rtpmap` with its `a=fmtp` and `a=rtcp-fb`.
package struct SDPCodec: Hashable, Sendable {
  /// 0...127.
  package var payloadType: UInt8
  /// As written; names are compared without regard to case.
  package var name: String
  /// Hz.
  package var clockRate: UInt32
  /// Audio channels; nil when not given, which means 1.
  package var channels: UInt8?
  /// The value of `a=fmtp`.
  package var parameters: String?
  /// Values of `a=rtcp-fb`, such as `nack pli`. Those for all formats (`*`) are listed with each.
  package var feedback: [String]

  package init(
    payloadType: UInt8, name: String, clockRate: UInt32, channels: UInt8? = nil, parameters: String? = nil,
    feedback: [String] = []
  ) {
    self.payloadType = payloadType
    self.name = name
    self.clockRate = clockRate
    self.channels = channels
    self.parameters = parameters
    self.feedback = feedback
  }

  package var isRetransmission: Bool { name.lowercased() == "rtx" }

  /// The `apt` of an RTX format.
  package var associatedPayloadType: UInt8? {
    parameter("apt").flatMap { UInt8($0) }
  }

  /// One `name=value` of `parameters`; "" for a name alone.
  package func parameter(_ name: String) -> String? {
    guard let parameters else { return nil }
    for item in ArraySlice(parameters.utf8).split(separator: .semicolon) {
      let (key, value) = item.trimmed.cut(at: .equals)
      if key.text == name { return value?.text ?? "" }
    }
    return nil
  }

  /// Formats that need no `a=rtpmap` (RFC 3551 §6); those that browsers offer.
  static func assigned(_ payloadType: UInt8) -> SDPCodec? {
    switch payloadType {
    case 0: SDPCodec(payloadType: 0, name: "PCMU", clockRate: 8000)
    case 8: SDPCodec(payloadType: 8, name: "PCMA", clockRate: 8000)
    case 9: SDPCodec(payloadType: 9, name: "G722", clockRate: 8000)
    case 13: SDPCodec(payloadType: 13, name: "CN", clockRate: 8000)
    default: nil
    }
  }
}

/// `a=extmap` (RFC 8285 §8).
package struct SDPHeaderExtension: Hashable, Sendable {
  /// 1...255, or 4,096...4,351 for a proposal.
  package var id: UInt16
  /// Nil is the section's own direction.
  package var direction: MediaDirection?
  package var uri: String
  package var attributes: String?

  package init(id: UInt16, direction: MediaDirection? = nil, uri: String, attributes: String? = nil) {
    self.id = id
    self.direction = direction
    self.uri = uri
    self.attributes = attributes
  }
}
