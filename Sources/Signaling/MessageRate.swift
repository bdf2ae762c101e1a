package import Bytes

/// How much one connection may say.
package struct MessageRate: Sendable {
  /// Everything: past it the connection ends, because no client of ours comes near.
  private var all: TokenBucket
  /// Sealed messages go to everybody, and an offer costs a session: past these the message alone is refused.
  private var messages: TokenBucket
  private var offers: TokenBucket
  /// These make the node check signatures, or send a whole tree.
  private var keyPackages: TokenBucket
  private var commits: TokenBucket
  private var syncs: TokenBucket
  /// What a host says about the room: some of it makes the node check signatures, or keep something.
  private var orders: TokenBucket

  package enum Verdict: Equatable, Sendable {
    case passed
    case refused(Word)
    case flooded
  }

  package init(now: Instant) {
    all = TokenBucket(capacity: 240, period: .milliseconds(25), now: now)
    // Whoever lets others in tells them the names that it knows.
    messages = TokenBucket(capacity: 60, period: .milliseconds(100), now: now)
    offers = TokenBucket(capacity: 8, period: .seconds(2), now: now)
    keyPackages = TokenBucket(capacity: 4, period: .seconds(2), now: now)
    // Two hundred people who come within five seconds are let in by about twenty commits of one member.
    commits = TokenBucket(capacity: 40, period: .milliseconds(250), now: now)
    syncs = TokenBucket(capacity: 8, period: .seconds(1), now: now)
    orders = TokenBucket(capacity: 40, period: .milliseconds(500), now: now)
  }

  /// To be asked for every frame, before anything is done for it.
  package mutating func count(now: Instant) -> Verdict { all.take(now: now) ? .passed : .flooded }

  /// To be asked for every message that can be read.
  package mutating func admit(_ message: ClientMessage, now: Instant) -> Verdict {
    switch message {
    case .message: messages.take(now: now) ? .passed : .refused("message")
    case .offer: offers.take(now: now) ? .passed : .refused("offer")
    case .keyPackage: keyPackages.take(now: now) ? .passed : .refused("key_package")
    case .group, .commit: commits.take(now: now) ? .passed : .refused("commit")
    case .sync: syncs.take(now: now) ? .passed : .refused("sync")
    case .admit, .turnAway, .ban, .freeze, .invite, .revoke, .invitations, .keep:
      orders.take(now: now) ? .passed : .refused("order")
    case .hello, .media, .view, .ready, .refuse, .leave, .ping: .passed
    }
  }
}
