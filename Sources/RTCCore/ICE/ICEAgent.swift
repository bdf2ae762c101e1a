import Bytes

/// A full ICE agent (RFC 8445) for one component over one socket: the client role. Checks what signalling and the peer's
/// own checks name, nominates once when controlling (§8.1.1), switches roles on conflict, and keeps consent fresh (RFC 7675).
///
/// Call `advance` whenever `nextDeadline` has come, and after every call that may have moved it. Pairs are not frozen
/// (§6.1.2.6): with one component and one stream there is nothing to learn from a sibling.
package struct ICEAgent<Primitives: RTCPrimitives>: Sendable {
  package enum State: Hashable, Sendable {
    /// Remote credentials are not known yet.
    case waiting
    case checking
    /// `selected` is where media goes.
    case connected
    /// Every pair has failed; a new candidate or a check from the peer starts again.
    case failed
    /// Consent has run out: only a restart (a new agent) helps.
    case expired
  }

  package internal(set) var state: State = .waiting
  package internal(set) var role: ICERole
  /// The address the peer sees us at, from its last response; nil before one.
  package internal(set) var mappedAddress: TransportAddress?
  package let local: ICECredentials

  var tieBreaker: UInt64
  /// RFC 8445 §7.2.5.1 asks for a new tiebreaker after 487; randomness is at hand only in `advance`.
  var needsTieBreaker = false
  var pairs: [ICECandidatePair] = []
  var selectedIndex: Int?
  var consent = ICEConsent()
  var firstValid: Instant?
  /// When the next new check may leave: one for each `pacing` (RFC 8445 §14.2).
  var nextSlot: Instant = .zero

  let responder: ICEResponder<Primitives>
  var remotePassword: [UInt8] = []
  var username: [UInt8] = []
  private var ipv4Priority: UInt32?
  private var ipv6Priority: UInt32?

  static var pacing: TimeDelta { .milliseconds(50) }
  /// How long a controlling agent waits for a better pair than the best that works.
  static var nominationPatience: TimeDelta { .milliseconds(300) }
  /// RFC 8445 §6.1.2.5 bounds the list at 100; a peer of this system has fewer addresses than this.
  static var maximumPairs: Int { 32 }

  /// `localCandidates` say which families the socket speaks and with what priority; the best of each family counts.
  package init(local: ICECredentials, role: ICERole, tieBreaker: UInt64, localCandidates: [ICECandidate]) {
    self.local = local
    self.role = role
    self.tieBreaker = tieBreaker
    responder = ICEResponder(local: local)
    ipv4Priority = localCandidates.lazy.filter { !$0.address.isIPv6 }.map(\.priority).max()
    ipv6Priority = localCandidates.lazy.filter { $0.address.isIPv6 }.map(\.priority).max()
  }

  /// Where media goes: the nominated pair, or the best valid one until there is one.
  package var selected: TransportAddress? { selectedIndex.map { pairs[$0].remote } }

  /// Whether a check to `address` has succeeded: only then may anything but STUN come from it.
  package func isValidated(_ address: TransportAddress) -> Bool {
    pairs.contains { $0.remote == address && $0.state == .succeeded }
  }

  /// The peer's description has come. Candidates that are not UDP, or of a family the socket lacks, are passed over.
  package mutating func setRemote(_ remote: ICECredentials, candidates: [ICECandidate]) {
    remotePassword = Array(remote.password.utf8)
    username = Array("\(remote.ufrag):\(local.ufrag)".utf8)
    if state == .waiting { state = .checking }
    for candidate in candidates { addRemote(candidate) }
  }

  /// One more candidate of the peer (RFC 8838).
  package mutating func addRemote(_ candidate: ICECandidate) {
    guard candidate.transport == .udp, candidate.component == 1, candidate.address.port != 0,
      !candidate.address.isUnspecified
    else { return }
    _ = pair(for: candidate.address, priority: candidate.priority)
  }

  /// The pair with this remote address, made if there is room and the socket speaks its family.
  mutating func pair(for remote: TransportAddress, priority: UInt32) -> Int? {
    if let index = pairs.firstIndex(where: { $0.remote == remote }) { return index }
    guard pairs.count < Self.maximumPairs, let local = remote.isIPv6 ? ipv6Priority : ipv4Priority else { return nil }
    pairs.append(ICECandidatePair(remote: remote, localPriority: local, remotePriority: priority))
    if state == .failed { state = .checking }
    return pairs.count - 1
  }

  /// The index of the pair of highest priority that `isIncluded`.
  func best(where isIncluded: (ICECandidatePair) -> Bool) -> Int? {
    pairs.indices.filter { isIncluded(pairs[$0]) }
      .max { pairs[$0].priority(role: role) < pairs[$1].priority(role: role) }
  }

  /// Nominated pairs go first: several, if the peer nominates all it checks (RFC 8445 §8.1.1, §12.1).
  mutating func select() {
    selectedIndex =
      best { $0.state == .succeeded && $0.isNominated } ?? best { $0.state == .succeeded }
    if state == .checking || state == .connected || state == .failed {
      state = selectedIndex == nil ? .checking : .connected
    }
  }
}
