import Bytes
import CAllocations
import Glibc

/// Calls over loopback; prints what a forwarded packet costs, as one JSON object.
@main
struct ForwardingBench {
  private static let usage = """
    usage: forwarding-bench [--rooms N] [--senders N] [--people N] [--packet BYTES] [--seconds N] [--threads N] [--cpu N]
                            [--count]

    In each of N rooms (default 1) the senders (1) among the people (51) send video of 1.5 Mbit/s, 30 times a second five
    packets of BYTES (1,154) of payload, and audio 50 times a second, to everybody else through a node on loopback,
    measured for N seconds (10). Prints cpu_us_per_packet (of the N media threads (1), which have CPUs of their own from
    --cpu on), load (their share of a core), packets, lost, node_p50_ms and node_p99_ms (time inside the node),
    allocations (of the media threads, timers included) and the mix.

    --count does the same work by a clock of its own in one thread, and prints packets, allocations (of the packet path
    alone), joined (datagrams sent together) and allocations_before (of everything, until the counting begins). Under
    callgrind, --toggle-collect='*forwardCounted*' counts the instructions of the path.

    """

  private struct Options {
    var mix = Mix()
    var seconds = 10
    var threads = 1
    var cpu: Int?
    var counts = false
  }

  static func main() async throws {
    guard let options = parse(CommandLine.arguments.dropFirst()) else { fail(usage, status: 2) }
    if options.counts { try count(options) } else { try await measure(options) }
  }

  private static func measure(_ options: Options) async throws {
    let call = try Call(options.mix, threads: options.threads, cpu: options.cpu)
    guard call.begin() else { fail("The picture did not reach everybody within a minute.\n", status: 1) }
    let before = await call.sample()
    call.run(for: .seconds(Int64(options.seconds)))
    let cost = await call.sample() - before
    call.end()
    guard cost.packets > 0 else { fail("Nothing was forwarded.\n", status: 1) }
    print(cost.json(of: options.mix, seconds: options.seconds))
  }

  private static func count(_ options: Options) throws {
    var call = try CountedCall(options.mix)
    guard call.begin() else { fail("The picture did not reach everybody.\n", status: 1) }
    let allocations = allocations_of_this_thread()
    let counts = call.count(milliseconds: options.seconds * 1_000)
    guard counts.packets > 0 else { fail("Nothing was forwarded.\n", status: 1) }
    print(
      "{\"packets\": \(counts.packets), \"allocations\": \(counts.allocations), \"joined\": \(counts.joined), "
        + "\"allocations_before\": \(allocations)}")
  }

  private static func parse(_ arguments: ArraySlice<String>) -> Options? {
    var options = Options()
    var rest = arguments
    while let name = rest.popFirst() {
      if name == "--count" {
        options.counts = true
        continue
      }
      guard let text = rest.popFirst(), let value = Int(text), value >= 0 else { return nil }
      switch name {
      case "--rooms": options.mix.rooms = value
      case "--senders": options.mix.senders = value
      case "--people": options.mix.people = value
      case "--packet": options.mix.packet = value
      case "--seconds": options.seconds = value
      case "--threads": options.threads = value
      case "--cpu": options.cpu = value
      default: return nil
      }
    }
    let mix = options.mix
    // The slots of a client and the peers of a node are limited.
    guard mix.rooms >= 1, (1...9).contains(mix.senders), mix.people > mix.senders - 1, mix.people >= 2,
      mix.count <= 2_000, (100...1_154).contains(mix.packet), (1...3_600).contains(options.seconds),
      (1...16).contains(options.threads)
    else { return nil }
    return options
  }

  private static func fail(_ message: String, status: Int32) -> Never {
    _ = message.withCString { write(STDERR_FILENO, $0, strlen($0)) }
    exit(status)
  }
}
