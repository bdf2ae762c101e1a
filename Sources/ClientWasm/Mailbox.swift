import ClientCore
import SFrame

/// The memory through which every call passes: the host writes arguments at its start, calls, and copies the result from
/// its start before the next call. Results are a length, or a negative `Status`.
struct Mailbox {
  /// Room for a full roster (1023 entries of 18 bytes) and for the largest box.
  static let capacity = 24 * 1024

  private let memory: UnsafeMutableRawBufferPointer

  init() { memory = .allocate(byteCount: Self.capacity, alignment: 8) }

  var address: UnsafeMutableRawPointer { memory.baseAddress! }

  /// The first `count` bytes; nil when the host claims more than there are.
  func read(_ count: Int32) -> [UInt8]? {
    guard count >= 0, count <= Self.capacity else { return nil }
    return Array(memory[..<Int(count)])
  }

  func write(_ bytes: [UInt8]) -> Int32 {
    memory.copyBytes(from: bytes)
    return Int32(bytes.count)
  }

  /// Every call replaces or clears what the one before left, so that no key stays behind.
  func erase() { memory.initializeMemory(as: UInt8.self, repeating: 0) }
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
  case indexOutOfRange = -10
  case duplicateIndex = -11
  case impersonation = -12
  case tooManySenders = -13
  case futureEpoch = -14

  init(_ error: FrameError) {
    self =
      switch error {
      case .noKey: .noKey
      case .malformed: .malformed
      case .replayed: .replayed
      case .badTag: .badTag
      case .exhausted: .exhausted
      case .futureEpoch: .futureEpoch
      }
  }

  init(_ error: RosterError) {
    self =
      switch error {
      case .indexOutOfRange: .indexOutOfRange
      case .duplicateIndex: .duplicateIndex
      case .impersonation: .impersonation
      case .tooMany: .tooManySenders
      }
  }

  init(_ error: MessageError) {
    self =
      switch error {
      case .tooLarge: .tooLarge
      case .frame(let error): Status(error)
      }
  }
}
