import Bytes
import Glibc
import MediaClient
import RTCCore
import RTCSecurity
import SFU
import SFURuntime

/// One person talks to many over loopback; prints what a forwarded packet costs the media thread, as one JSON object.
@main
struct ForwardingBench {
  private static let usage = """
    usage: forwarding-bench [RECEIVERS [SECONDS]]

    One sender, video of 1.5 Mbit/s in bursts of five packets 30 times a second and audio 50 times a second, to
    RECEIVERS (1...1,000, default 50) through a node on loopback, measured for SECONDS (1...3,600, default 10). Prints
    {"cpu_us_per_packet", "packets", "lost", "receivers", "seconds"}: CPU of the media thread for a forwarded packet,
    packets forwarded, packets that receivers missed.

    """

  static func main() async throws {
    let numbers = CommandLine.arguments.dropFirst().map { Int($0) ?? 0 }
    let receivers = numbers.first ?? 50
    let seconds = numbers.dropFirst().first ?? 10
    guard numbers.count <= 2, (1...1_000).contains(receivers), (1...3_600).contains(seconds) else {
      fail(usage, status: 2)
    }
    let call = try Call(receivers: receivers)
    guard call.begin() else { fail("The picture did not reach everybody within a minute.\n", status: 1) }
    let before = await call.sample()
    call.run(for: .seconds(Int64(seconds)))
    let cost = await call.sample() - before
    call.end()
    guard cost.packets > 0 else { fail("Nothing was forwarded.\n", status: 1) }
    print(cost.json(receivers: receivers, seconds: seconds))
  }

  private static func fail(_ message: String, status: Int32) -> Never {
    _ = message.withCString { write(STDERR_FILENO, $0, strlen($0)) }
    exit(status)
  }
}

/// Sums at one moment, or between two.
struct Cost {
  /// Of the media thread.
  var cpu: TimeDelta
  /// RTP packets handed on.
  var packets: UInt64
  /// Packets that receivers missed and never got, and those that the node's socket would not take.
  var lost: UInt64

  static func - (end: Cost, start: Cost) -> Cost {
    Cost(cpu: end.cpu - start.cpu, packets: end.packets &- start.packets, lost: end.lost &- start.lost)
  }

  func json(receivers: Int, seconds: Int) -> String {
    let each = (Double(cpu.nanoseconds) / Double(packets)).rounded() / 1_000
    return """
      {"cpu_us_per_packet": \(each), "packets": \(packets), "lost": \(lost), "receivers": \(receivers), \
      "seconds": \(seconds)}
      """
  }
}
