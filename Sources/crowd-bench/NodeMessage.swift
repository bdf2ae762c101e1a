import Bytes
import ClientCore
import Foundation
import RoomRules

/// What a node says (docs/protocol.md), as far as a participant without media listens.
struct NodeMessage: Decodable {
  struct Entry: Decodable {
    let index: Int
    let join: String
    let media: Media
  }

  /// What somebody sends.
  struct Media: Decodable {
    let mic: Bool
    let camera: Bool
    let screen: Bool
    let screenAudio: Bool

    var isSomething: Bool { mic || camera || screen || screenAudio }
  }

  let type: String
  let index: Int?
  let epoch: UInt64?
  let box: String?
  let welcome: String?
  let tree: String?
  let info: String?
  let packages: [String]?
  let from: Int?
  let participants: [Entry]?
  let participant: Entry?
  let media: Media?
  let resumed: Bool?
  let senderKey: String?
  let code: String?

  enum CodingKeys: String, CodingKey {
    case type, index, epoch, box, welcome, tree, info, packages, from, participants, participant, media, resumed, code
    case senderKey = "sender_key"
  }

  /// What it says to the meeting; nil for what only connections and lists of people are about. `joinOf` names the owner
  /// of an index.
  func input(_ joinOf: (Int) -> JoinID?) -> MeetingInput? {
    switch type {
    case "create_group": .createGroup
    case "commit_request": .commitRequest((packages ?? []).map(bytes))
    case "proposal": .proposal(bytes(box))
    case "commit": .commit(epoch: epoch ?? 0, bytes(box))
    case "commit_refused": .commitRefused(epoch: epoch ?? 0)
    case "group_welcome": .groupWelcome(welcome: bytes(welcome), tree: bytes(tree))
    case "group_info": .groupInfo(info: bytes(info), tree: bytes(tree))
    case "resync": .resync
    case "ready": .ready(epoch: epoch ?? 0)
    case "frozen": .frozen(bytes(box))
    case "message": .message(bytes(box), from: from.flatMap(joinOf))
    default: nil
    }
  }

  func bytes(_ text: String?) -> [UInt8] { text.flatMap { Base64URL.decode($0) } ?? [] }
}

extension MeetingMessage {
  /// As JSON. `indexOf` names who is to hear it; who is gone is left out.
  func json(_ indexOf: (JoinID) -> Int?) -> String {
    switch self {
    case .keyPackage(let box): Self.json("key_package", box)
    case .group(let box): Self.json("group", box)
    case .commit(let box): Self.json("commit", box)
    case .sync(let epoch): Self.json("sync", epoch.map { #","epoch":\#($0)"# } ?? "")
    case .ready(let epoch): Self.json("ready", #","epoch":\#(epoch)"#)
    case .refuse(let epoch): Self.json("refuse", #","epoch":\#(epoch)"#)
    case .freeze(let box): Self.json("freeze", box)
    case .message(let box, let to, let isControl):
      Self.json(
        "message", box,
        (to.map { #","to":\#($0.compactMap(indexOf))"# } ?? "") + (isControl ? #","control":true"# : ""))
    }
  }

  private static func json(_ type: String, _ box: [UInt8], _ more: String = "") -> String {
    json(type, #","box":"\#(Base64URL.encode(box))"\#(more)"#)
  }

  private static func json(_ type: String, _ members: String) -> String { #"{"v":1,"type":"\#(type)"\#(members)}"# }
}
