import ClientCore
import NativeCrypto
import SFrame
import Testing

/// One participant with everything around the session that the browser's worker adds: keys under their handles, AES-GCM,
/// and frames as they look on the wire.
struct Participant {
  var session: SecureSession<LinkKeySource<NativeCrypto>>
  private var keys: [KeyHandle: [UInt8]] = [:]

  static let fragment = "1AAECAwQFBgcICQoLDA0ODw"

  init(seed: UInt64, fragment: String = fragment) throws {
    var random = SeededGenerator(seed: seed)
    let link = try MeetingLink(fragment: Array(fragment.utf8))
    session = SecureSession(keys: try LinkKeySource(link: link), using: &random)
  }

  init(session: SecureSession<LinkKeySource<NativeCrypto>>) { self.session = session }

  /// Two participants, 1 and 2, who know each other.
  static func pair() throws -> (ana: Participant, ben: Participant) {
    var ana = try Participant(seed: 1)
    var ben = try Participant(seed: 2)
    try ana.session.setSelf(index: 1)
    try ben.session.setSelf(index: 2)
    try ana.session.setRoster([ben.sender])
    try ben.session.setRoster([ana.sender])
    return (ana, ben)
  }

  var sender: Sender {
    get throws { try #require(session.own) }
  }

  mutating func seal(_ context: StreamContext, _ kind: FrameKind, _ frame: [UInt8]) throws -> [UInt8] {
    let plan = try session.planSeal(context, kind, clear: Array(frame.prefix(10)))
    let sealed = try NativeCrypto.aeadSeal(
      key: try key(plan.key), nonce: plan.nonce, additionalData: plan.additionalData,
      plaintext: Array(frame[plan.clearLength...]))
    return frame[..<plan.clearLength] + plan.header.encoded() + sealed
  }

  mutating func open(_ kind: FrameKind, _ frame: [UInt8]) throws -> [UInt8] {
    let plan = try session.planOpen(
      kind, prefix: Array(frame.prefix(FramePlan.maximumPrefixLength)), length: frame.count)
    let sealed = Array(frame[(plan.clearLength + plan.header.length)...])
    guard
      let opened = try? NativeCrypto.aeadOpen(
        key: try key(plan.key), nonce: plan.nonce, additionalData: plan.additionalData, sealed: sealed)
    else { throw FrameError.badTag }
    try session.commit(plan.header, openedWith: plan.key)
    return frame[..<plan.clearLength] + opened
  }

  private mutating func key(_ handle: KeyHandle) throws -> [UInt8] {
    if keys[handle] == nil { keys[handle] = session.takeKey(handle) }
    return try #require(keys[handle])
  }
}

/// SplitMix64: the same numbers for the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

extension [UInt8] {
  init?(hex: String) {
    let digits = Array(hex.utf8).compactMap { UInt8(String(UnicodeScalar($0)), radix: 16) }
    guard digits.count == hex.utf8.count, digits.count.isMultiple(of: 2) else { return nil }
    self = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  var hex: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
