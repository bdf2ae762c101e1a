import ArgumentParser
import Foundation
import Store

struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup",
    abstract: "Write everything that is stored into one file, also while the node runs.",
    discussion: """
      FILE must not exist; it is readable by this user only (0600), and is there when it is whole and has been checked. \
      It holds what the database holds: kept rooms, invitations, accounts (docs/data-inventory.md). What people delete \
      afterwards is still in it: delete old backups. The certificate that a node made for itself is not in it.

      Example, each night:  tertulia backup /srv/backup/tertulia-$(date +%F).sqlite --data /var/lib/tertulia
      """)

  @Argument(help: "The file to write.")
  var file: String

  @OptionGroup var data: DataOptions

  func run() async throws {
    let store = try await data.store()
    do throws(StoreError) {
      try await store.backup(to: file)
    } catch {
      throw ValidationError(error.description)
    }
    let size = (try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? 0
    FileHandle.standardError.write(
      Data("Wrote \((size + 1_023) / 1_024) kB. Bring it back with: tertulia restore FILE\n".utf8))
  }
}

struct RestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Put a backup in the place of the database. The node must not be running.",
    discussion: """
      The backup is looked through first; when it is not sound nothing is changed. What was there before stays in the \
      data folder as \(Store.replacedName): delete it when you are content.

      Invitations that were used since the backup are unused again, and accounts that were deleted since are back.
      """)

  @Argument(help: "A file that `tertulia backup` wrote.")
  var file: String

  @OptionGroup var data: DataOptions

  func run() async throws {
    let folder = try await data.folder
    do throws(StoreError) {
      try Store.restore(file, into: folder)
    } catch {
      throw ValidationError(error.description)
    }
    FileHandle.standardError.write(Data("Restored. Start the node.\n".utf8))
  }
}
