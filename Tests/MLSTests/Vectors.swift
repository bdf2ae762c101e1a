import Foundation
import MLS
import MLSWire
import NativeMLSCrypto
import Testing

/// A JSON value of a vector file.
struct Vector: @unchecked Sendable, CustomStringConvertible {
  let value: Any?
  let description: String

  subscript(key: String) -> Vector {
    Vector(value: (value as? [String: Any])?[key], description: "\(description).\(key)")
  }

  var isNull: Bool { value == nil || value is NSNull }
  var array: [Vector] {
    (value as? [Any] ?? []).enumerated().map { Vector(value: $1, description: "\(description)[\($0)]") }
  }
  var int: Int { (value as? NSNumber)?.intValue ?? -1 }
  var optionalInt: Int? { isNull ? nil : int }
  var uint64: UInt64 { (value as? NSNumber)?.uint64Value ?? 0 }
  var string: String { value as? String ?? "" }
  var bytes: [UInt8] { [UInt8](hex: string) }
  var optionalBytes: [UInt8]? { isNull ? nil : bytes }
}

extension [UInt8] {
  init(hex: String) {
    let digits = [UInt8](hex.utf8)
    self = stride(from: 0, to: digits.count - digits.count % 2, by: 2).map { place in
      UInt8(String(decoding: digits[place..<place + 2], as: UTF8.self), radix: 16) ?? 0
    }
  }
}

/// The official vectors of suites 1 and 2: every file whose name starts with a name we know, in the folder that
/// `TERTULIA_VECTORS` names.
enum VectorFiles {
  static let folder = URL(
    fileURLWithPath: ProcessInfo.processInfo.environment["TERTULIA_VECTORS"] ?? "../shared/vectors")

  static let arePresent = FileManager.default.fileExists(atPath: folder.path)
  static let hint: Comment = "no official vectors: set TERTULIA_VECTORS to their folder"

  static func load(_ name: String, in subfolder: String = "mls") -> [Vector] {
    let files = [folder.appendingPathComponent(subfolder), folder].flatMap { folder in
      (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
    }
    return files.filter { $0.pathExtension == "json" && $0.lastPathComponent.hasPrefix(name) }
      .sorted { $0.path < $1.path }.flatMap { read($0) }
  }

  private static func read(_ file: URL) -> [Vector] {
    guard let data = try? Data(contentsOf: file), let list = try? JSONSerialization.jsonObject(with: data) as? [Any]
    else { return [] }
    let name = file.deletingPathExtension().lastPathComponent
    return list.enumerated().map { Vector(value: $1, description: "\(name)[\($0)]") }
      .filter { [1, 2].contains($0["cipher_suite"].optionalInt ?? 1) }
  }
}

/// Runs `body` with the suite that a vector names.
protocol SuiteBody {
  func run<Suite: CipherSuiteProvider>(_ suite: Suite.Type) throws
}

extension Vector {
  func withSuite(_ body: some SuiteBody) throws {
    switch self["cipher_suite"].int {
    case 1: try body.run(NativeX25519Suite.self)
    default: try body.run(NativeP256Suite.self)
    }
  }
}

/// A generator whose numbers follow from its seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
