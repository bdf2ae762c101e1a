import AccountServices
import Accounts
import Foundation
import Synchronization

/// What signing in costs, and what it does to those who are in a call at that time: threads as the media plane's, one for each
/// CPU, wake every millisecond while passwords are hashed one after the other. Fails over the limits.
@main
struct LoginBench {
  /// Milliseconds of one login (goal of the project), and by which the 99th percentile of wake-ups may be later.
  private static let login = 250.0...500.0
  private static let lateness = 2.0
  private static let runs = 9
  private static let seconds = 5.0

  static func main() async {
    let hasher = PasswordHasher()
    let cost = await hasher.calibrate(earlier: nil)
    let isJSON = CommandLine.arguments.contains("--json")
    guard let hash = try? await hasher.hash(secret) else { return fail("no hash") }
    var times: [Double] = []
    for _ in 0..<runs {
      let start = now
      _ = try? await hasher.verify(secret, hash)
      times.append((now - start) * 1000)
    }
    let median = times.sorted()[runs / 2]
    let idle = await lateness(while: nil)
    let busy = await lateness(while: { _ = try? await hasher.verify(secret, hash) })
    say("login_ms", median, "ms", runs, isJSON, "Argon2id of \(cost.memory >> 10) MiB, \(cost.passes) passes")
    say("wake_idle_p99_ms", idle, "ms", 1, isJSON, "nobody signs in")
    say("wake_login_p99_ms", busy, "ms", 1, isJSON, "somebody signs in all the time")
    if !login.contains(median) { fail("a login takes \(median) ms, not \(login)") }
    if busy > idle + lateness { fail("logins delay others by \(busy - idle) ms, more than \(lateness)") }
  }

  private static let secret = [UInt8](repeating: 7, count: 32)

  private static var now: Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }

  /// The 99th percentile of how late threads wake, in milliseconds, while `work` is repeated.
  private static func lateness(while work: (@Sendable () async -> Void)?) async -> Double {
    let samples = Mutexed<[Double]>([])
    let threads = ProcessInfo.processInfo.activeProcessorCount
    let end = now + seconds
    let done = Mutexed(0)
    for _ in 0..<threads {
      Thread.detachNewThread {
        let own = wake(until: end)
        samples.withLock { $0 += own }
        done.withLock { $0 += 1 }
      }
    }
    while now < end { if let work { await work() } else { try? await Task.sleep(for: .milliseconds(50)) } }
    while done.withLock({ $0 }) < threads { try? await Task.sleep(for: .milliseconds(10)) }
    let sorted = samples.withLock { $0.sorted() }
    return sorted[sorted.count * 99 / 100]
  }

  /// Every millisecond, and works for a tenth of it, as a media thread with some traffic does.
  private static func wake(until end: Double) -> [Double] {
    var late: [Double] = []
    var next = now
    while next < end {
      next += 0.001
      let wait = next - now
      if wait > 0 { usleep(UInt32(wait * 1e6)) }
      late.append(max(0, now - next) * 1000)
      let busy = now + 0.0001
      while now < busy {}
      // After a long delay the lost wake-ups are not made up for: each would count the same delay again.
      next = max(next, now)
    }
    return late
  }

  private static func say(
    _ figure: String, _ value: Double, _ unit: String, _ runs: Int, _ isJSON: Bool, _ note: String
  ) {
    let rounded = (value * 100).rounded() / 100
    print(
      isJSON
        ? #"{"bench":"login","figure":"\#(figure)","value":\#(rounded),"unit":"\#(unit)","runs":\#(runs)}"#
        : "\(figure.padding(toLength: 20, withPad: " ", startingAt: 0)) \(rounded) \(unit)  (\(note))")
  }

  private static func fail(_ text: String) {
    FileHandle.standardError.write(Data(("over the limit: " + text + "\n").utf8))
    exit(1)
  }
}

/// A value for several threads.
private final class Mutexed<Value: Sendable>: Sendable {
  private let value: Mutex<Value>

  init(_ value: Value) { self.value = Mutex(value) }

  func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result { value.withLock { body(&$0) } }
}
