import Foundation
import MLS
import NativeMLSCrypto

/// A participant for tests with independent peers: reads commands from standard input, one JSON object a line, and
/// answers each with one line.
@main
enum MLSPeer {
  private static let usage = """
    usage: mls-peer 1|2

    A participant of that cipher suite: commands on standard input, answers on standard output.

    """

  static func main() throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    switch (arguments.first, arguments.count) {
    case ("1", 1): try serve(Participant<NativeX25519Suite>(now: secondsNow))
    case ("2", 1): try serve(Participant<NativeP256Suite>(now: secondsNow))
    default:
      FileHandle.standardError.write(Data(usage.utf8))
      exit(2)
    }
  }

  static func secondsNow() -> UInt64 { UInt64(Date().timeIntervalSince1970) }

  /// What this process has used of a processor.
  private static func processorMicroseconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
  }

  private static func serve<Suite: CipherSuiteProvider>(_ start: Participant<Suite>) throws {
    var participant = start
    let decoder = JSONDecoder()
    let encoder = JSONEncoder()
    while let line = readLine() {
      var reply: Reply
      do {
        let command = try decoder.decode(Command.self, from: Data(line.utf8))
        let start = processorMicroseconds()
        reply = try participant.run(command)
        reply.microseconds = processorMicroseconds() - start
      } catch {
        reply = Reply(error: "\(error)")
      }
      FileHandle.standardOutput.write(try encoder.encode(reply) + Data("\n".utf8))
    }
  }
}
