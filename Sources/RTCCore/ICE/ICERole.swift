/// Who nominates (RFC 8445 §6.1.1).
package enum ICERole: Hashable, Sendable {
  case controlling, controlled
}

/// What a request tells an agent about the two roles (RFC 8445 §7.3.1.1).
enum ICERoleConflict {
  case none
  /// We answer 487 and stay: the peer changes.
  case refuse
  /// We change, and take the request.
  case yield

  static func resolve(role: ICERole, tieBreaker: UInt64, request: STUNMessage) -> ICERoleConflict {
    switch role {
    case .controlling:
      guard let theirs = request.iceControlling else { return .none }
      return tieBreaker >= theirs ? .refuse : .yield
    case .controlled:
      guard let theirs = request.iceControlled else { return .none }
      return tieBreaker >= theirs ? .yield : .refuse
    }
  }
}
