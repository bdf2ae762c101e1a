import Bytes
import MLS
package import RoomRules

/// Words that only those with the link can read, and that all have one length: the name of somebody who knocks, and what
/// an invitation is labelled with. The node carries and keeps them, and reads nothing.
///
///     nonce[12] || AES-128-GCM(knock key, nonce, additional data, text padded with spaces to 256 bytes)
extension LinkKeys {
  /// Bytes of text that fit.
  package static var doorTextLength: Int { 256 }
  /// Bytes of a box.
  package static var doorBoxLength: Int { Suite.aeadNonceLength + doorTextLength + Suite.aeadTagLength }

  /// nil for a text that is too long.
  package func seal(
    _ text: [UInt8], for purpose: DoorPurpose, using random: inout some RandomNumberGenerator
  ) -> [UInt8]? {
    guard text.count <= Self.doorTextLength else { return nil }
    let padded = text + [UInt8](repeating: UInt8(ascii: " "), count: Self.doorTextLength - text.count)
    let nonce = random.bytes(Suite.aeadNonceLength)
    guard
      let sealed = try? Suite.aeadSeal(
        key: key(for: purpose), nonce: nonce, additionalData: purpose.additionalData, plaintext: padded)
    else { return nil }
    return nonce + sealed
  }

  /// The text with its padding; nil for a box of another link, of another purpose, or none.
  package func open(_ box: [UInt8], for purpose: DoorPurpose) -> [UInt8]? {
    guard box.count == Self.doorBoxLength else { return nil }
    return try? Suite.aeadOpen(
      key: key(for: purpose), nonce: Array(box[..<Suite.aeadNonceLength]), additionalData: purpose.additionalData,
      sealed: Array(box[Suite.aeadNonceLength...]))
  }

  private func key(for purpose: DoorPurpose) -> [UInt8] {
    switch purpose {
    case .knock: knock
    case .label: label
    }
  }
}

/// What a box at the door is for; it cannot be shown as another.
package enum DoorPurpose: Sendable {
  /// The name of who knocks with this join.
  case knock(JoinID)
  /// Whom an invitation is for.
  case label

  fileprivate var additionalData: [UInt8] {
    switch self {
    case .knock(let join): join.bytes
    case .label: [UInt8](utf8: "label")
    }
  }
}
