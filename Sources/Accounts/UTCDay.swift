/// A day of the Gregorian calendar in UTC. Accounts keep days and no times: a time would tell who came when.
package struct UTCDay: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Days since 1970-01-01.
  package var number: Int

  package init(_ number: Int) { self.number = number }

  package init(unixSeconds: Int64) {
    number = Int(unixSeconds / 86_400) - (unixSeconds % 86_400 < 0 ? 1 : 0)
  }

  package static func < (a: UTCDay, b: UTCDay) -> Bool { a.number < b.number }

  /// `YYYY-MM-DD`, for the years 1970 to 9999.
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
    return Self.digits(year, 4) + "-" + Self.digits(month, 2) + "-" + Self.digits(day, 2)
  }

  private static func digits(_ number: Int, _ count: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
  }
}
