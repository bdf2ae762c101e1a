/// A short-term credential of one ICE session (RFC 8445 §5.3). The password is a secret and prints as nothing.
package struct ICECredentials: Hashable, Sendable {
  /// 4...256 ICE characters.
  package let ufrag: String
  /// 22...256 ICE characters.
  package let password: String

  /// Nil unless both have the length and the characters that RFC 8839 §5.4 allows.
  package init?(ufrag: String, password: String) {
    guard Self.isValid(ufrag, 4...256), Self.isValid(password, 22...256) else { return nil }
    self.ufrag = ufrag
    self.password = password
  }

  /// Eight characters (48 bits) of fragment and 24 (144 bits) of password, twice what RFC 8445 §5.3 requires.
  package init(using random: inout some RandomNumberGenerator) {
    ufrag = Self.characters(8, using: &random)
    password = Self.characters(24, using: &random)
  }

  /// The same with a first character that says which of sixteen shards the session lives on; 42 bits of fragment are random.
  /// Nil without a shard is as above.
  package init(shard: UInt8?, using random: inout some RandomNumberGenerator) {
    let made = ICECredentials(using: &random)
    guard let shard else {
      self = made
      return
    }
    let first = Self.alphabet[Int(shard & 15)]
    ufrag = String(decoding: [first] + Array(made.ufrag.utf8.dropFirst()), as: UTF8.self)
    password = made.password
  }

  /// Shards that a fragment can name.
  package static var maximumShards: Int { 16 }
  /// The first character of a fragment on shard 0; the next ones follow it in ASCII.
  package static var firstShardCharacter: UInt8 { alphabet[0] }

  /// The shard that a fragment's first character names; nil when it names none.
  package static func shard(named character: UInt8) -> Int? {
    guard character >= firstShardCharacter, character < firstShardCharacter + UInt8(maximumShards) else { return nil }
    return Int(character - firstShardCharacter)
  }

  /// A key that finds the session a check is for, without allocating: `ICERoutingKey(localUfragOf: username)`.
  /// Nil unless the fragment has at most eight characters, as ours have.
  package var routingKey: ICERoutingKey? { ICERoutingKey(ufrag: ufrag) }

  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  private static func characters(_ count: Int, using random: inout some RandomNumberGenerator) -> String {
    let bytes = (0..<count).map { _ in alphabet[Int(truncatingIfNeeded: random.next()) & 63] }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isValid(_ text: String, _ length: ClosedRange<Int>) -> Bool {
    length.contains(text.utf8.count) && text.utf8.allSatisfy { alphabet.contains($0) }
  }
}

extension ICECredentials: CustomStringConvertible {
  package var description: String { "‹hidden›" }
}

/// A local user fragment of one to eight bytes in an integer, so that a table of sessions needs no strings per packet.
package struct ICERoutingKey: Hashable, Sendable {
  package let value: UInt64

  package init?(ufrag: String) {
    var value: UInt64 = 0
    guard 1...8 ~= ufrag.utf8.count else { return nil }
    for byte in ufrag.utf8 { value = value << 8 | UInt64(byte) }
    self.value = value
  }

  /// From the USERNAME of a request, which is "receiver's fragment:sender's fragment" (RFC 8445 §7.2.2): the part before
  /// the colon. Nil when there is no such part of one to eight bytes.
  package init?(localUfragOf username: UnsafeRawBufferPointer?) {
    guard let username else { return nil }
    var value: UInt64 = 0
    for index in 0..<min(username.count, 9) {
      if username[index] == UInt8(ascii: ":") {
        guard index > 0 else { return nil }
        self.value = value
        return
      }
      value = value << 8 | UInt64(username[index])
    }
    return nil
  }
}
