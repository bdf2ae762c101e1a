package import AccountServices
import Rooms

/// How much of what strangers can make more of a node takes, beside rooms and participants. The initial values are the defaults.
package struct NodeLimits: Equatable, Sendable {
  /// Rooms that are remembered when they are over: those with invitations, and those that their hosts keep.
  package var keptRooms = 10_000
  /// Personal invitations of one room, the revoked ones included.
  package var invitations = InvitationBook.maximum
  /// People before the door of one room at one time.
  package var waiting = 32
  /// Knocks at the door of one room.
  package var knocksPerMinute = 60
  /// Who may make an account, and how many there may be.
  package var accounts = AccountSettings()

  package init() {}

  /// What is wrong, in words for the operator.
  package func validate() throws(ServeError) {
    try Self.check(keptRooms, 0...1_000_000, "--max-kept-rooms")
    try Self.check(invitations, 0...InvitationBook.maximum, "--max-invitations")
    try Self.check(waiting, 1...256, "--max-waiting")
    try Self.check(knocksPerMinute, 1...1_000, "--max-knocks")
    try Self.check(accounts.limit, 0...1_000_000, "--max-accounts")
  }

  private static func check(_ value: Int, _ range: ClosedRange<Int>, _ name: String) throws(ServeError) {
    guard range.contains(value) else {
      throw .invalid("\(name) must be between \(range.lowerBound) and \(range.upperBound).")
    }
  }
}
