import SFrame

/// Why the server's word about who is here was refused. The roster stays as it was.
package enum RosterError: Error, Equatable {
  /// An index over 1023.
  case indexOutOfRange
  /// Two participants with one index.
  case duplicateIndex
  /// A participant with our own index, or our own join.
  case impersonation
  /// More different participants than a session keeps replay state for.
  case tooMany
}

/// One participant's secure session: own join, roster, sender keys, counters and replay windows. It decides what is
/// sealed and opened with which key; media bytes never pass through it.
///
/// Fail closed: without an own index nothing is sealed, and what no roster entry's key opens is refused.
package struct SecureSession<Keys: KeySource>: Sendable {
  let keys: Keys
  /// Our join; new for each one that is not a resumption.
  package private(set) var join: JoinID
  /// nil until the server has given us an index.
  package private(set) var own: Sender?
  private(set) var roster: [UInt16: Sender] = [:]

  var sealing: [StreamContext: SealingKey] = [:]
  var ring = KeyRing<OpeningKey>()
  /// Entries of participants who left, so that the same join shown again cannot replay what it sent before.
  private var retired: [Sender: [KeyRing<OpeningKey>.Entry]] = [:]
  /// The newest profile accepted from each sender: a server may repeat it to latecomers, not roll it back.
  var profileCounters: [Sender: UInt64] = [:]

  private var lastHandle: UInt32 = 0
  private var untakenKeys: [KeyHandle: [UInt8]] = [:]

  /// Different participants over the whole life of a session, those who left included.
  package static var maximumSenders: Int { 4096 }

  package init(keys: Keys, using generator: inout some RandomNumberGenerator) {
    self.keys = keys
    join = JoinID(using: &generator)
  }

  /// Draws a fresh join: new keys, counters from zero, no index and nobody else until the server says so again.
  package mutating func newJoin(using generator: inout some RandomNumberGenerator) {
    join = JoinID(using: &generator)
    own = nil
    sealing = [:]
    retire { _ in true }
    roster = [:]
  }

  /// Takes the index that the server gave us. A different index is a different key, so counters start again.
  package mutating func setSelf(index: UInt16) throws(RosterError) {
    guard let sender = Sender(index: index, join: join) else { throw .indexOutOfRange }
    guard roster[index] == nil else { throw .impersonation }
    guard own != sender else { return }
    own = sender
    sealing = [:]
  }

  /// Takes the full list of the others.
  package mutating func setRoster(_ senders: [Sender]) throws(RosterError) {
    var next: [UInt16: Sender] = [:]
    for sender in senders {
      guard sender.index != own?.index, sender.join != join else { throw .impersonation }
      guard next.updateValue(sender, forKey: sender.index) == nil else { throw .duplicateIndex }
    }
    let known = roster.values.count { next[$0.index] != $0 } + retired.count { next[$0.key.index] != $0.key }
    guard known + next.count <= Self.maximumSenders else { throw .tooMany }
    retire { next[$0.index] != $0 }
    roster = next
    for sender in senders {
      for entry in retired.removeValue(forKey: sender) ?? [] { ring.insert(entry) }
    }
  }

  /// The raw key behind a handle, once; afterwards the session no longer has it.
  package mutating func takeKey(_ handle: KeyHandle) -> [UInt8]? { untakenKeys.removeValue(forKey: handle) }

  /// Registers a media key to be taken by the caller.
  mutating func register(_ key: SFrameKey) -> KeyHandle {
    lastHandle += 1
    let handle = KeyHandle(lastHandle)
    untakenKeys[handle] = key.key
    return handle
  }

  private mutating func retire(where leaves: (Sender) -> Bool) {
    for sender in roster.values where leaves(sender) {
      retired[sender] = ring.remove { $0.sender == sender }
    }
  }
}
