/// One participant's talk with a server, sans IO: messages in, what is to be done out. Ours and Janus's differ in this alone.
protocol Conversation: Sendable {
  /// The connection stands. `offer` is that of the participant's first client, if it has one.
  mutating func begin(offer: MediaOffer?) -> [Step]
  /// A text message has come, which may be anything.
  mutating func receive(_ message: [UInt8]) -> [Step]
  /// The client that `Step.offered` asked for answers.
  mutating func answer(_ sdp: String) -> [Step]
  /// Those who send are all there.
  mutating func sendersArePresent() -> [Step]
  /// Called five times a second.
  mutating func tick() -> [Step]
  mutating func leave() -> [Step]
}

/// What a conversation wants done.
enum Step: Equatable, Sendable {
  case send([UInt8])
  /// For the client whose offer was given to `begin`.
  case answered(String)
  /// The server offers: make a client that answers.
  case offered(String)
  /// Which layers of the own camera are taken, smallest first.
  case layers([Bool])
  /// The server has let us in.
  case joined
  /// It has not, or no longer; one word for the kind.
  case failed(Fault)
}

/// A kind of trouble: a word of a-z, digits and `_` that reports count by, and what an operator can do about it.
package struct Fault: Error, Hashable, Sendable {
  package let kind: String
  package let advice: String

  package init(_ kind: String, _ advice: String) {
    self.kind = kind
    self.advice = advice
  }
}
