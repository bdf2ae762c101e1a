import Foundation

extension Doctor {
  /// The connections that a node takes, its own files, and as many again on their way out.
  private static let files = 8_192
  /// A clock before this is not set: it is the day that this check was written.
  private static let epoch = 1_790_000_000.0
  private static let leastMemory = 512 << 20

  var machine: [Finding] { [fileLimit, clock, processor, memory] }

  private var fileLimit: Finding {
    let limit = probes.fileLimit
    guard limit < Self.files else { return Finding("file_limit", .good, "\(limit) files may be open.") }
    return Finding(
      "file_limit", .warning, "Only \(limit) files may be open: \(max(0, limit - 64) / 2) people at most.",
      "Raise it: LimitNOFILE=65536 in systemd, or `ulimit -Hn 65536`.")
  }

  private var clock: Finding {
    if probes.time < Self.epoch {
      return Finding(
        "clock", .failure, "The clock of this machine is years behind.", "Set it: timedatectl set-ntp true.")
    }
    if probes.isClockSynchronized == false {
      return Finding(
        "clock", .warning, "Nothing keeps the clock of this machine right.",
        "timedatectl set-ntp true; certificates depend on it.")
    }
    return Finding("clock", .good, "The clock is set.")
  }

  private var processor: Finding {
    if probes.hasAES == false {
      return Finding(
        "cpu", .warning, "The processor has no instructions for AES: each stream costs several times as much.",
        "Choose another type of machine; virtual ones may hide it (cpu type host).")
    }
    let count = probes.cpuCount
    let threads = options.mediaThreads ?? max(1, min(count - 1, 16))
    guard threads < count || count == 1 else {
      return Finding(
        "cpu", .warning, "\(threads) media threads on \(count) CPUs leave none to signalling.",
        "Give --media-threads \(count - 1), or leave it out.")
    }
    return Finding("cpu", .good, "\(count) CPUs, \(threads) of them for media.")
  }

  private var memory: Finding {
    guard let memory = probes.memory else {
      return Finding("memory", .good, "The system does not say how much memory it has.")
    }
    let megabytes = memory.available >> 20
    guard memory.available < Self.leastMemory else {
      return Finding("memory", .good, "\(megabytes) MB of memory are free.")
    }
    return Finding(
      "memory", .warning, "Only \(megabytes) MB of memory are free.",
      "A node wants half a gigabyte; large rooms want more.")
  }
}
