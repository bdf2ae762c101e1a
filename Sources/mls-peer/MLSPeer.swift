import Foundation
import MLS
import NativeMLSCrypto

/// A participant for tests with independent peers: reads commands from standard input, one JSON object a line, and
/// answers each with one line.
@main
enum MLSPeer {
  private static let usage = """
    usage: mls-peer 1|2            a participant of that cipher suite, commands on standard input
           mls-peer measure SIZE   times what a group of SIZE members costs; prints one JSON object

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

  private static func serve<Suite: CipherSuiteProvider>(_ start: Participant<Suite>) throws {
    var participant = start
    let decoder = JSONDecoder()
    let encoder = JSONEncoder()
    while let line = readLine() {
      var reply: Reply
      do {
        reply = try participant.run(try decoder.decode(Command.self, from: Data(line.utf8)))
      } catch {
        reply = Reply(error: "\(error)")
      }
      FileHandle.standardOutput.write(try encoder.encode(reply) + Data("\n".utf8))
    }
  }
}
