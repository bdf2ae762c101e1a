import Bytes
import SFU
import SFURuntime
import Signaling
import Store

/// Everything that is told on the metrics port, at one moment. No room, name or address is in it, and numbers of people are
/// rounded up to the next five: a page that is read each second must not say who came when.
struct MetricsPage {
  var signalling: MetricsSnapshot
  var rooms: Int
  /// Connections, and those among them that are in a room.
  var connections: Int
  var participants: Int
  /// People in lobbies.
  var waiting: Int
  var shards: [MediaPlaneCounters]
  var steering: SteeringStatus?
  /// Nil where rooms are not kept on a disk.
  var archive: ArchiveStatus?
  var process: ProcessFacts
  /// Seconds since 1970.
  var started: Double

  var text: String {
    var text = PrometheusText()
    writePeople(to: &text)
    writeSignalling(to: &text)
    writeMedia(to: &text)
    writeTransit(to: &text)
    writePictures(to: &text)
    writeShards(to: &text)
    writeStore(to: &text)
    writeProcess(to: &text)
    return text.text
  }

  private var sum: MediaPlaneCounters { shards.sum }

  private static func rounded(_ count: Int) -> Double { Double((max(0, count) + 4) / 5 * 5) }

  private func writePeople(to text: inout PrometheusText) {
    text.gauge("tertulia_rooms", "Rooms, rounded up to the next five.", Self.rounded(rooms))
    text.gauge(
      "tertulia_participants", "Connected participants of all rooms, rounded up to the next five.",
      Self.rounded(participants))
    text.gauge(
      "tertulia_waiting", "People who wait in lobbies, rounded up to the next five.", Self.rounded(waiting))
    text.gauge("tertulia_connections", "WebSockets, rounded up to the next five.", Self.rounded(connections))
    text.gauge(
      "tertulia_media_sessions", "Media sessions, rounded up to the next five.", Self.rounded(sum.population.peers))
  }

  private func writeSignalling(to text: inout PrometheusText) {
    text.counter("tertulia_joins_total", "Participants let into a room.", UInt64(signalling.joins))
    text.counter(
      "tertulia_resumptions_total", "Participants who came back to their place.", UInt64(signalling.resumptions))
    text.counter("tertulia_knocks_total", "People who came to wait in a lobby.", UInt64(signalling.knocks))
    text.counter(
      "tertulia_admissions_total", "Those of them who were let into the room.", UInt64(signalling.admissions))
    text.counter(
      "tertulia_invitations_used_total", "First uses of invitations by a device.", UInt64(signalling.invitationsUsed))
    text.counter("tertulia_freezes_total", "Calls to freeze a room.", UInt64(signalling.freezes))
    text.write(
      "tertulia_refusals_total", .counter, "Messages and joins refused, by the code that the sender was given.",
      ErrorCode.allCases.map { .init(Double(signalling.refusals[$0] ?? 0), "code", $0.rawValue) })
    text.write(
      "tertulia_closures_total", .counter, "Connections that the node ended by itself, by the reason.",
      MetricsSnapshot.Closure.allCases.map { .init(Double(signalling.closures[$0] ?? 0), "reason", $0.rawValue) })
    text.write(
      "tertulia_group_messages_total", .counter, "What was said about groups, by its kind.",
      MetricsSnapshot.Delivery.allCases.map { .init(Double(signalling.deliveries[$0] ?? 0), "kind", $0.rawValue) })
  }

  private func writeMedia(to text: inout PrometheusText) {
    let media = sum.media
    text.counter("tertulia_forwarded_packets_total", "RTP packets handed on to a receiver.", media.forwarded)
    text.counter("tertulia_retransmitted_packets_total", "Packets sent again for a receiver.", media.retransmitted)
    text.counter(
      "tertulia_copied_packets_total", "Sounds sent twice to receivers whose paths lose packets.", media.copied)
    text.counter("tertulia_recovered_packets_total", "Lost packets that their sender sent again.", media.recovered)
    text.counter("tertulia_probe_packets_total", "Packets sent to find out what a path carries.", media.probes)
    text.counter(
      "tertulia_filled_packets_total", "Numbers that receivers missed in vain, filled with padding.", media.filled)
    text.counter("tertulia_paced_packets_total", "Packets that waited for the pacer.", media.paced)
    text.counter("tertulia_nacks_sent_total", "Requests for lost packets.", media.nacksSent)
    text.counter("tertulia_key_frame_requests_total", "Key frames asked for.", media.keyFrameRequestsSent)
    text.counter("tertulia_switches_total", "Changes of layer or person in a slot.", media.switches)
    let network = sum.network
    var drops = DropReason.allCases.map { PrometheusText.Sample(Double(media[$0]), "reason", Self.word("\($0)")) }
    drops.append(.init(Double(network.oversized), "reason", "oversized"))
    drops.append(.init(Double(network.sendBufferFull), "reason", "send_buffer_full"))
    drops.append(.init(Double(network.unreachable), "reason", "unreachable"))
    drops.append(.init(Double(network.handoversLost), "reason", "handover_full"))
    text.write("tertulia_drops_total", .counter, "Datagrams and packets dropped, by the reason.", drops)
  }

  private func writeTransit(to text: inout PrometheusText) {
    let transit = sum.network.transit
    var total: UInt64 = 0
    let cumulative = transit.counts.indices.map { index in
      total &+= transit.counts[index]
      return total
    }
    text.histogram(
      "tertulia_transit_seconds", "Time of datagrams inside the node, those that waited for the pacer excepted.",
      bounds: transit.counts.indices.compactMap { TransitHistogram.bound(of: $0)?.seconds }, cumulative: cumulative,
      sum: transit.sum.seconds)
  }

  private func writePictures(to text: inout PrometheusText) {
    let media = sum.media
    text.histogram(
      "tertulia_estimate_kilobits", "What receivers' paths are thought to carry, five samples a second for each.",
      bounds: EstimateHistogram.bounds.map { Double($0) }, cumulative: media.estimates.cumulative,
      sum: Double(media.estimates.sum))
    let rate = Double(PictureSamples.rate)
    text.write(
      "tertulia_layer_seconds_total", .counter,
      "Seconds of pictures sent to receivers, by layer, the smallest being 0.",
      media.pictureSamples.byLayer.enumerated().map { .init(Double($0.element) / rate, "layer", "\($0.offset)") })
    let heights = PictureSamples.heights.map { "\($0)" } + ["more"]
    text.write(
      "tertulia_picture_seconds_total", .counter, "Seconds of pictures sent to receivers, by height up to.",
      zip(heights, media.pictureSamples.byHeight).map { .init(Double($1) / rate, "height", $0) })
  }

  private func writeShards(to text: inout PrometheusText) {
    func write(_ name: StaticString, _ help: StaticString, _ value: (MediaPlaneCounters) -> Double) {
      let samples = shards.enumerated().map { PrometheusText.Sample(value($0.element), "shard", "\($0.offset)") }
      text.write(name, .counter, help, samples)
    }
    write("tertulia_packets_received_total", "Datagrams from the network.") { Double($0.network.datagramsIn) }
    write("tertulia_received_bytes_total", "Their bytes.") { Double($0.network.bytesIn) }
    write("tertulia_receive_calls_total", "System calls that brought some.") { Double($0.network.receives) }
    write("tertulia_packets_sent_total", "Datagrams to the network.") { Double($0.network.datagramsOut) }
    write("tertulia_sent_bytes_total", "Their bytes.") { Double($0.network.bytesOut) }
    write("tertulia_send_calls_total", "System calls that took them.") { Double($0.network.sends) }
    write("tertulia_shard_cpu_seconds_total", "CPU time of the media thread.") { $0.cpuTime.seconds }
    write("tertulia_handovers_total", "Datagrams that came to this shard and were handed to another.") {
      Double($0.network.handedOver)
    }
    let steering = steering ?? SteeringStatus()
    text.counter("tertulia_steering_programs_total", "Programs that the kernel steers by.", steering.programs)
    text.counter("tertulia_steering_refusals_total", "Programs that it did not take.", steering.refusals)
  }

  private func writeStore(to text: inout PrometheusText) {
    guard let archive else { return }
    text.gauge("tertulia_kept_rooms", "Rooms that are kept, rounded up to the next five.", Self.rounded(archive.rooms))
    text.gauge(
      "tertulia_store_pending", "Kept rooms that wait for the disk, rounded up to the next five.",
      Self.rounded(archive.pending))
    text.counter("tertulia_store_writes_total", "Kept rooms written or deleted.", UInt64(archive.written))
    text.write(
      "tertulia_store_failures_total", .counter, "Attempts to write that failed, by the reason.",
      ["full", "locked", "unwritable", "sqlite", "damaged", "invalid"].map {
        .init(Double(archive.failures[$0] ?? 0), "reason", $0)
      })
    text.counter("tertulia_store_refusals_total", "Rooms not kept for want of a place.", UInt64(archive.refused))
  }

  private func writeProcess(to text: inout PrometheusText) {
    text.gauge("process_start_time_seconds", "When the node started, in seconds since 1970.", started)
    text.write("process_cpu_seconds_total", .counter, "CPU time of the process.", [.init(process.cpuSeconds)])
    text.gauge("process_resident_memory_bytes", "Memory in use.", Double(process.residentBytes))
    text.gauge("process_open_fds", "Open files and sockets.", Double(process.openFiles))
    text.gauge("process_max_fds", "Files and sockets that may be open.", Double(process.maximumFiles))
  }

  /// `badSTUNIntegrity` as `bad_stun_integrity`.
  static func word(_ name: String) -> String {
    let letters = Array(name)
    var word = ""
    for (index, letter) in letters.enumerated() {
      let startsWord =
        letter.isUppercase && index > 0
        && (letters[index - 1].isLowercase || index + 1 < letters.count && letters[index + 1].isLowercase)
      word += (startsWord ? "_" : "") + letter.lowercased()
    }
    return word
  }
}
