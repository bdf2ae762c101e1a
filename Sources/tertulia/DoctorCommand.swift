import ArgumentParser
import Foundation
import Server
import Signaling

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Look at this machine as a node would meet it, and say what to do.",
    discussion: """
      Takes the options, the environment and the file of `serve`. Best asked before the node is started: ports that \
      it has are not free. Changes nothing and asks nobody on the network.

      Ends with 0 when all is well, 1 with warnings, 2 when the node would not work.
      """)

  @OptionGroup(title: "Where people find it") var address: AddressOptions
  @OptionGroup(title: "The node") var node: NodeOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions

  @Flag(help: "One JSON object on one line.")
  var json = false

  func run() async throws {
    let settings = try await Settings(file: address.config)
    var options = ServeOptions()
    try address.apply(settings, to: &options)
    try node.apply(settings, to: &options)
    try limits.apply(settings, to: &options.limits)
    do {
      try options.validate()
    } catch {
      throw ValidationError(error.description)
    }
    let findings = Doctor(options: options, probes: MachineProbes()).examine()
    let text = json ? String(decoding: findings.json.encoded(), as: UTF8.self) + "\n" : findings.text
    FileHandle.standardOutput.write(Data(text.utf8))
    throw ExitCode(findings.exitCode)
  }
}
