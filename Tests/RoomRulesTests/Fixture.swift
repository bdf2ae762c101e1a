import MLSWire
import RoomRules

/// Signatures that anybody can make but only of one message: enough to tell whose word something is.
enum ToySuite: RulesVerifier {
  static func sha256(_ message: [UInt8]) -> [UInt8] {
    var state: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in message { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return (0..<32).map { UInt8(truncatingIfNeeded: state >> (8 * ($0 % 8))) }
  }

  static func sign(_ message: [UInt8], by key: [UInt8]) -> [UInt8] { sha256(key + message) }

  static func isValid(_ signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]) -> Bool {
    signature == sign(message, by: publicKey)
  }
}

/// Rules of one room and the people in it, each with a key that repeats its number.
enum Fixture {
  static let groupID = [UInt8](repeating: 0x66, count: 16)
  static let hostKey = [UInt8](repeating: 0xaa, count: 32)
  static var hostDigest: [UInt8] { Array(ToySuite.sha256(hostKey).prefix(10)) }

  static func join(_ number: UInt8) -> JoinID { JoinID([UInt8](repeating: number, count: 16)) ?? .none }

  static func key(_ number: UInt8) -> [UInt8] { [UInt8](repeating: number, count: 32) }

  static func entry(
    _ number: UInt8, _ role: Role, granted: Permissions = .none, denied: Permissions = .none, goesOn: Bool = false
  ) -> RoomRules.Entry {
    RoomRules.Entry(
      join: join(number), signatureKey: key(number), role: role, granted: granted, denied: denied, goesOn: goesOn)
  }

  /// The host's, signed, after `change`.
  static func rules(counter: UInt64 = 1, _ change: (inout RoomRules) -> Void = { _ in }) -> RoomRules {
    var rules = RoomRules(groupID: groupID, counter: counter, hostKey: hostKey)
    change(&rules)
    rules.signature = ToySuite.sign(rules.contentToSign, by: hostKey)
    return rules
  }

  /// Those that a co-host signs on `current`.
  static func rules(
    by coHost: UInt8, on current: RoomRules, counter: UInt64? = nil, _ change: (inout RoomRules) -> Void = { _ in }
  ) -> RoomRules {
    var rules = current
    rules.counter = counter ?? current.counter + 1
    rules.signer = .coHost(join(coHost))
    rules.basis = current.hostsWord
    change(&rules)
    rules.signature = ToySuite.sign(rules.contentToSign, by: key(coHost))
    return rules
  }
}

extension RoomRules {
  func verified() -> RulesError? {
    do {
      try verify(groupID: Fixture.groupID, hostDigest: Fixture.hostDigest, as: ToySuite.self)
      return nil
    } catch { return error }
  }

  func verified(follows current: RoomRules?, present: [JoinID]) -> RulesError? {
    do {
      try verify(follows: current) { join, _ in present.contains(join) }
      return nil
    } catch { return error }
  }
}

/// SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
