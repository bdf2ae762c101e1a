/// What an application message of the group is: the first byte of its content.
package enum ContentLabel: UInt8, Sendable {
  /// A `SaidKind` and JSON of the page: chat, reactions, orders.
  case said = 1
  /// One `SignedProfile`, the sender's own.
  case profile = 2
  /// Profiles that the sender holds, for joiners.
  case profiles = 3
  /// For fork detection.
  case checkpoint = 4
  /// A `ComparisonMessage`.
  case comparison = 5
  /// A `FreezeCall`.
  case freeze = 6
  /// The credential of a newcomer whom the sender vouches for.
  case vouch = 7
  /// Joins that the sender has let in, 16 bytes each.
  case admit = 8
}

/// The content of an application message: `label || payload`. Ciphertexts come in a few sizes only: with the length that
/// stands before it in the PrivateMessageContent (RFC 9420 §6.3.1) a content fills a bucket of 256 bytes, 512, 1024 and
/// so on up to 16384.
package struct MeetingContent: Equatable, Sendable {
  package let label: ContentLabel
  package let payload: [UInt8]

  package static let smallestBucket = 256
  package static let largestBucket = 16_384
  /// Bytes of the longest payload: the bucket less label and length.
  package static let maximumPayloadLength = largestBucket - 3

  /// nil when the payload is too long.
  package init?(_ label: ContentLabel, _ payload: [UInt8]) {
    guard payload.count <= Self.maximumPayloadLength else { return nil }
    self.label = label
    self.payload = payload
  }

  /// nil for an unknown label, nothing at all, or more than may be sent.
  package init?(_ data: [UInt8]) {
    guard let first = data.first, let label = ContentLabel(rawValue: first) else { return nil }
    self.init(label, Array(data.dropFirst()))
  }

  /// Of what is said; nil for anything else, and for a kind that is unknown.
  package var saidKind: SaidKind? {
    guard label == .said, let first = payload.first else { return nil }
    return SaidKind(rawValue: first)
  }

  /// What is sealed.
  package var data: [UInt8] { [label.rawValue] + payload }

  /// Zero bytes that MLS adds (RFC 9420 §6.3.1).
  package var padding: Int {
    let length = payload.count + 1
    let framed = length + (length < 64 ? 1 : 2)
    var bucket = Self.smallestBucket
    while bucket < framed { bucket *= 2 }
    return bucket - framed
  }
}
