import RTCCore

/// One instruction of classic BPF (linux/filter.h).
struct SteeringInstruction: Hashable, Sendable {
  var code: UInt16
  var jumpTrue: UInt8 = 0
  var jumpFalse: UInt8 = 0
  var k: UInt32 = 0
}

/// Builds the program with which the kernel picks a shard's socket for a datagram, without looking anything up:
///
/// 1. A STUN Binding request whose first attribute is USERNAME goes by that name's first character, which the node chose
///    (`ICECredentials.init(shard:using:)`).
/// 2. Everything else goes by a number that address and port are mixed into. The numbers of all validated addresses divide
///    the range into runs of one shard each, and the program is a binary search among the runs.
///
/// It decides about speed alone: what it sends to the wrong shard is handed over there.
struct SteeringProgram: Sendable {
  /// BPF_MAXINSNS.
  static var maximumLength: Int { 4_096 }
  /// Runs that surely fit: two instructions each, and a long jump where a subtree is large.
  static var maximumRuns: Int { 1_900 }

  let instructions: [SteeringInstruction]

  /// `routes` are the validated addresses with their shards, 0..<`shards`, in any order.
  init(routes: [TransportAddress: UInt8], shards: Int, key: SteeringKey) {
    let runs = SteeringRuns(routes: routes, shards: shards, key: key).runs
    let search = Self.prologue(shards: shards) + Self.mix(key)
    instructions = search + Self.tree(runs[...])
  }

  // MARK: Parts

  private enum Code {
    static let loadLength: UInt16 = 0x80
    static let loadWord: UInt16 = 0x20
    static let loadHalf: UInt16 = 0x28
    static let loadByte: UInt16 = 0x30
    static let loadHalfIndexed: UInt16 = 0x48
    static let loadIndexHeaderLength: UInt16 = 0xB1
    static let loadIndexMemory: UInt16 = 0x61
    static let store: UInt16 = 0x02
    static let addIndex: UInt16 = 0x0C
    static let subtract: UInt16 = 0x14
    static let multiply: UInt16 = 0x24
    static let shiftRight: UInt16 = 0x74
    static let jump: UInt16 = 0x05
    static let jumpIfEqual: UInt16 = 0x15
    static let jumpIfAtLeast: UInt16 = 0x35
    static let returnConstant: UInt16 = 0x06
    static let returnAccumulator: UInt16 = 0x16
  }

  /// Where the IP header begins, for loads (SKF_NET_OFF).
  static var network: UInt32 { UInt32(bitPattern: -0x100000) }

  private static func statement(_ code: UInt16, _ k: UInt32) -> SteeringInstruction {
    SteeringInstruction(code: code, k: k)
  }

  /// STUN by its user name. Every test that fails jumps to what follows.
  private static func prologue(shards: Int) -> [SteeringInstruction] {
    let tests: [(load: SteeringInstruction, code: UInt16, value: UInt32, passes: Bool)] = [
      // Header, attribute header, one character.
      (statement(Code.loadLength, 0), Code.jumpIfAtLeast, 25, true),
      (statement(Code.loadHalf, 0), Code.jumpIfEqual, 0x0001, true),
      (statement(Code.loadWord, 4), Code.jumpIfEqual, 0x2112_A442, true),
      (statement(Code.loadHalf, 20), Code.jumpIfEqual, 0x0006, true),
      (statement(Code.loadByte, 24), Code.jumpIfAtLeast, UInt32(ICECredentials.firstShardCharacter), true),
    ]
    let last = [
      statement(Code.subtract, UInt32(ICECredentials.firstShardCharacter)),
      SteeringInstruction(code: Code.jumpIfAtLeast, jumpTrue: 1, k: UInt32(shards)),
      statement(Code.returnAccumulator, 0),
    ]
    let length = tests.count * 2 + last.count
    var program: [SteeringInstruction] = []
    for test in tests {
      program.append(test.load)
      let end = UInt8(length - program.count - 1)
      program.append(SteeringInstruction(code: test.code, jumpFalse: end, k: test.value))
    }
    return program + last
  }

  /// Leaves the number of the source address in the accumulator; see `SteeringKey.number`.
  private static func mix(_ key: SteeringKey) -> [SteeringInstruction] {
    let four =
      [
        statement(Code.loadIndexHeaderLength, network),
        statement(Code.loadHalfIndexed, network),
        statement(Code.multiply, key.port),
      ] + add(word: 12, times: key.words[3])
    let six =
      [statement(Code.loadHalf, network &+ 40), statement(Code.multiply, key.port)]
      + (0..<4).flatMap { add(word: UInt32(8 + 4 * $0), times: key.words[$0]) }
    return [
      statement(Code.loadByte, network),
      statement(Code.shiftRight, 4),
      SteeringInstruction(code: Code.jumpIfEqual, jumpFalse: UInt8(four.count + 1), k: 4),
    ] + four + [statement(Code.jump, UInt32(six.count))] + six
  }

  private static func add(word offset: UInt32, times factor: UInt32) -> [SteeringInstruction] {
    [
      statement(Code.store, 0), statement(Code.loadWord, network &+ offset), statement(Code.multiply, factor),
      statement(Code.loadIndexMemory, 0), statement(Code.addIndex, 0),
    ]
  }

  private static func tree(_ runs: ArraySlice<SteeringRuns.Run>) -> [SteeringInstruction] {
    guard runs.count > 1 else { return [statement(Code.returnConstant, UInt32(runs.first?.shard ?? 0))] }
    let middle = runs.startIndex + runs.count / 2
    let lower = tree(runs[..<middle])
    let upper = tree(runs[middle...])
    let pivot = runs[middle].start
    if let distance = UInt8(exactly: lower.count) {
      return [SteeringInstruction(code: Code.jumpIfAtLeast, jumpTrue: distance, k: pivot)] + lower + upper
    }
    return [
      SteeringInstruction(code: Code.jumpIfAtLeast, jumpFalse: 1, k: pivot),
      statement(Code.jump, UInt32(lower.count)),
    ] + lower + upper
  }
}

/// Secret factors that mix an address and a port into a number, so that nobody outside can choose what falls where.
struct SteeringKey: Sendable {
  let words: [UInt32]
  let port: UInt32

  init(using random: inout some RandomNumberGenerator) {
    words = (0..<4).map { _ in UInt32(truncatingIfNeeded: random.next()) | 1 }
    port = UInt32(truncatingIfNeeded: random.next()) | 1
  }

  /// What the kernel's program computes of the same datagram.
  func number(of address: TransportAddress) -> UInt32 {
    var number = UInt32(address.port) &* port
    if address.isIPv6 {
      number &+= UInt32(truncatingIfNeeded: address.high >> 32) &* words[0]
      number &+= UInt32(truncatingIfNeeded: address.high) &* words[1]
      number &+= UInt32(truncatingIfNeeded: address.low >> 32) &* words[2]
    }
    return number &+ UInt32(truncatingIfNeeded: address.low) &* words[3]
  }
}

/// The range of numbers, divided into stretches that each belong to one shard.
struct SteeringRuns {
  struct Run: Equatable {
    var start: UInt32
    var shard: UInt8
    /// Addresses in it.
    var count: Int
  }

  private(set) var runs: [Run] = []

  /// Without routes, as many equal parts as there are shards: what nobody has validated costs each the same.
  init(routes: [TransportAddress: UInt8], shards: Int, key: SteeringKey) {
    guard !routes.isEmpty else {
      let width = UInt64(UInt32.max) / UInt64(shards) + 1
      runs = (0..<shards).map { Run(start: UInt32(UInt64($0) * width), shard: UInt8($0), count: 0) }
      return
    }
    let numbers = routes.map { (number: key.number(of: $0.key), shard: $0.value) }.sorted { $0 < $1 }
    for (number, shard) in numbers { append(Run(start: number, shard: shard, count: 1)) }
    runs[0].start = 0
    reduce()
  }

  private mutating func append(_ run: Run) {
    if let last = runs.last, last.shard == run.shard || last.start == run.start {
      runs[runs.count - 1].count += run.count
    } else {
      runs.append(run)
    }
  }

  /// Gives the smallest runs to their neighbours until the rest fits the program.
  private mutating func reduce() {
    while runs.count > SteeringProgram.maximumRuns {
      // Each that is given away often joins its two neighbours as well.
      let excess = (runs.count - SteeringProgram.maximumRuns + 1) / 2
      let given = Set(runs.indices.dropFirst().sorted { runs[$0].count < runs[$1].count }.prefix(excess))
      let before = runs
      runs = []
      for (index, run) in before.enumerated() {
        if given.contains(index) { runs[runs.count - 1].count += run.count } else { append(run) }
      }
    }
  }
}
