import Foundation
import NativeCrypto
import NativeMLSCrypto
import Testing

/// This build and the WebAssembly build (run by Tests/WasmTests/transcript_test.js) must both give what
/// Tests/WasmTests/transcript.txt says.
///
/// After a change of the protocol on purpose, `TERTULIA_RECORD=1 swift test --filter MeetingTranscript` writes it anew.
@Suite("Meeting transcript")
struct MeetingTranscriptVectorTests {
  @Test("the native build says what the transcript says, step by step")
  func replay() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../WasmTests/transcript.txt")
    let steps = MeetingTranscript<NativeX25519Suite, NativeCrypto>.run()
      .map { digest in digest.map { String(format: "%02x", $0) }.joined() }
    #expect(steps.count > 10)
    if ProcessInfo.processInfo.environment["TERTULIA_RECORD"] == "1" {
      try Data((steps.joined(separator: "\n") + "\n").utf8).write(to: file)
    }
    let recorded = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
    #expect(steps == recorded)
  }

  @Test("the same meeting again says the same")
  func repeats() {
    let runs = (0..<2).map { _ in MeetingTranscript<NativeX25519Suite, NativeCrypto>.run() }
    #expect(runs[0] == runs[1])
  }
}
