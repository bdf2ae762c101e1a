import Bytes
package import SFrame

/// The kinds of encoded media frames, which differ in how many first bytes the packetizer must be able to read.
package enum FrameKind: UInt8, Sendable {
  case opus = 0
  /// VP8 key frame: frame tag, start code and dimensions stay clear (RFC 6386 §9.1).
  case vp8Key = 1
  /// Any other VP8 frame: the first byte of its tag stays clear.
  case vp8Delta = 2

  package var clearLength: Int {
    switch self {
    case .opus: 0
    case .vp8Key: 10
    case .vp8Delta: 1
    }
  }
}

/// Why a frame or message is dropped; each is also a counter.
package enum FrameError: Error, Equatable {
  /// No key: not joined, no such sender, or an epoch that is over.
  case noKey
  /// An epoch that is not known yet: the frame came before the commit.
  case futureEpoch
  /// Not an SFrame ciphertext of this kind, or shorter than its clear bytes.
  case malformed
  /// Accepted before, or too old to tell.
  case replayed
  /// The tag does not match.
  case badTag
  /// The key has sealed as many frames as it may; the next epoch has new ones.
  case exhausted
  /// The sender may not send this now.
  case notAllowed
}

/// Names a media key that the caller holds as an opaque object, so that raw keys leave the session once.
package struct KeyHandle: Hashable, Sendable {
  package let value: UInt32
  package init(_ value: UInt32) { self.value = value }
}

/// All that an external AES-GCM needs to seal or open one frame. On the wire a frame is: clear bytes, header, ciphertext,
/// tag; nothing is found by looking at its end.
package struct FramePlan: Sendable {
  package let header: SFrameHeader
  package let key: KeyHandle
  /// Bytes at the start of the frame that stay as they are.
  package let clearLength: Int
  /// 12 bytes.
  package let nonce: [UInt8]
  /// Header, number of clear bytes, clear bytes. On the wire the header alone follows the clear bytes.
  package let additionalData: [UInt8]

  /// Who seals it, by place in the group's tree, 0...1023.
  package var leaf: UInt16 { UInt16(truncatingIfNeeded: header.keyID >> 8) & StreamKeyID.maximumLeaf }

  /// Longest prefix of a sealed frame that a plan depends on.
  package static let maximumPrefixLength = 10 + SFrameHeader.maximumLength

  init(header: SFrameHeader, key: KeyHandle, salt: SFrameSalt, clear: [UInt8]) {
    self.header = header
    self.key = key
    clearLength = clear.count
    nonce = salt.nonce(header.counter)
    additionalData = header.encoded() + [UInt8(clear.count)] + clear
  }
}

/// A sealed frame's parts, read from its first bytes. Nothing in it is authenticated yet.
struct SealedFrame {
  let header: SFrameHeader
  let keyID: StreamKeyID
  let clear: [UInt8]

  /// `prefix` is the frame's first bytes, up to `FramePlan.maximumPrefixLength`; `length` that of the whole frame.
  init(_ kind: FrameKind, prefix: [UInt8], length: Int) throws(FrameError) {
    guard prefix.count >= kind.clearLength else { throw .malformed }
    let read: (header: SFrameHeader, end: Int)? = prefix.withUnsafeBytes { bytes in
      var reader = ByteReader(bytes)
      guard reader.skip(kind.clearLength), let header = try? SFrameHeader.read(from: &reader) else { return nil }
      return (header, reader.offset)
    }
    guard let read, length >= read.end + SFrameSuite.tagLength else { throw .malformed }
    guard let keyID = StreamKeyID(read.header.keyID), keyID.context.carries(kind) else { throw .malformed }
    header = read.header
    self.keyID = keyID
    clear = Array(prefix[..<kind.clearLength])
  }
}
