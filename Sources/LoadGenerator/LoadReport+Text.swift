internal import Bytes
internal import MediaClient

extension LoadReport {
  /// For people, 80 columns wide at most.
  package func table() -> String {
    var lines = [
      "\(served) of \(clients) participants in \(rooms) room(s), measured for \(duration.seconds.text(0)) s", "",
    ]
    func line(_ name: String, _ text: String) {
      lines.append("  " + name + String(repeating: " ", count: max(1, 22 - name.count)) + text)
    }
    line("joining", milliseconds([("p50", joinTime(0.5)), ("p95", joinTime(0.95)), ("most", joinTimes.last)]))
    let delays = tally.delays
    line(
      "one-way delay",
      milliseconds([
        ("p50", delays.percentile(0.5)), ("p95", delays.percentile(0.95)), ("p99", delays.percentile(0.99)),
        ("most", delays.count > 0 ? delays.largest : nil),
      ]))
    line("loss, sound", loss(tally.audio))
    line("loss, picture", loss(tally.video))
    if tally.upReported > 0 {
      line("loss, to the server", "\((100 * Double(tally.upLost) / Double(tally.upReported)).text(3)) %")
    }
    let frozen = tally.freezeTime.seconds.text(1)
    line("freezes", "\(tally.freezes), \(frozen) s together, \(tally.freezeShare.text(2)) % of the time")
    line("received", rate(tally.packetsIn, tally.bytesIn))
    line("sent", rate(tally.packetsOut, tally.bytesOut))
    let heights = tally.heights.sorted { $0.key < $1.key }.map { "\($0.value) x \($0.key)" }
    line("pictures at the end", heights.isEmpty ? "none" : heights.joined(separator: ", ") + " high")
    line("key frames", "asked for \(tally.keyFramesAsked), sent \(tally.keyFramesSent)")
    if rejoined > 0 { line("left and came again", "\(rejoined)") }
    if tally.violations > 0 { line("out of step", "\(tally.violations)") }
    line("generator", "\(generatorLoad.text(0)) % of its busiest thread, too late for \(tally.skipped) frames")
    for fault in sortedFaults {
      lines += ["", "  \(fault.kind) (\(faults[fault] ?? 0)):"] + Self.wrap(fault.advice, indent: 4)
    }
    if let warning { lines += [""] + Self.wrap(warning, indent: 2) }
    return lines.joined(separator: "\n")
  }

  /// For programs: one object in one line.
  package func json(complaints: [String]) -> String {
    let delays = tally.delays
    var members: [(String, String)] = [
      ("clients", "\(clients)"), ("served", "\(served)"), ("rooms", "\(rooms)"), ("rejoined", "\(rejoined)"),
      ("seconds", duration.seconds.text(3)),
      ("join_ms_p50", number(joinTime(0.5))), ("join_ms_p95", number(joinTime(0.95))),
      ("join_ms_max", number(joinTimes.last)),
      ("delay_ms_p50", number(delays.percentile(0.5))), ("delay_ms_p95", number(delays.percentile(0.95))),
      ("delay_ms_p99", number(delays.percentile(0.99))),
      ("delay_ms_max", number(delays.count > 0 ? delays.largest : nil)),
    ]
    for (name, way) in [("audio", tally.audio), ("video", tally.video)] {
      members += [
        ("\(name)_expected", "\(way.expected)"), ("\(name)_loss_before_percent", way.lossBefore.text(4)),
        ("\(name)_loss_percent", way.lossAfter.text(4)), ("\(name)_lost", "\(way.lost)"),
        ("\(name)_recovered", "\(way.recovered)"),
      ]
    }
    members += [
      ("up_lost", "\(tally.upLost)"), ("up_reported", "\(tally.upReported)"),
      ("freezes", "\(tally.freezes)"), ("freeze_seconds", tally.freezeTime.seconds.text(3)),
      ("freeze_percent", tally.freezeShare.text(4)), ("pictures", "\(tally.pictures)"),
      ("packets_in_per_second", perSecond(tally.packetsIn).text(1)),
      ("megabits_in", (perSecond(tally.bytesIn) * 8 / 1e6).text(3)),
      ("packets_out_per_second", perSecond(tally.packetsOut).text(1)),
      ("megabits_out", (perSecond(tally.bytesOut) * 8 / 1e6).text(3)),
      ("packets_in", "\(tally.packetsIn)"), ("packets_out", "\(tally.packetsOut)"), ("nacks", "\(tally.nacks)"),
      ("key_frames_asked", "\(tally.keyFramesAsked)"), ("key_frames_sent", "\(tally.keyFramesSent)"),
      ("violations", "\(tally.violations)"), ("generator_percent", generatorLoad.text(1)),
      ("buffer_drops", "\(bufferDrops)"), ("skipped", "\(tally.skipped)"),
      ("heights", object(tally.heights.sorted { $0.key < $1.key }.map { ("\($0.key)", "\($0.value)") })),
      ("faults", object(sortedFaults.map { ($0.kind, "\(faults[$0] ?? 0)") })),
      ("complaints", "[" + complaints.map { "\"\($0)\"" }.joined(separator: ",") + "]"),
    ]
    return object(members)
  }

  private var sortedFaults: [Fault] { faults.keys.sorted { $0.kind < $1.kind } }

  /// When the figures may be the generator's own.
  private var warning: String? {
    if bufferDrops > 0 { return "This machine dropped \(bufferDrops) datagrams at full socket buffers." }
    guard generatorLoad > 85 || tally.skipped > 0 else { return nil }
    return "The generator was short of processor: use more --threads, or another machine."
  }

  private func milliseconds(_ values: [(String, TimeDelta?)]) -> String {
    let known = values.compactMap { name, value in value.map { "\(name) \($0.inMilliseconds.text(1))" } }
    return known.isEmpty ? "nothing to measure" : known.joined(separator: ", ") + " ms"
  }

  private static func wrap(_ text: String, indent: Int) -> [String] {
    var lines = [String(repeating: " ", count: indent - 1)]
    for word in text.split(separator: " ") {
      if lines[lines.count - 1].count + word.count > 78 { lines.append(String(repeating: " ", count: indent - 1)) }
      lines[lines.count - 1] += " \(word)"
    }
    return lines
  }

  private func loss(_ way: LoadTally.Way) -> String {
    guard way.expected > 0 else { return "nothing came" }
    return "\(way.lossBefore.text(3)) %, after recovery \(way.lossAfter.text(3)) % of \(way.expected) packets"
  }

  private func rate(_ packets: UInt64, _ bytes: UInt64) -> String {
    "\(perSecond(packets).text(0)) packets/s, \((perSecond(bytes) * 8 / 1e6).text(2)) Mbit/s"
  }

  private func number(_ value: TimeDelta?) -> String { value.map { $0.inMilliseconds.text(3) } ?? "null" }

  private func object(_ members: [(String, String)]) -> String {
    "{" + members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
  }
}
