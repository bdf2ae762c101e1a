package import Accounts
import Bytes
import CArgon2
import Foundation
import Synchronization

/// Runs Argon2id (RFC 9106, by libargon2) on threads of its own, few and of low priority: neither media nor signalling ever waits for a
/// password. Bounded in runs at a time, hence in memory, and in how many may wait.
package final class PasswordHasher: Sendable {
  private struct State {
    var cost: Argon2Cost
    var waiting: [@Sendable () -> Void] = []
    var running = 0
    var runs = 0
  }

  /// Runs at one time; each takes the memory of its cost.
  package let limit: Int
  private let queue: Int
  private let state: Mutex<State>

  /// Threads of the media plane run at 0; 19 is the lowest. Ten leaves a tenth of a busy CPU.
  private static let niceness: Int32 = 10

  /// `queue`: secrets that may wait while `limit` are being hashed.
  package init(cost: Argon2Cost = .recommended, limit: Int = defaultLimit, queue: Int = 16) {
    self.limit = limit
    self.queue = queue
    state = Mutex(State(cost: cost))
  }

  /// One on a small machine, at most four on a large one.
  package static var defaultLimit: Int { max(1, min(ProcessInfo.processInfo.activeProcessorCount / 4, 4)) }

  /// What new hashes cost.
  package var cost: Argon2Cost { state.withLock { $0.cost } }

  /// Secrets hashed so far.
  package var runs: Int { state.withLock { $0.runs } }

  /// Finds the cost that takes 250 to 500 ms here. The one of earlier starts stays if it still does: logins for names that exist and
  /// for others must go on taking the same time.
  package func calibrate(earlier: Argon2Cost?) async -> Argon2Cost {
    let found: Argon2Cost? = await run(isBounded: false) {
      if let earlier, Argon2Cost.band.contains(Argon2Cost.fastest(earlier, Self.measure)) { return earlier }
      return Argon2Cost.fitting(Self.measure)
    }
    guard let found else { return cost }
    state.withLock { $0.cost = found }
    return found
  }

  /// A hash with a salt of its own, of what new ones cost. Throws `busy`.
  package func hash(_ secret: [UInt8]) async throws(AccountError) -> PasswordHash {
    let cost = cost
    let salt = [UInt8].unpredictable(PasswordHash.saltBytes)
    guard let tag = await run(isBounded: true, { Self.tag(secret, salt, cost) }) else { throw .busy }
    guard let tag else { throw .unavailable }
    return PasswordHash(cost: cost, salt: salt, tag: tag)
  }

  /// Whether `secret` is the one that was hashed; without a hash as much is computed, and the answer is no. Throws `busy`.
  package func verify(_ secret: [UInt8], _ hash: PasswordHash?) async throws(AccountError) -> Bool {
    let compared = hash ?? PasswordHash(cost: cost, salt: [UInt8](repeating: 0, count: 16), tag: [])
    guard let tag = await run(isBounded: true, { Self.tag(secret, compared.salt, compared.cost) }) else { throw .busy }
    guard let tag else { throw .unavailable }
    return tag.isEqualInConstantTime(to: compared.tag) && hash != nil
  }

  /// Nil when too many wait already.
  private func run<Result: Sendable>(
    isBounded: Bool, _ work: @escaping @Sendable () -> Result
  ) async -> Result? {
    await withCheckedContinuation { (continuation: CheckedContinuation<Result?, Never>) in
      let startsThread: Bool? = state.withLock { state in
        guard !isBounded || state.waiting.count < queue else { return nil }
        state.waiting.append { continuation.resume(returning: work()) }
        guard state.running < limit else { return false }
        state.running += 1
        return true
      }
      switch startsThread {
      case nil: continuation.resume(returning: nil)
      case true?: Thread.detachNewThread { self.workOff() }
      case false?: break
      }
    }
  }

  /// Works until nothing waits. A thread is made in a thousandth of the time that one hash takes, so none is kept.
  private func workOff() {
    // On Linux 0 is the calling thread.
    _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness)
    while let work = next() { work() }
  }

  private func next() -> (@Sendable () -> Void)? {
    state.withLock { state in
      if state.waiting.isEmpty {
        state.running -= 1
        return nil
      }
      state.runs += 1
      return state.waiting.removeFirst()
    }
  }

  /// Milliseconds of CPU time: what else runs on the machine does not count.
  private static func measure(_ cost: Argon2Cost) -> Double {
    let start = cpuTime
    _ = tag([UInt8](repeating: 1, count: 32), [UInt8](repeating: 2, count: PasswordHash.saltBytes), cost)
    return Double(cpuTime - start) / 1e6
  }

  private static var cpuTime: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Argon2id 1.3; nil when there is no memory for it.
  static func tag(_ secret: [UInt8], _ salt: [UInt8], _ cost: Argon2Cost) -> [UInt8]? {
    var tag = [UInt8](repeating: 0, count: PasswordHash.tagBytes)
    let status = argon2id_hash_raw(
      cost.passes, cost.memory, cost.lanes, secret, secret.count, salt, salt.count, &tag, tag.count)
    return status == ARGON2_OK.rawValue ? tag : nil
  }
}
