import Foundation
import NIOCore

/// What is printed of `Hosting`. Times in milliseconds.
struct HostingReport {
  struct Freeze {
    /// By participant, the host left out: from the call until they saw that the room is frozen.
    var seen: [Int64] = []
    /// From the call until the node had told the host of all the others that they send nothing any more, which it does once it has
    /// cut them.
    var cut: Int64 = 0
  }

  var freezes: [Freeze] = []
  var moves: [Move.Times] = []
  /// During each move.
  var usage: [Usage] = []
  /// Times that somebody who was left behind heard where the others went.
  var leaks = 0
  var complaints: [String: Int] = [:]

  var json: String {
    get throws {
      let fields: [String: Any] = [
        "people": Hosting.people, "intruders": Hosting.intruders,
        "round_trip_ms": 2 * Hosting.delay.nanoseconds / 1_000_000,
        "freeze_seen_last_ms": freezes.map { $0.seen.max() ?? 0 },
        "freeze_cut_last_ms": freezes.map(\.cut),
        "freeze_seen_median_ms": freezes.map { median($0.seen.map(Double.init)) },
        "move_made_ms": moves.map(\.made), "move_removed_ms": moves.map(\.removed),
        "move_first_ms": moves.map { $0.together.first ?? 0 }, "move_last_ms": moves.map { $0.together.last ?? 0 },
        "move_epoch": moves.map(\.epoch), "move_clients_cpu_s": usage.map(\.clients),
        "move_node_cpu_s": usage.map(\.node), "move_others_cpu_s": usage.map { $0.machine - $0.clients - $0.node },
        "leaks": leaks, "complaints": complaints,
      ]
      return String(decoding: try JSONSerialization.data(withJSONObject: fields, options: .sortedKeys), as: UTF8.self)
    }
  }
}
