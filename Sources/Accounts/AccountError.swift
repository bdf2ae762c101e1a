/// Why a request about an account fails, as docs/accounts.md tells it to the page. Never names anybody.
package enum AccountError: Error, Hashable, Sendable {
  case badRequest, badName, wrong, signedOut, expired, foreignOrigin, closed, noInvitation, notFound, taken, conflict
  case limit, tooLarge, badType, badMethod, busy, unavailable
  /// Too many attempts; the next may be made after this many seconds.
  case tooMany(seconds: Int64)

  /// The word in the answer.
  package var word: String {
    switch self {
    case .badRequest: "bad_request"
    case .badName: "bad_name"
    case .wrong: "wrong"
    case .signedOut: "signed_out"
    case .expired: "expired"
    case .foreignOrigin: "foreign_origin"
    case .closed: "closed"
    case .noInvitation: "no_invitation"
    case .notFound: "not_found"
    case .taken: "taken"
    case .conflict: "conflict"
    case .limit: "limit"
    case .tooLarge: "too_large"
    case .badType: "bad_type"
    case .badMethod: "bad_method"
    case .busy: "busy"
    case .unavailable: "unavailable"
    case .tooMany: "too_many"
    }
  }

  /// Status code of the answer (RFC 9110 §15).
  package var status: Int {
    switch self {
    case .badRequest, .badName: 400
    case .wrong, .signedOut, .expired: 401
    case .foreignOrigin, .closed, .noInvitation: 403
    case .notFound: 404
    case .badMethod: 405
    case .taken, .conflict, .limit: 409
    case .tooLarge: 413
    case .badType: 415
    case .tooMany: 429
    case .busy, .unavailable: 503
    }
  }
}
