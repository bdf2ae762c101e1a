/// A room of a run. It is made up: a generator never comes into a room where people meet.
struct Venue: Sendable {
  /// For our node.
  let name: String
  let gate: [UInt8]
  /// For Janus.
  let number: Int

  static func fresh() -> Venue {
    var random = SystemRandomNumberGenerator()
    let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
    let letters = (0..<16).map { _ in alphabet[Int.random(in: 0..<32, using: &random)] }
    return Venue(
      name: String(decoding: letters, as: UTF8.self), gate: .random(count: 32, using: &random),
      number: Int.random(in: 1_000...1_000_000_000, using: &random))
  }
}

extension [UInt8] {
  static func random(count: Int, using random: inout some RandomNumberGenerator) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
  }
}
