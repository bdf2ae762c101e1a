/// A leaf of the tree as people see it.
package struct MeetingMember: Equatable, Sendable {
  package enum State: UInt8, Sendable {
    case present = 0
    /// A member who has not been heard of for long.
    case unheard = 1
    /// A member whom the node does not know to be here.
    case ghost = 2
  }

  package let join: JoinID
  /// Position in the tree, 0...1023.
  package let leaf: UInt16
  package let role: Role
  package let isSelf: Bool
  package let state: State

  package init(join: JoinID, leaf: UInt16, role: Role, isSelf: Bool, state: State) {
    self.join = join
    self.leaf = leaf
    self.role = role
    self.isSelf = isSelf
    self.state = state
  }
}
