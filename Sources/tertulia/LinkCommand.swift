import ArgumentParser
import Server

struct LinkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "link",
    abstract: "Print the link of a new room.",
    discussion: """
      The node need not run, and never learns the part after #: whoever has it can come in and hear. The room begins \
      when the first person opens the link. Takes --host and --port from the environment and the file as `serve` does.
      """)

  @OptionGroup var address: AddressOptions

  func run() async throws {
    var options = ServeOptions()
    try address.apply(try await Settings(file: address.config), to: &options)
    do {
      try options.validate()
    } catch {
      throw ValidationError(error.description)
    }
    print(RoomLink.fresh(host: options.host, port: options.port).text)
  }
}
