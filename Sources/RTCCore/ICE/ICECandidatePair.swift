import Bytes

/// One remote address under check from the one local socket (RFC 8445 §6.1.2). As all local candidates of a family share
/// that socket, pairs differ by their remote side alone, and pruning (§6.1.2.4) has nothing left to prune.
struct ICECandidatePair: Sendable {
  enum State: Hashable, Sendable {
    case waiting, inProgress, succeeded, failed
  }

  let remote: TransportAddress
  let localPriority: UInt32
  var remotePriority: UInt32
  var state: State = .waiting
  var isNominated = false
  /// The peer nominated before our own check succeeded (RFC 8445 §7.3.1.5).
  var isNominatedOnSuccess = false
  /// In the triggered-check queue (RFC 8445 §6.1.4.1): goes before ordinary checks.
  var isTriggered = false
  var check: ICECheck?
  /// When the last authentic response came: what consent counts from.
  var lastResponse: Instant?

  init(remote: TransportAddress, localPriority: UInt32, remotePriority: UInt32) {
    self.remote = remote
    self.localPriority = localPriority
    self.remotePriority = remotePriority
  }

  /// RFC 8445 §6.1.2.3.
  func priority(role: ICERole) -> UInt64 {
    let controlling = UInt64(role == .controlling ? localPriority : remotePriority)
    let controlled = UInt64(role == .controlling ? remotePriority : localPriority)
    return min(controlling, controlled) << 32 &+ 2 * max(controlling, controlled) &+ (controlling > controlled ? 1 : 0)
  }

  var isPending: Bool { state == .waiting || state == .inProgress }
}

/// A request in flight and its retransmission (RFC 8489 §6.2.1, RFC 8445 §14.3).
struct ICECheck: Sendable {
  let transactionID: STUNTransactionID
  let role: ICERole
  let nominates: Bool
  private(set) var nextSend: Instant
  private var timeout: TimeDelta = Self.firstTimeout
  private var sent = 1

  static var firstTimeout: TimeDelta { .milliseconds(500) }
  /// Doubling stops here: RFC 8489's 32 s would leave a lossy path alone for longer than a person waits.
  static var longestTimeout: TimeDelta { .seconds(1) }
  static var maximumSendings: Int { 16 }

  init(transactionID: STUNTransactionID, role: ICERole, nominates: Bool, now: Instant) {
    self.transactionID = transactionID
    self.role = role
    self.nominates = nominates
    nextSend = now + Self.firstTimeout
  }

  /// Notes that it is sent once more; false when it has been sent often enough and the check has failed.
  mutating func resend(now: Instant) -> Bool {
    guard sent < Self.maximumSendings else { return false }
    sent += 1
    timeout = min(timeout * 2, Self.longestTimeout)
    nextSend = now + timeout
    return true
  }
}
