import ClientCore
import Foundation
import NativeCrypto
import SFrame
import Testing

/// A scripted call of three participants, step by step with what came out. This build and the WebAssembly build (run by
/// Tests/WasmTests/transcript_test.js) must both give what Tests/WasmTests/transcript.json says.
///
/// After a change of the wire format on purpose, `TERTULIA_RECORD=1 swift test --filter Transcript` writes it anew.
@Suite("Transcript")
struct TranscriptVectorTests {
  @Test("the native build gives what the transcript says, step by step")
  func replay() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../WasmTests/transcript.json")
    var steps = try JSONDecoder().decode([Step].self, from: Data(contentsOf: file))
    let recording = ProcessInfo.processInfo.environment["TERTULIA_RECORD"] == "1"
    var call = ScriptedCall()
    for index in steps.indices {
      let outcome = try call.run(steps[index])
      if recording { steps[index].out = outcome }
      #expect(steps[index].out == outcome, "step \(index)")
    }
    guard recording else { return }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let lines = try steps.map { String(decoding: try encoder.encode($0), as: UTF8.self) }
    try Data("[\n\(lines.joined(separator: ",\n"))\n]\n".utf8).write(to: file)
  }
}

/// One step. `frame`, `box` and `content` are hex, `$N` for what step N gave, or `*N` for N bytes of 61.
struct Step: Codable {
  let who: String
  let op: String
  var fragment: String?
  var index: UInt16?
  var members: [Member]?
  var context: UInt8?
  var kind: UInt8?
  var label: UInt8?
  var frame: String?
  var box: String?
  var content: String?
  /// Hex, or `!` and the name of an error. Long results are given by their SHA-256.
  var out: String?

  /// Index, and whose join id.
  struct Member: Codable {
    let index: UInt16
    let who: String
    init(from decoder: any Decoder) throws {
      var fields = try decoder.unkeyedContainer()
      index = try fields.decode(UInt16.self)
      who = try fields.decode(String.self)
    }
    func encode(to encoder: any Encoder) throws {
      var fields = encoder.unkeyedContainer()
      try fields.encode(index)
      try fields.encode(who)
    }
  }
}

/// Gives 00 01 02 ... as random bytes, as the WebAssembly run does.
struct CountingGenerator: RandomNumberGenerator {
  private var drawn: UInt8 = 0

  mutating func next() -> UInt64 {
    defer { drawn &+= 8 }
    return (0..<8).reduce(0) { $0 << 8 | UInt64(drawn &+ $1) }
  }
}
