/// Writes metrics in Prometheus's text format, version 0.0.4. Labels are words and numbers of this program: nothing that came
/// over a network gets here.
struct PrometheusText {
  enum Kind: String {
    case counter
    case gauge
    case histogram
  }

  /// A value with its one label, if it has any.
  struct Sample {
    var label: (name: StaticString, value: String)?
    var value: Double

    init(_ value: Double, _ name: StaticString, _ label: String) {
      self.value = value
      self.label = (name, label)
    }

    init(_ value: Double) { self.value = value }
  }

  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  private(set) var text = ""

  mutating func counter(_ name: StaticString, _ help: StaticString, _ value: UInt64) {
    write(name, .counter, help, [Sample(Double(value))])
  }

  mutating func gauge(_ name: StaticString, _ help: StaticString, _ value: Double) {
    write(name, .gauge, help, [Sample(value)])
  }

  /// `counter` and `gauge` with a label.
  mutating func write(_ name: StaticString, _ kind: Kind, _ help: StaticString, _ samples: [Sample]) {
    begin(name, kind, help)
    for sample in samples {
      let label = sample.label.map { "{\($0.name)=\"\($0.value)\"}" } ?? ""
      text += "\(name)\(label) \(Self.number(sample.value))\n"
    }
  }

  /// `cumulative` has one element more than `bounds`: all samples.
  mutating func histogram(
    _ name: StaticString, _ help: StaticString, bounds: [Double], cumulative: [UInt64], sum: Double
  ) {
    begin(name, .histogram, help)
    for (bound, count) in zip(bounds.map(Self.number) + ["+Inf"], cumulative) {
      text += "\(name)_bucket{le=\"\(bound)\"} \(count)\n"
    }
    text += "\(name)_sum \(Self.number(sum))\n\(name)_count \(cumulative.last ?? 0)\n"
  }

  private mutating func begin(_ name: StaticString, _ kind: Kind, _ help: StaticString) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
  }
}
