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
