/// A day of the Gregorian calendar in UTC. What is kept knows no other time: an hour would say when people met.
package struct Day: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Days since 1970-01-01, 0...65535: until 2149-06-06.
  package let number: Int

  /// `number` is cut to what a day can be.
  package init(_ number: Int) { self.number = min(max(number, 0), 65_535) }

  /// Of a moment; the time of day is dropped.
  package init(unixSeconds: Int64) { self.init(Int(unixSeconds / 86_400)) }

  package static func < (a: Day, b: Day) -> Bool { a.number < b.number }

  package static func - (day: Day, days: Int) -> Day { Day(day.number - days) }

  /// `YYYY-MM-DD`.
  package var description: String {
    // Counted in years that begin in March, so that the leap day is the last of its year.
    let shifted = number + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return "\(year)-\(Self.twoDigits(month))-\(Self.twoDigits(day))"
  }

  private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
