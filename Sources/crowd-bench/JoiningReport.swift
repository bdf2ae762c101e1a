import Bytes
import Foundation

/// What is printed. Times in milliseconds, processor time in seconds unless said otherwise, memory in MB.
struct JoiningReport {
  struct Removal {
    /// From the click until each who remains seals in the new epoch, ascending.
    let switched: [Int64]
    /// Of making the commit, in milliseconds.
    let hostCost: Double
  }

  let people: Int
  /// Process id.
  let node: Int
  /// From the first hello to the last, in seconds.
  var span = 0.0
  /// From the last hello until each seals in the epoch that all came to be in, ascending.
  var together: [Int64] = []
  var epoch: UInt64 = 0
  /// Of the text of all messages, by person.
  var bytesIn: [Int] = []
  var bytesOut: [Int] = []
  /// Bytes in of all people together, by type of message.
  var kinds: [String: Int] = [:]
  /// Before the first join, and when all are together.
  var nodeMemory: [Double] = []
  /// From the first join, and from the last one on, until all are together.
  var whole: Usage?
  var tail: Usage?
  var framesOpened = 0
  var framesExpected = 0
  var removals: [Removal] = []
  /// Of processing the commit that removes somebody, in milliseconds, for each who remains.
  var commitCosts: [Double] = []
  var complaints: [String: Int] = [:]

  /// With a key for every two, changed at every join: at the join of the k-th everybody seals a new key for each of the
  /// k - 1 others and gets as many, of 100 bytes at least. Per member, both ways.
  private var pairwise: Int { (1...people).reduce(0) { $0 + 2 * ($1 - 1) * 100 } }

  var json: String {
    get throws {
      let bytes = zip(bytesIn, bytesOut).map { $0 + $1 }
      var fields: [String: Any] = [
        "people": people, "span_s": span, "epoch": epoch,
        "first_ms": together.first ?? 0, "median_ms": median(together.map(Double.init)),
        "last_ms": together.last ?? 0,
        "bytes_in_mean": mean(bytesIn), "bytes_in_most": bytesIn.max() ?? 0,
        "bytes_out_mean": mean(bytesOut), "bytes_out_most": bytesOut.max() ?? 0,
        "bytes_mean": mean(bytes), "bytes_most": bytes.max() ?? 0, "bytes_pairwise": pairwise,
        "bytes_in_by_type": kinds.mapValues { $0 / people },
        "node_memory_mb": nodeMemory,
        "frames_opened": framesOpened, "frames_expected": framesExpected, "complaints": complaints,
      ]
      fields["whole"] = whole.map(usage)
      fields["after_last_join"] = tail.map(usage)
      if !removals.isEmpty {
        fields["removal_first_ms"] = removals.map { $0.switched.first ?? 0 }
        fields["removal_median_ms"] = removals.map { median($0.switched.map(Double.init)) }
        fields["removal_last_ms"] = removals.map { $0.switched.last ?? 0 }
        fields["removal_host_cpu_ms"] = median(removals.map(\.hostCost))
        fields["removal_member_cpu_ms"] = ["median": median(commitCosts), "most": commitCosts.max() ?? 0]
      }
      return String(decoding: try JSONSerialization.data(withJSONObject: fields, options: .sortedKeys), as: UTF8.self)
    }
  }

  /// Shares are of all processors for as long as it took.
  private func usage(_ usage: Usage) -> [String: Double] {
    let all = max(0.001, usage.wall.seconds * Double(ProcessInfo.processInfo.activeProcessorCount))
    return [
      "wall_s": usage.wall.seconds, "clients_cpu_s": usage.clients, "node_cpu_s": usage.node,
      "clients_share": usage.clients / all, "node_share": usage.node / all,
      "others_share": max(0, usage.machine - usage.clients - usage.node) / all,
    ]
  }

  private func mean(_ values: [Int]) -> Int { values.reduce(0, +) / max(1, values.count) }

}

func median(_ values: [Double]) -> Double { values.isEmpty ? 0 : values.sorted()[values.count / 2] }
