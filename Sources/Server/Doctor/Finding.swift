package import Signaling

/// What the doctor found out about one thing.
package struct Finding: Equatable, Sendable {
  package enum Verdict: String, Sendable {
    case good
    /// The node works, but worse than it could.
    case warning
    /// The node does not start, or people cannot come.
    case failure
  }

  /// A word for programs: `udp_port`.
  package var check: String
  package var verdict: Verdict
  /// What is so, in one sentence.
  package var found: String
  /// What to do about it; nil when nothing is to be done.
  package var advice: String?

  package init(_ check: String, _ verdict: Verdict, _ found: String, _ advice: String? = nil) {
    self.check = check
    self.verdict = verdict
    self.found = found
    self.advice = advice
  }
}

extension [Finding] {
  /// 0 when all is well, 1 with warnings, 2 with failures.
  package var exitCode: Int32 {
    contains { $0.verdict == .failure } ? 2 : contains { $0.verdict == .warning } ? 1 : 0
  }

  /// For people.
  package var text: String {
    let marks: [Finding.Verdict: String] = [.good: "ok  ", .warning: "WARN", .failure: "FAIL"]
    let lines = map { finding in
      "\(marks[finding.verdict] ?? "")  \(finding.found)\n" + (finding.advice.map { "      \($0)\n" } ?? "")
    }
    let endings = [
      "All is well.", "The node will work. The warnings say what would make it better.", "Mend what failed first.",
    ]
    return lines.joined() + "\n\(endings[Int(exitCode)])\n"
  }

  /// For programs: one object.
  package var json: JSONValue {
    let checks = map { finding in
      JSONValue.object([
        JSONMember("check", .string(finding.check)), JSONMember("verdict", .string(finding.verdict.rawValue)),
        JSONMember("found", .string(finding.found)),
        JSONMember("advice", finding.advice.map { .string($0) } ?? .null),
      ])
    }
    return .object([JSONMember("exit", .integer(Int64(exitCode))), JSONMember("checks", .array(checks))])
  }
}
