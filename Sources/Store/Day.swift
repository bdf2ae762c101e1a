internal import Foundation

/// A day in UTC. The store knows no other time: an hour would say when people met.
package struct Day: Comparable, Hashable, Sendable, CustomStringConvertible {
  /// Days since 1970-01-01, 0...65535.
  package let number: Int

  /// `number` is cut to what a day can be.
  package init(_ number: Int) { self.number = min(max(number, 0), 65_535) }

  /// Of a moment in seconds since 1970.
  package init(seconds: Double) { self.init(Int(max(0, min(seconds, 65_535 * 86_400)) / 86_400)) }

  package static var today: Day { Day(seconds: Date.now.timeIntervalSince1970) }

  package static func < (a: Day, b: Day) -> Bool { a.number < b.number }

  package static func - (day: Day, days: Int) -> Day { Day(day.number - days) }

  /// 2026-11-23.
  package var description: String {
    Date(timeIntervalSince1970: Double(number) * 86_400).formatted(.iso8601.year().month().day())
  }
}
