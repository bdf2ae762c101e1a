import ArgumentParser
import Server

struct LinkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "link",
    abstract: "Print the link of a new room.",
    discussion: """
      The node need not run, and never learns the part after #. Whoever opens the link is the room's host: open it \
      yourself, and invite others from inside; the link that the page shows makes nobody a host. The room begins when its \
      host comes. Takes --host and --port from the environment and the file as `serve` does.
      """)

  @OptionGroup var address: AddressOptions

  @Flag(help: "A room that nobody governs: whoever has the link can come in at once, and all are equal.")
  var withoutHost = false

  func run() async throws {
    var options = ServeOptions()
    try address.apply(try await Settings(file: address.config), to: &options)
    do {
      try options.validate()
    } catch {
      throw ValidationError(error.description)
    }
    let link = RoomLink.fresh(
      host: options.host, port: options.port, governedBy: withoutHost ? .nobody : .reader)
    print(link.text)
  }
}
