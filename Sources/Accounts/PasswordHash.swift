import Bytes

/// Cost of one Argon2id run (RFC 9106 §3.1).
package struct Argon2Cost: Hashable, Sendable {
  /// KiB of memory.
  package var memory: UInt32
  package var passes: UInt32
  package var lanes: UInt32

  package init(memory: UInt32, passes: UInt32, lanes: UInt32) {
    self.memory = memory
    self.passes = passes
    self.lanes = lanes
  }

  /// RFC 9106 §4's second choice, with one lane because one thread computes it.
  package static let recommended = Argon2Cost(memory: 64 * 1024, passes: 3, lanes: 1)
  /// Below this no machine is slow enough to go.
  package static let least = Argon2Cost(memory: 19 * 1024, passes: 2, lanes: 1)
  /// What a stored hash may ask of this machine.
  package static let memoryRange: ClosedRange<UInt32> = 8 * 1024...256 * 1024
  package static let passRange: ClosedRange<UInt32> = 1...64

  /// Milliseconds that one run may take.
  package static let band: ClosedRange<Double> = 250...500
  /// A tenth above the least: the machine was perhaps busier while it was measured than it will be.
  private static let floor = 275.0
  /// Runs of one cost, of which the fastest counts: whatever else happens on a machine makes a run slower and never faster.
  package static let runs = 3
  private static let corrections = 4

  /// RFC 9106 §4: the memory that can be afforded, then the fewest passes, 3 at least, that take as long as they should. `measure` gives
  /// the milliseconds of one run; it is called `runs` times for each cost, and for a dozen costs at most.
  package static func fitting<Failure: Error>(
    _ measure: (Argon2Cost) throws(Failure) -> Double
  ) throws(Failure) -> Argon2Cost {
    var cost = recommended
    var time = try fastest(cost, measure)
    while time > band.upperBound, cost.memory / 2 > least.memory {
      cost.memory /= 2
      time = try fastest(cost, measure)
    }
    guard time <= band.upperBound else { return least }
    guard time < floor else { return cost }
    cost.passes = passes(Double(cost.passes) * floor / max(time, 1))
    time = try fastest(cost, measure)
    for _ in 0..<corrections where time < floor && cost.passes < passRange.upperBound {
      cost.passes = max(cost.passes + 1, passes(Double(cost.passes) * floor / max(time, 1)))
      time = try fastest(cost, measure)
    }
    for _ in 0..<corrections where cost.passes > recommended.passes {
      var cheaper = cost
      cheaper.passes -= 1
      guard try fastest(cheaper, measure) >= floor else { break }
      cost = cheaper
    }
    return cost
  }

  /// Milliseconds of the fastest of a few runs.
  package static func fastest<Failure: Error>(
    _ cost: Argon2Cost, _ measure: (Argon2Cost) throws(Failure) -> Double
  ) throws(Failure) -> Double {
    var time = try measure(cost)
    for _ in 1..<runs { time = min(time, try measure(cost)) }
    return time
  }

  private static func passes(_ wanted: Double) -> UInt32 {
    UInt32(min(max(wanted.rounded(.up), Double(recommended.passes)), Double(passRange.upperBound)))
  }
}

/// What is kept of a password's secret: parameters, salt and Argon2id tag.
package struct PasswordHash: Hashable, Sendable {
  package var cost: Argon2Cost
  /// 16 bytes.
  package var salt: [UInt8]
  /// 32 bytes.
  package var tag: [UInt8]

  package static let saltBytes = 16
  package static let tagBytes = 32

  package init(cost: Argon2Cost, salt: [UInt8], tag: [UInt8]) {
    self.cost = cost
    self.salt = salt
    self.tag = tag
  }

  /// 64 bytes: memory, passes, lanes and version in network order, salt, tag.
  package var encoded: [UInt8] {
    var bytes: [UInt8] = []
    for number in [Self.version, cost.memory, cost.passes, cost.lanes] {
      for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
    return bytes + salt + tag
  }

  /// Nil for another length or version, or a cost beyond what this machine grants.
  package init?(encoded bytes: [UInt8]) {
    guard bytes.count == 16 + Self.saltBytes + Self.tagBytes else { return nil }
    let numbers = (0..<4).map { index in bytes[(4 * index)..<(4 * index + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
    guard numbers[0] == Self.version, Argon2Cost.memoryRange.contains(numbers[1]),
      Argon2Cost.passRange.contains(numbers[2]), (1...4).contains(numbers[3])
    else { return nil }
    cost = Argon2Cost(memory: numbers[1], passes: numbers[2], lanes: numbers[3])
    salt = Array(bytes[16..<32])
    tag = Array(bytes[32...])
  }

  /// Argon2 1.3 (RFC 9106 §3.1).
  private static let version: UInt32 = 0x13
}
