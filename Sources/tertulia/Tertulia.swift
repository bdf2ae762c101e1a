import ArgumentParser

@main
struct Tertulia: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tertulia",
    abstract: "End-to-end encrypted meetings on a server of your own.",
    discussion: """
      `tertulia serve` starts a node. Everything that people need is a link:
      `tertulia serve --print-link` and `tertulia link` print one.
      """,
    subcommands: [
      ServeCommand.self, LinkCommand.self, DoctorCommand.self, BackupCommand.self, RestoreCommand.self,
      RoomCommand.self, AccountCommand.self,
      InventoryCommand.self, LoadCommand.self,
    ])
}
