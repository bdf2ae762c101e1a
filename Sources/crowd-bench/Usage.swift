import Bytes
import Foundation
import NIOCore

extension Instant {
  /// Monotonic.
  static var now: Instant { Instant(nanoseconds: Int64(NIODeadline.now().uptimeNanoseconds)) }
}

/// Processor time since processes and machine started, in seconds, at one moment; or between two.
struct Usage {
  /// By the clock.
  var wall: TimeDelta
  var clients: Double
  var node: Double
  /// Of all processes.
  var machine: Double

  /// `node` is a process id.
  static func now(node: Int) -> Usage {
    Usage(
      wall: Instant.now - Instant.zero, clients: process("self").seconds, node: process("\(node)").seconds,
      machine: machine)
  }

  static func - (end: Usage, start: Usage) -> Usage {
    Usage(
      wall: end.wall - start.wall, clients: end.clients - start.clients, node: end.node - start.node,
      machine: end.machine - start.machine)
  }

  /// Resident memory of a process in MB.
  static func memory(of pid: Int) -> Double { Double(process("\(pid)").pages * sysconf(Int32(_SC_PAGESIZE))) / 1e6 }

  private static let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))

  /// Of `/proc/PID/stat` (proc(5)): what follows the name in brackets, which may itself hold blanks.
  private static func process(_ pid: String) -> (seconds: Double, pages: Int) {
    let fields = read("/proc/\(pid)/stat").split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 21, let user = Double(fields[11]), let system = Double(fields[12]), let pages = Int(fields[21])
    else { return (0, 0) }
    return ((user + system) / ticks, pages)
  }

  private static var machine: Double {
    let fields = read("/proc/stat").prefix { $0 != "\n" }.split(separator: " ").dropFirst().compactMap { Double($0) }
    guard fields.count > 7 else { return 0 }
    return (fields[0] + fields[1] + fields[2] + fields[5] + fields[6] + fields[7]) / ticks
  }

  private static func read(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
}

/// Processor time of this thread in milliseconds.
func threadMilliseconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
}
