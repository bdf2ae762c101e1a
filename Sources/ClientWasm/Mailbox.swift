import ClientCore
import SFrame

/// The memory through which every call passes: the host writes arguments at its start, calls, and copies the result from
/// its start before the next call. Results are a length, or a negative `Status`. It grows as it must, and then lies
/// elsewhere: the host asks for its address before it reads or writes.
struct Mailbox {
  /// What a session needs day by day: the members of a small meeting, a message, a key package.
  private static let initialCapacity = 32 * 1024
  /// Room for the tree of the largest meeting beside what comes with it.
  static let maximumCapacity = 4 * 1024 * 1024

  private var memory: UnsafeMutableRawBufferPointer
  /// Bytes from the start that may hold something.
  private var used = 0

  init() { memory = .allocate(byteCount: Self.initialCapacity, alignment: 8) }

  var address: UnsafeMutableRawPointer { memory.baseAddress! }

  /// Makes room for `count` bytes, which the host is about to write; false when there are never that many.
  mutating func reserve(_ count: Int) -> Bool {
    guard count >= 0, count <= Self.maximumCapacity else { return false }
    erase()
    if count > memory.count {
      memory.deallocate()
      memory = .allocate(byteCount: max(count, Self.initialCapacity), alignment: 8)
    }
    used = count
    return true
  }

  /// The first `count` bytes; nil when the host claims more than it has reserved.
  func read(_ count: Int32) -> [UInt8]? {
    guard count >= 0, count <= used else { return nil }
    return Array(memory[..<Int(count)])
  }

  mutating func write(_ bytes: [UInt8]) -> Int32 {
    guard reserve(bytes.count) else { return Status.tooLarge.rawValue }
    memory.copyBytes(from: bytes)
    return Int32(bytes.count)
  }

  /// Every call replaces or clears what the one before left, so that no key stays behind.
  mutating func erase() {
    UnsafeMutableRawBufferPointer(rebasing: memory[..<used]).initializeMemory(as: UInt8.self, repeating: 0)
    used = 0
  }
}

/// Results below zero. Web/worker/core.js has the same table.
enum Status: Int32 {
  case badArgument = -1
  case notOpen = -2
  case badLink = -3
  case noKey = -4
  case malformed = -5
  case replayed = -6
  case badTag = -7
  case exhausted = -8
  case tooLarge = -9
  case futureEpoch = -10
  case passwordNeeded = -11
  case notAllowed = -12

  init(_ error: FrameError) {
    self =
      switch error {
      case .noKey: .noKey
      case .futureEpoch: .futureEpoch
      case .malformed: .malformed
      case .replayed: .replayed
      case .badTag: .badTag
      case .exhausted: .exhausted
      case .notAllowed: .notAllowed
      }
  }
}
