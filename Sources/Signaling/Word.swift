/// A word of the protocol such as `screen_audio`: 1 to 48 of a-z, 0-9 and `_`. Never text that a client sent, so it is safe in a
/// log and in an answer.
package struct Word: Hashable, Sendable, ExpressibleByStringLiteral {
  package let text: String

  /// Member names are written in camel case and become words in snake case.
  package init(stringLiteral value: StaticString) {
    var text: [UInt8] = []
    value.withUTF8Buffer { characters in
      for character in characters {
        guard case UInt8(ascii: "A")...UInt8(ascii: "Z") = character else {
          text.append(character)
          continue
        }
        text += [UInt8(ascii: "_"), character + 0x20]
      }
    }
    self.text = String(decoding: text, as: UTF8.self)
  }

  /// Nil unless `text` is such a word: for words that another module's error types hold.
  package init?(checking text: String) {
    guard (1...48).contains(text.utf8.count) else { return nil }
    for character in text.utf8 {
      switch character {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): continue
      default: return nil
      }
    }
    self.text = text
  }
}
