package import AccountServices
import Accounts
import Bytes
import Foundation
package import Logging
package import Store
import Synchronization

extension AccountArchive: AccountKeeping {}

/// Accounts of a node: the desk over its store, and what goes on in the background.
package struct AccountService: Sendable {
  package let desk: AccountDesk
  private let logger: Logger

  private static let forgetting = Duration.seconds(3600)

  package init(store: Store, settings: AccountSettings, clock: NodeClock = .continuous, logger: Logger) {
    self.logger = logger
    let report = StoreFailureReport(logger: logger, clock: clock)
    let archive = AccountArchive(store: store) { report.say($0) }
    desk = AccountDesk(
      keeper: archive, hasher: PasswordHasher(), settings: settings,
      clock: AccountClock(now: { clock.now }, unixSeconds: { Int64(Date.now.timeIntervalSince1970) }))
  }

  /// Measures what a password costs here, then forgets what is over, each hour, until it is cancelled. Failures are reported where
  /// they happen; the next hour tries again.
  package func run() async {
    if let cost = try? await desk.calibrate() {
      logger.info("passwords", metadata: ["memory_kib": "\(cost.memory)", "passes": "\(cost.passes)"])
    }
    repeat { try? await desk.forget() } while (try? await Task.sleep(for: Self.forgetting)) != nil
  }
}

/// Tells the operator that accounts cannot be read or written, once a minute at most.
private final class StoreFailureReport: Sendable {
  private let logger: Logger
  private let clock: NodeClock
  private let last = Mutex<Instant?>(nil)

  init(logger: Logger, clock: NodeClock) {
    self.logger = logger
    self.clock = clock
  }

  func say(_ error: StoreError) {
    let now = clock.now
    let isDue = last.withLock { last in
      if let said = last, now - said < .seconds(60) { return false }
      last = now
      return true
    }
    if isDue { logger.error("accounts cannot be used: \(error)", metadata: ["reason": "\(error.word)"]) }
  }
}
