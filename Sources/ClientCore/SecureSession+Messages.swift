import Bytes
import SFrame

/// What a sealed application message is; bound into its additional data, so that one never passes for the other.
package enum MessageLabel: UInt8, Sendable {
  case profile = 0
  case message = 1

  var metadata: [UInt8] {
    switch self {
    case .profile: Array("profile".utf8)
    case .message: Array("message".utf8)
    }
  }

  /// Largest padded content in bytes. A box is at most 33 bytes longer and stays under the protocol's limits.
  var limit: Int {
    switch self {
    case .profile: 1024
    case .message: 16_384
    }
  }
}

package enum MessageError: Error, Equatable {
  /// Too long for its label.
  case tooLarge
  case frame(FrameError)
}

extension SecureSession {
  /// Seals `content`, padded to a bucket: header, ciphertext, tag.
  package mutating func seal(_ content: [UInt8], as label: MessageLabel) throws(MessageError) -> [UInt8] {
    guard let padded = Padding.pad(content, limit: label.limit) else { throw .tooLarge }
    let next: (header: SFrameHeader, material: KeyMaterial)
    do {
      next = try nextHeader(.app)
    } catch {
      throw .frame(error)
    }
    guard case .held(let key) = next.material,
      let box = try? key.seal(
        padded, counter: next.header.counter, metadata: label.metadata, with: Keys.Crypto.self)
    else { throw .frame(.noKey) }
    return box
  }

  /// Opens a box that the server says is from the participant `index`. The index in the header, which the tag proves, must
  /// be the same. A message is accepted once; a profile again and again, but never an older one than before.
  package mutating func open(_ box: [UInt8], as label: MessageLabel, from index: UInt16) throws(FrameError) -> [UInt8] {
    guard box.count <= label.limit + SFrameHeader.maximumLength + SFrameSuite.tagLength else { throw .malformed }
    let parsed: SFrameHeader? = box.withUnsafeBytes { bytes in
      var reader = ByteReader(bytes)
      return try? SFrameHeader.read(from: &reader)
    }
    guard let header = parsed, let keyID = StreamKeyID(header.keyID), keyID.context == .app, keyID.index == index,
      box.count >= header.length + SFrameSuite.tagLength
    else { throw .malformed }
    let opening = try prepareKey(keyID)
    guard case .held(let key) = opening.material else { throw .noKey }
    try checkFreshness(header, label, of: opening.sender)
    guard let padded = try? key.open(box, header: header, metadata: label.metadata, with: Keys.Crypto.self) else {
      throw .badTag
    }
    try accept(header, label, from: opening.sender)
    guard let content = Padding.unpad(padded) else { throw .malformed }
    return content
  }

  private func checkFreshness(_ header: SFrameHeader, _ label: MessageLabel, of sender: Sender) throws(FrameError) {
    switch label {
    case .message: try ring.checkReplay(header)
    case .profile: if let newest = profileCounters[sender], header.counter < newest { throw .replayed }
    }
  }

  private mutating func accept(
    _ header: SFrameHeader, _ label: MessageLabel, from sender: Sender
  ) throws(FrameError) {
    switch label {
    case .message: try ring.accept(header)
    case .profile: profileCounters[sender] = header.counter
    }
  }
}
