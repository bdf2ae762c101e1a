import Foundation
import Glibc

/// What the system says about this process.
struct ProcessFacts: Sendable {
  var residentBytes: Int
  var openFiles: Int
  var maximumFiles: Int
  var cpuSeconds: Double

  static func now() -> ProcessFacts {
    ProcessFacts(
      residentBytes: residentPages() * Int(sysconf(Int32(_SC_PAGESIZE))), openFiles: openFileCount(),
      maximumFiles: fileLimit(), cpuSeconds: cpuTime())
  }

  private static func residentPages() -> Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
    let fields = text.split(separator: " ")
    return fields.count > 1 ? Int(fields[1]) ?? 0 : 0
  }

  private static func openFileCount() -> Int {
    // Reading the folder opens it.
    max(0, ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.count ?? 1) - 1)
  }

  private static func fileLimit() -> Int {
    var limit = rlimit()
    return getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 ? Int(clamping: limit.rlim_cur) : 0
  }

  private static func cpuTime() -> Double {
    var usage = rusage()
    guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
    return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
  }
}
