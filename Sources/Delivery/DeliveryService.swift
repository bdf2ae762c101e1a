package import Bytes
import MLSWire

/// Orders the commits of one MLS group, routes its Welcomes and asks members to let others in. It reads what PublicMessages
/// say in clear and can open nothing. A value without clock or randomness.
package struct DeliveryService<Signer: DeliverySigner>: Sendable {
  let signer: Signer
  let limits: DeliveryLimits

  package init(signer: Signer, limits: DeliveryLimits = DeliveryLimits()) {
    self.signer = signer
    self.limits = limits
  }

  /// When `advance` has something to do next; `.distantFuture` for never.
  package var nextDeadline: Instant { .distantFuture }

  package mutating func apply(_ command: DeliveryCommand, from index: Int, now: Instant) -> [DeliveryEffect] { [] }

  /// What is due because time has passed.
  package mutating func advance(to now: Instant) -> [DeliveryEffect] { [] }
}
