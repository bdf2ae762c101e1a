import RTCCore
import RTCSecurity

/// Keeps what was sent, in order.
struct ICETestSink: DatagramSink, ~Copyable {
  struct Datagram {
    var bytes: [UInt8]
    var address: TransportAddress
  }

  var sent: [Datagram] = []
  private let slot = UnsafeMutableRawBufferPointer.allocate(byteCount: 1500, alignment: 16)

  mutating func reserve() -> UnsafeMutableRawBufferPointer { slot }

  mutating func commit(length: Int, to address: TransportAddress) {
    sent.append(Datagram(bytes: Array(slot[..<length]), address: address))
  }

  deinit { slot.deallocate() }
}

/// SplitMix64: the same tests on every run.
struct ICETestRandom: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}

extension Array where Element == UInt8 {
  /// Parses `self`, which stays alive while `body` looks at the message.
  func withSTUN<Result>(_ body: (STUNMessage) throws -> Result) throws -> Result {
    try withUnsafeBytes { bytes throws in
      try body(try STUNMessage(bytes))
    }
  }

  /// Why `self` is refused, or nil.
  var stunError: STUNParseError? {
    withUnsafeBytes { bytes in
      do throws(STUNParseError) {
        _ = try STUNMessage(bytes)
        return nil
      } catch {
        return error
      }
    }
  }
}

/// Builds checks as a browser would, and lets a test leave something out.
struct ICETestCheck {
  var type = STUNMessageType.bindingRequest
  var id = STUNTransactionID(high: 1, low: 2)
  var username: String? = "LOCALufr:rem8"
  static let localPassword = "apasswordof24lettersAAAA"
  var password = Self.localPassword
  var priority: UInt32? = 0x6E00_01FF
  var controlling: UInt64? = 7
  var controlled: UInt64?
  var nominates = false
  var isFingerprinted = true
  var hasIntegrity = true

  func bytes() -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 1500) { buffer, count in
      var writer = STUNWriter(UnsafeMutableRawBufferPointer(buffer), type: type, transactionID: id)
      if let username { writer.writeUsername(Array(username.utf8)) }
      if let priority { writer.writePriority(priority) }
      if let controlling { writer.writeICEControlling(controlling) }
      if let controlled { writer.writeICEControlled(controlled) }
      if nominates { writer.writeUseCandidate() }
      let length =
        hasIntegrity
        ? Array(password.utf8).withUnsafeBytes { writer.finish(key: $0, using: OpenSSLPrimitives.self) }
        : writer.finish()
      count = length ?? 0
      guard !isFingerprinted else { return }
      count -= 8
      let size = UInt16(count - 20)
      buffer[2] = UInt8(size >> 8)
      buffer[3] = UInt8(size & 255)
    }
  }
}
