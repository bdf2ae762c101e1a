import ArgumentParser
import Server
import Store

/// Where the database is: for commands that look into it.
struct DataOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Folder of the node's own. (default: data)", valueName: "folder"))
  var data: String?

  @Option(help: ArgumentHelp("Settings in YAML or, ending in .json, JSON.", valueName: "file"))
  var config: String?

  var folder: String {
    get async throws {
      let settings = try await Settings(file: config)
      return data ?? settings.string("data") ?? ServeOptions().data
    }
  }

  /// The database, beside a node that may be running; not made where there is none.
  func store() async throws -> Store {
    let folder = try await folder
    do {
      return try Store.openExisting(folder: folder)
    } catch {
      throw ValidationError(error.description)
    }
  }
}
