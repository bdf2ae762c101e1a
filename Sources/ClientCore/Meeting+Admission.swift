import Bytes
import MLS
import MLSWire
import RoomRules

// Through a door that is not open comes whom those have let in who decide there, and nobody on the node's word alone.

extension Meeting {
  /// We let these in. Whoever the node asks to add them hears it from us.
  mutating func admit(_ joins: [JoinID], using random: inout some RandomNumberGenerator) {
    guard governance.decides(join), joins.count <= Pace.admissions else { return tell(.notAllowed) }
    var payload: [UInt8] = []
    for join in joins { payload += join.bytes }
    enqueue(.admit, payload)
    take(admitted: joins, using: &random)
  }

  mutating func take(
    admit payload: [UInt8], from author: Directory.Seat, using random: inout some RandomNumberGenerator
  ) {
    guard governance.decides(author.join) else { return tell(.notPermitted) }
    guard payload.count % JoinID.length == 0, payload.count <= Pace.admissions * JoinID.length else {
      return tell(.badMessage)
    }
    var joins: [JoinID] = []
    for start in stride(from: 0, to: payload.count, by: JoinID.length) {
      if let join = JoinID(Array(payload[start..<start + JoinID.length])) { joins.append(join) }
    }
    take(admitted: joins, using: &random)
  }

  /// The node may have asked for them before we knew.
  private mutating func take(admitted joins: [JoinID], using random: inout some RandomNumberGenerator) {
    for join in joins { governance.admit(join) }
    if !unbidden.isEmpty { commit(adding: unbidden, using: &random) }
  }

  /// Whether somebody may be added who comes with this leaf: the door is open, they prove an invitation, or they were let
  /// in. A locked door opens to the host's own key.
  func isBidden(_ leaf: LeafNode, _ join: JoinID, under rules: RoomRules?) -> Bool {
    guard link.hostKeyDigest != nil else { return true }
    guard let rules else { return false }
    guard rules.door != .open else { return true }
    let invitation = rules.invitation(in: leaf, now: wallClock, as: Suite.self)
    if rules.door == .locked { return invitation?.isHosts(by: rules) == true }
    return invitation != nil || governance.admitted.contains(join)
  }

  /// They stay outside until somebody lets them in; where nobody does, the person is told of a stranger. Before a locked
  /// door people may have come just as it was locked.
  mutating func leaveOut(_ join: JoinID, _ box: [UInt8]) {
    unbidden.append(box)
    if governance.signed?.door != .locked, watch.unbidden[join] == nil { watch.unbidden[join] = now }
  }

  /// Whether the node goes on bringing somebody whom nobody has let in.
  var hasUnbidden: Bool { watch.unbidden.values.contains { now - $0 >= Pace.stranger } }

  /// Whom the node names while the door is open has come through it.
  mutating func admitAllWhileOpen() {
    if governance.signed?.door == .open { for join in node.roster.joins { governance.admit(join) } }
    for join in watch.unbidden.joins where governance.admitted.contains(join) || !node.roster.contains(join) {
      watch.unbidden[join] = nil
    }
  }
}
