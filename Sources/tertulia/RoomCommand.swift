import ArgumentParser
import Foundation
import Server
import Store

struct RoomCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "room", abstract: "List or delete the rooms that are kept.",
    subcommands: [List.self, Delete.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the rooms that are kept: those with invitations, and those that their hosts keep.",
      discussion: """
        A room is listed by a number, the hash of its id: the database has neither ids nor links, so nobody can enter a \
        room with what stands here. To find a room whose link you have, give the link to `tertulia room delete`, which \
        asks before it deletes.
        """)

    @OptionGroup var data: DataOptions

    @Flag(help: "One JSON object for each room, each on one line.")
    var json = false

    func run() async throws {
      let store = try await data.store()
      let rooms: [StoredRoom]
      do throws(StoreError) {
        rooms = try await store.rooms()
      } catch {
        throw ValidationError(error.description)
      }
      FileHandle.standardOutput.write(Data(RoomTable(rooms: rooms, isJSON: json).text.utf8))
    }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Delete what is kept of a room: its invitations and bans, and that it is kept.",
      discussion: """
        ROOM is its link, its id, or the beginning of its number in `tertulia room list`. A running node notices within \
        some seconds. Who is in the room stays in it, and their invitations work until the last of them has left; nothing \
        more is kept of that meeting, whatever its host does. To end it, stop the node.
        """)

    @Argument(help: "Link, id, or number of the room.")
    var room: String

    @OptionGroup var data: DataOptions

    @Flag(help: "Do not ask.")
    var yes = false

    func run() async throws {
      guard let reference = RoomReference(room) else {
        throw ValidationError("That is no link, no id and no number of a room: at least 6 digits of it.")
      }
      let store = try await data.store()
      do throws(StoreError) {
        let matches = reference.matches(in: try await store.rooms())
        guard matches.count == 1, let match = matches.first else { return try refuse(matches.count) }
        guard confirm(match) else { return }
        try await store.apply([.delete(match.idHash)])
      } catch {
        throw ValidationError(error.description)
      }
      FileHandle.standardError.write(Data(Self.done.utf8))
    }

    private static let done = """
      Deleted. If people are in the room on a running node, their meeting goes on until they leave; nothing more of it is kept.

      """

    private func refuse(_ count: Int) throws(StoreError) {
      throw .invalid(count == 0 ? "no such room is kept" : "\(count) rooms have that number: give more of its digits")
    }

    private func confirm(_ room: StoredRoom) -> Bool {
      guard !yes else { return true }
      FileHandle.standardOutput.write(Data(RoomTable(rooms: [room], isJSON: false).text.utf8))
      FileHandle.standardOutput.write(Data("Delete it? [y/N] ".utf8))
      return readLine()?.lowercased() == "y"
    }
  }
}

/// Rooms as an operator sees them.
struct RoomTable {
  let rooms: [StoredRoom]
  let isJSON: Bool

  var text: String { isJSON ? rooms.map { json($0) + "\n" }.joined() : table }

  private var table: String {
    guard !rooms.isEmpty else { return "No room is kept.\n" }
    let header = "number         made        last used   kept  invitations  bans\n"
    return header
      + rooms.map { room in
        let number = RoomReference.number(of: room).prefix(RoomReference.shown)
        let counts = pad("\(room.invitations.count)", 13) + "\(room.bans.count)"
        return "\(number)   \(room.created)  \(room.lastUsed)  \(pad(room.isKept ? "yes" : "no", 6))\(counts)\n"
      }.joined()
  }

  private func json(_ room: StoredRoom) -> String {
    "{\"number\":\"\(RoomReference.number(of: room))\",\"made\":\"\(room.created)\",\"last_used\":\"\(room.lastUsed)\","
      + "\"kept\":\(room.isKept),\"invitations\":\(room.invitations.count),\"bans\":\(room.bans.count)}"
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
