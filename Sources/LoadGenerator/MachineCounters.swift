internal import CLinuxNet
internal import Glibc

/// What the kernel counts for the whole machine (or network namespace).
enum MachineCounters {
  /// UDP datagrams dropped at full socket buffers since the start: RcvbufErrors and SndbufErrors of /proc/net/snmp, and of
  /// snmp6 for IPv6.
  static var bufferDrops: Int {
    let lines = read("/proc/net/snmp").split(separator: "\n").filter { $0.hasPrefix("Udp: ") }
    guard lines.count == 2 else { return 0 }
    let (names, values) = (lines[0].split(separator: " "), lines[1].split(separator: " "))
    var drops = 0
    for (name, value) in zip(names, values) where name == "RcvbufErrors" || name == "SndbufErrors" {
      drops += Int(value) ?? 0
    }
    for line in read("/proc/net/snmp6").split(separator: "\n") where line.hasPrefix("Udp6RcvbufErrors") {
      drops += line.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }
    return drops
  }

  /// The first 64 kB of a file, as far as they are text.
  private static func read(_ path: String) -> String {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return "" }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = Glibc.read(file, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }
}
