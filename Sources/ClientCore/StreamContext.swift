/// What a key is for: the context value of RFC 9605 §5.2. Each has its own key and counter, and simulcast layers are
/// contexts of their own, because a receiver that sees one layer must not see gaps from the others.
package enum StreamContext: UInt8, CaseIterable, Sendable {
  case mic = 0
  case camera0 = 1
  case camera1 = 2
  case camera2 = 3
  case screen = 4
  case screenAudio = 5

  /// Whether frames of `kind` travel in this context: an audio slot never accepts video, whatever the server forwards.
  package func carries(_ kind: FrameKind) -> Bool {
    switch self {
    case .mic, .screenAudio: kind == .opus
    case .camera0, .camera1, .camera2, .screen: kind != .opus
    }
  }
}

/// A key ID taken apart (RFC 9605 §5.2 with a sender of S = 10 bits and an epoch of E = 8 bits): context, leaf, epoch
/// from high to low.
package struct StreamKeyID: Hashable, Sendable {
  package let context: StreamContext
  /// The sender's leaf in the tree, 0...1023.
  package let leaf: UInt16
  /// The epoch modulo 256.
  package let epochBits: UInt8

  package static let maximumLeaf: UInt16 = 1023

  /// `leaf` must be in range: more would run into the context.
  package init(context: StreamContext, leaf: UInt16, epoch: UInt64) {
    precondition(leaf <= Self.maximumLeaf)
    self.context = context
    self.leaf = leaf
    epochBits = UInt8(truncatingIfNeeded: epoch)
  }

  /// nil when the context is unknown.
  package init?(_ keyID: UInt64) {
    guard let value = UInt8(exactly: keyID >> 18), let context = StreamContext(rawValue: value) else { return nil }
    self.context = context
    leaf = UInt16(truncatingIfNeeded: keyID >> 8) & Self.maximumLeaf
    epochBits = UInt8(truncatingIfNeeded: keyID)
  }

  package var value: UInt64 { UInt64(context.rawValue) << 18 | UInt64(leaf) << 8 | UInt64(epochBits) }
}
