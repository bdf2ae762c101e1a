package import Bytes

/// How well a receiver's path carries what the receiver wants to see.
package enum PathState: UInt8, Hashable, Sendable {
  case good
  /// The pictures that are wanted do not all fit at the height that is wanted.
  case limited
  /// Not even the smallest layer of everybody who is shown fits, or more than a tenth of the packets is lost.
  case poor
}

/// What the node would have the person choose. Nothing changes unless they do.
package enum PathProposal: UInt8, Hashable, Sendable {
  case none
  case lowData
  case audioOnly
}

/// What the node measures on its way to one receiver, and what follows from it.
package struct PathReport: Hashable, Sendable {
  /// What the path is thought to carry.
  package var estimate: DataRate
  /// What would be sent if the path had no limit.
  package var demand: DataRate
  /// Something is sent smaller than wanted, or not at all, for want of rate.
  package var isUnmet: Bool
  /// Somebody who is shown is not sent at all, for want of rate.
  package var isStarved: Bool
  /// Share of packets that the receiver missed in the last 3 to 6 seconds, 0...1.
  package var loss: Double
  package var roundTrip: TimeDelta
  package var state = PathState.good
  package var proposal = PathProposal.none

  package init(
    estimate: DataRate, demand: DataRate, isUnmet: Bool, isStarved: Bool = false, loss: Double = 0,
    roundTrip: TimeDelta = .zero
  ) {
    self.estimate = estimate
    self.demand = demand
    self.isUnmet = isUnmet
    self.isStarved = isStarved
    self.loss = loss
    self.roundTrip = roundTrip
  }
}
