package import RoomRules

/// What the person sees of a comparison with one other.
package struct ComparisonStatus: Equatable, Sendable {
  package enum Step: UInt8, Sendable {
    /// The other asks us.
    case offered = 0
    /// We asked and the other has not answered.
    case waiting = 1
    /// Both see the digits and read them to each other.
    case compare = 2
    /// We said that they are the same, the other has not yet.
    case confirming = 3
    case matched = 4
    case mismatch = 5
    /// Not answered, cancelled, or the other left.
    case failed = 6
  }

  package let with: JoinID
  package let step: Step
  /// Six ASCII digits, empty while there is nothing to compare.
  package let digits: [UInt8]

  package init(with: JoinID, step: Step, digits: [UInt8] = []) {
    self.with = with
    self.step = step
    self.digits = digits
  }
}
