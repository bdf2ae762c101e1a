import ArgumentParser
import Bytes
import Foundation
import LoadGenerator

struct LoadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load",
    abstract: "Hold calls on a node and measure what people would see and hear.",
    discussion: """
      SERVER is a link of the node, or HOST[:PORT]. Rooms are made up: nobody's meeting is entered. Use it on servers of \
      your own, from another machine if you can: what the generator uses is missing to the node.

      Everybody joins, senders first; when all are served, measuring begins. Media is synthetic, as a browser sends it \
      but for its content. A person who sends also receives. Packet loss is counted as it arrives and after recovery; \
      delay is from the sender's socket to the receiver's; freezes are those of webrtc-stats.

      Examples:
        tertulia load meet.example.org --senders 4 --receivers 20
        tertulia load localhost:8443 --insecure --senders 20 --receivers 300 --speakers 2 --video 300
        tertulia load meet.example.org --loss 5 --fail-over-loss 0.5 --json

      Exits with 1 when somebody was not served or a --fail-over limit was passed. docs/load.md says more.
      """)

  @Argument(help: "Link of the node, or HOST[:PORT]. (port: 8443; of a link without one: 443)")
  var server: String?

  @OptionGroup(title: "Who is there") var people: LoadPeopleOptions
  @OptionGroup(title: "What they send and receive") var media: LoadMediaOptions
  @OptionGroup(title: "When it fails") var limits: LoadLimitOptions

  @Option(help: ArgumentHelp("Janus's WebSocket instead of a node, such as ws://127.0.0.1:8188.", valueName: "url"))
  var janus: String?

  @Flag(help: "Take any certificate: for a node with one that it made itself.")
  var insecure = false

  @Flag(help: "One JSON object on one line of standard output instead of a table.")
  var json = false

  func run() async throws {
    let options = try options()
    let report: LoadReport
    do throws(Fault) {
      report = try await LoadRun(options) { text in
        FileHandle.standardError.write(Data("\(text)\n".utf8))
      }.run()
    } catch {
      FileHandle.standardError.write(Data("Error: \(error.advice)\n".utf8))
      throw ExitCode.failure
    }
    let complaints = report.complaints(options.limits)
    print(json ? report.json(complaints: complaints) : report.table())
    for complaint in complaints { FileHandle.standardError.write(Data("Failed: \(complaint)\n".utf8)) }
    if !complaints.isEmpty { throw ExitCode.failure }
  }

  private func options() throws -> LoadOptions {
    var options = LoadOptions(target: try target())
    people.apply(to: &options)
    media.apply(to: &options)
    options.limits = limits.limits
    options.isInsecure = insecure
    do { try options.validate() } catch { throw ValidationError(error.description) }
    return options
  }

  private func target() throws -> LoadTarget {
    switch (server, janus) {
    case (let text?, nil):
      guard let target = LoadTarget.node(text) else {
        throw ValidationError("'\(text)' is no server: give a link such as `tertulia link` prints, or HOST:PORT.")
      }
      return target
    case (nil, let text?):
      guard let target = LoadTarget.janus(text) else { throw ValidationError("--janus takes ws://HOST:PORT.") }
      return target
    default: throw ValidationError("Give one server: a link, HOST:PORT, or --janus ws://HOST:PORT.")
    }
  }
}
