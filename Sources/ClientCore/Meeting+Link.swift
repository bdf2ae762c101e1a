import Bytes
import MLS
import MLSWire
import RoomRules

/// The keys of a room's link with another password.
struct LinkChange: Equatable, Sendable {
  /// `K`, 32 bytes.
  let root: [UInt8]
  let hasPassword: Bool

  static var length: Int { 33 }

  init(root: [UInt8], hasPassword: Bool) {
    self.root = root
    self.hasPassword = hasPassword
  }

  /// nil for what is none. What is sealed: one byte, 1 or 0, and the root.
  init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.length, bytes[0] <= 1 else { return nil }
    root = Array(bytes[1...])
    hasPassword = bytes[0] == 1
  }

  var bytes: [UInt8] { [hasPassword ? 1 : 0] + root }
}

// A password that is changed while the meeting goes on. The rules name the gate that the node is to open to, and carry the
// keys behind it for the members of the epoch that they end: node and members change over with one commit, or not at all.
extension Meeting {
  /// `key` is Argon2id of the password, or empty to take it away.
  mutating func setPassword(_ key: [UInt8]) {
    guard hostKey != nil, key.isEmpty || key.count == LinkKeys<Suite>.passwordKeyLength else {
      return tell(.notAllowed)
    }
    var next = link
    next.hasPassword = !key.isEmpty
    let root = LinkKeys<Suite>.root(next, key)
    guard LinkKeys<Suite>(next, root: root).gate != keys.gate else {
      wishes.keys = nil
      return emit(.link(gate: keys.gate, hasPassword: link.hasPassword))
    }
    wishes.keys = LinkChange(root: root, hasPassword: next.hasPassword)
  }

  /// Puts the gate into rules that we sign as the host. Who leaves with the same commit could still read what is sealed in it:
  /// while anybody does, the change waits for the next.
  func name(
    gateIn rules: inout RoomRules, in group: Group<Suite>, using random: inout some RandomNumberGenerator
  ) {
    guard hostKey != nil else { return }
    rules.gate = keys.gateDigest
    guard let change = wishes.keys, wishes.removals.isEmpty, node.removing.isEmpty else { return }
    let nonce = random.bytes(Suite.aeadNonceLength)
    guard
      let sealed = try? Suite.aeadSeal(
        key: keysOfLink, nonce: nonce, additionalData: group.groupID, plaintext: change.bytes)
    else { return }
    rules.gate = LinkKeys<Suite>(link, root: change.root).gateDigest
    rules.newKeys = nonce + sealed
  }

  /// Whether rules of the next epoch go with our keys, or with others that they hand to us.
  func mayFollow(_ rules: RoomRules?) -> Bool {
    guard let rules, !isOurs(rules) else { return true }
    return opened(rules) != nil
  }

  /// Takes the keys that the rules of our new epoch go with.
  mutating func followLink(_ rules: RoomRules?) {
    guard let rules, !isOurs(rules), let change = opened(rules) else { return }
    link.hasPassword = change.hasPassword
    keys = LinkKeys(link, root: change.root)
    if wishes.keys == change { wishes.keys = nil }
    emit(.link(gate: keys.gate, hasPassword: link.hasPassword))
  }

  /// The password was changed, and what we missed of it comes no more: who knows the new one comes in with it.
  mutating func lockedOut() {
    abandon()
    node.isConnected = false
    emit(.link(gate: [], hasPassword: link.hasPassword))
  }

  /// Whether these rules, if any, are of a room that our link leads to.
  func isOurs(_ rules: RoomRules?) -> Bool {
    guard let rules, !rules.gate.isEmpty else { return true }
    return rules.gate == keys.gateDigest
  }

  private func opened(_ rules: RoomRules) -> LinkChange? {
    let box = rules.newKeys
    guard box.count == Suite.aeadNonceLength + LinkChange.length + Suite.aeadTagLength,
      let bytes = try? Suite.aeadOpen(
        key: keysOfLink, nonce: Array(box[..<Suite.aeadNonceLength]), additionalData: rules.groupID,
        sealed: Array(box[Suite.aeadNonceLength...])),
      let change = LinkChange(bytes), LinkKeys<Suite>(link, root: change.root).gateDigest == rules.gate
    else { return nil }
    return change
  }
}
