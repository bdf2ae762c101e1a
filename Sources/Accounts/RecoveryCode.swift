/// A recovery code: 120 random bits in 24 characters of Crockford's base 32. What opens with it is derived from those characters
/// (docs/accounts.md).
package struct RecoveryCode: Equatable, Sendable {
  package static let randomBytes = 15
  private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

  /// The 24 characters, in ASCII.
  package let characters: [UInt8]

  /// Of 15 random bytes.
  package init(random: [UInt8]) {
    characters = FiveBits.split(random).map { Self.alphabet[Int($0)] }
  }

  /// As people copy and read it: six groups of four.
  package var text: String {
    var grouped: [UInt8] = []
    for (index, character) in characters.enumerated() {
      if index > 0, index % 4 == 0 { grouped.append(UInt8(ascii: "-")) }
      grouped.append(character)
    }
    return String(decoding: grouped, as: UTF8.self)
  }

  /// Label of the derivation whose output the node is shown (HKDF-SHA-256, no salt, 32 bytes).
  package static let proofLabel = "tertulia recovery proof 1"
}
