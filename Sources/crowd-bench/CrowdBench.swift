import Foundation

/// Many people in rooms of a node, over real TLS WebSockets and each with a whole `Meeting`, but without media. Prints what was
/// measured as one JSON object.
@main
struct CrowdBench {
  private static let usage = """
    usage: crowd-bench joining ORIGIN PID [PEOPLE [REMOVALS]]
           crowd-bench hosting ORIGIN PID [RUNS]

    ORIGIN is https://HOST:PORT of a node that is process PID and takes as many participants.

    joining: a host opens a new room, and the others of PEOPLE (2...1,000, default 200) join it evenly over 5 s. Then the
    host removes REMOVALS of them (default 0), one after the other, with 25 ms added to every byte each way.
    hosting: in a room of 50, with 25 ms added to every byte each way, the host freezes and resumes, and then moves all but
    two to a new room; RUNS times (default 5), each in a new room.

    Prints one JSON object (JoiningReport.swift, HostingReport.swift), which Benchmarks/*.py explain.

    """

  static func main() async throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    let numbers = arguments.dropFirst(2).map { Int($0) ?? -1 }
    guard arguments.count >= 3, arguments.count <= 5, !numbers.contains(-1) else { explain() }
    do {
      guard let report = try await report(arguments, numbers) else { exit(1) }
      print(report)
      // Nobody waits for goodbyes.
      exit(0)
    } catch {
      FileHandle.standardError.write(Data("It did not come about: \(error)\n".utf8))
      exit(1)
    }
  }

  private static func report(_ arguments: [String], _ numbers: [Int]) async throws -> String? {
    let site = try Site(origin: arguments[1])
    switch arguments[0] {
    case "joining":
      let people = numbers.dropFirst().first ?? 200
      let removals = numbers.dropFirst(2).first ?? 0
      guard (2...1_000).contains(people), (0...people - 2).contains(removals) else { explain() }
      return try await Joining.run(at: site, node: numbers[0], people: people, removals: removals)
    case "hosting":
      let runs = numbers.dropFirst().first ?? 5
      guard (1...100).contains(runs) else { explain() }
      return try await Hosting(site: site, node: numbers[0]).run(runs)
    default: explain()
    }
  }

  private static func explain() -> Never {
    FileHandle.standardError.write(Data(usage.utf8))
    exit(2)
  }
}
