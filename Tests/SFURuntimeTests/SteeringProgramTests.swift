import RTCCore
import RTCSecurity
import SFU
import Testing

@testable import SFURuntime

@Suite("Steering program")
struct SteeringProgramTests {
  private static let seed: UInt64 = 0x7E27

  private func key(_ random: inout SeededGenerator) -> SteeringKey { SteeringKey(using: &random) }

  private static func address(_ index: Int, isIPv6: Bool) -> TransportAddress {
    let port = UInt16(truncatingIfNeeded: 1_024 + index * 7)
    guard isIPv6 else { return TransportAddress(ipv4: 0xC612_0000 + UInt32(index), port: port) }
    return TransportAddress(
      ipv6High: 0x2001_0DB8_0000_0000 | UInt64(index), low: UInt64(index) &* 0x9E37_79B9, port: port)
  }

  private static func routes(_ count: Int, shards: Int, _ random: inout SeededGenerator) -> [TransportAddress: UInt8] {
    var routes: [TransportAddress: UInt8] = [:]
    for index in 0..<count {
      routes[address(index, isIPv6: index % 2 == 0)] = UInt8(Int.random(in: 0..<shards, using: &random))
    }
    return routes
  }

  @Test(
    "media of every validated address goes to its shard, IPv4 and IPv6, with any IP options",
    arguments: [(0, 2), (1, 2), (2, 2), (300, 2), (1_500, 4), (1_500, 16)])
  func routed(_ count: Int, _ shards: Int) throws {
    var random = SeededGenerator(seed: Self.seed)
    let routes = Self.routes(count, shards: shards, &random)
    let key = key(&random)
    let program = SteeringProgram(routes: routes, shards: shards, key: key).instructions
    #expect(program.count <= SteeringProgram.maximumLength)
    for (address, shard) in routes {
      for options in [0, 1, 10] {
        let packet = BPFPacket(from: address, options: options, payload: [0x80, 0x60] + Array(repeating: 7, count: 40))
        try #require(try BPFMachine.run(program, on: packet) == UInt32(shard), "seed \(Self.seed)")
      }
    }
  }

  @Test("what nobody has validated goes to some shard, spread over all")
  func strangers() throws {
    var random = SeededGenerator(seed: Self.seed)
    for routes in [[:], Self.routes(40, shards: 4, &random)] {
      let program = SteeringProgram(routes: routes, shards: 4, key: key(&random)).instructions
      var counts = [0, 0, 0, 0]
      for index in 5_000..<6_000 {
        let packet = BPFPacket(from: Self.address(index, isIPv6: index % 3 == 0), payload: [22, 254, 253])
        counts[Int(try BPFMachine.run(program, on: packet))] += 1
      }
      #expect(counts.allSatisfy { $0 > 50 }, "\(counts), seed \(Self.seed)")
    }
  }

  @Test(
    "a connectivity check goes to the shard that its user name begins with, wherever it comes from", arguments: 0..<16)
  func checks(_ shard: Int) throws {
    var random = SeededGenerator(seed: Self.seed &+ UInt64(shard))
    let routes = Self.routes(200, shards: 16, &random)
    let program = SteeringProgram(routes: routes, shards: 16, key: key(&random)).instructions
    let credentials = ICECredentials(shard: UInt8(shard), using: &random)
    let check = Checks.request("\(credentials.ufrag):them", password: credentials.password)
    for address in Array(routes.keys.prefix(20)) + [Self.address(9_999, isIPv6: false)] {
      #expect(try BPFMachine.run(program, on: BPFPacket(from: address, payload: check)) == UInt32(shard))
    }
  }

  @Test("a check that names no shard, or begins with something else, goes by its address")
  func otherChecks() throws {
    var random = SeededGenerator(seed: Self.seed)
    let address = Self.address(1, isIPv6: false)
    let program = SteeringProgram(routes: [address: 1], shards: 2, key: key(&random)).instructions
    var late = Checks.request("AAAAAAAA:them", password: "irrelevant")
    late[21] = 0x24  // The first attribute is PRIORITY.
    var cookie = Checks.request("AAAAAAAA:them", password: "irrelevant")
    cookie[4] = 0
    var response = Checks.request("AAAAAAAA:them", password: "irrelevant")
    response[0] = 1
    for payload in [
      Checks.request("CAAAAAAA:them", password: "irrelevant"), Checks.request("@AAAAAAA:them", password: "irrelevant"),
      late, cookie, response, Array(late.prefix(24)), Array(late.prefix(1)), [],
    ] {
      #expect(try BPFMachine.run(program, on: BPFPacket(from: address, payload: payload)) == 1)
    }
  }

  @Test("more addresses than fit leave a program that the kernel takes and that is right for most of them")
  func full() throws {
    var random = SeededGenerator(seed: Self.seed)
    let routes = Self.routes(6_000, shards: 2, &random)
    let program = SteeringProgram(routes: routes, shards: 2, key: key(&random)).instructions
    #expect(program.count <= SteeringProgram.maximumLength)
    var right = 0
    for (address, shard) in routes {
      let result = try BPFMachine.run(program, on: BPFPacket(from: address, payload: [128, 1, 2, 3]))
      #expect(result < 2)
      if result == UInt32(shard) { right += 1 }
    }
    #expect(right > 4_500, "\(right) of 6000")
  }

  @Test("an address stays with the shard that validated it first until that gives it up")
  func claims() {
    var table = SteeringTable()
    let address = Self.address(1, isIPv6: false)
    #expect(table.apply(.init(address, isAdded: true), of: 1) == AddressRoute(address: address, shard: 1))
    #expect(table.apply(.init(address, isAdded: true), of: 1) == nil)
    #expect(table.apply(.init(address, isAdded: true), of: 0) == nil)
    #expect(table.routes == [address: 1])
    #expect(table.apply(.init(address, isAdded: false), of: 1) == AddressRoute(address: address, shard: 0))
    #expect(table.apply(.init(address, isAdded: false), of: 1) == nil)
    #expect(table.apply(.init(address, isAdded: false), of: 0) == AddressRoute(address: address, shard: nil))
    #expect(table.routes.isEmpty)
  }
}

/// Connectivity checks as browsers write them.
enum Checks {
  static func request(_ username: String, password: String, isUsernameFirst: Bool = true) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 1_500) { buffer, count in
      var writer = STUNWriter(
        UnsafeMutableRawBufferPointer(buffer), type: .bindingRequest,
        transactionID: STUNTransactionID(high: 3, low: 4))
      if isUsernameFirst { writer.writeUsername(Array(username.utf8)) }
      writer.writePriority(1)
      if !isUsernameFirst { writer.writeUsername(Array(username.utf8)) }
      writer.writeICEControlling(5)
      writer.writeUseCandidate()
      count = Array(password.utf8).withUnsafeBytes { writer.finish(key: $0, using: OpenSSLPrimitives.self) } ?? 0
    }
  }
}

/// SplitMix64: the same seed, the same test.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
