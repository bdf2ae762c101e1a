import Testing

@testable import Accounts

@Suite("Account names")
struct NameTests {
  static let good = [
    "ana", "ana lópez", "joão.silva", "ñandú", "zoë_2", "a1", "мария", "ελένη", "דנה", "سارة", "さくら", "김민지", "李小龍",
    "2026", "o-o", String(repeating: "a", count: 32),
  ]

  @Test("names of one script in small letters are taken as they are", arguments: good)
  func accepted(_ text: String) { #expect(AccountName(text)?.text == text) }

  static let bad = [
    "", "a", String(repeating: "a", count: 33), "Ana", "ANA", " ana", "ana ", "ana  lópez", "ana--b", "-ana", "ana.",
    "ana@example.org", "ana\u{0}b", "ana\nb", "ana\u{202E}b", "ana\u{200B}b", "ana\u{301}b", "e\u{301}va", "anaｂ",
    "ﬁne",
    "ıİ", "аna", "anα", "ana😀", "<b>ana</b>", "ana'); DROP TABLE account;--", "ana\"", "ana%", "..", "-", "ſana",
    "ǆana",
    "ŉana", "ana\u{7F}", "\u{FEFF}ana", "ana\u{AD}", "١٢٣",
  ]

  @Test("other spellings, mixed scripts, marks, controls and markup are refused", arguments: bad)
  func refused(_ text: String) { #expect(AccountName(text) == nil) }

  static let twins = [
    ("oso", "о\u{455}о"), ("anna1", "annal"),
    ("b0b", "bob"), ("modern", "modem"), ("ana.b", "ana b"), ("ana_b", "ana-b"), ("pace", "расе"), ("ova", "ονα"),
    ("kaıa", "kaia"),
  ]

  @Test("names that look alike have one skeleton", arguments: twins)
  func lookAlikes(_ one: String, _ other: String) throws {
    #expect(try #require(AccountName(one)).skeleton == #require(AccountName(other)).skeleton)
  }

  @Test("names that do not look alike have different skeletons")
  func different() throws {
    let names = ["ana", "aná", "anna", "bob", "rosa", "sara", "мария", "maria", "ana b", "anab"]
    #expect(Set(try names.map { try #require(AccountName($0)).skeleton }).count == names.count)
  }

  @Test("a skeleton is the skeleton of itself: looking alike is one relation", arguments: good)
  func idempotent(_ text: String) throws {
    var name = ""
    for scalar in try #require(AccountName(text)).skeleton.unicodeScalars { name.unicodeScalars.append(scalar) }
    if let again = AccountName(name) { #expect(again.skeleton == name) }
  }
}

@Suite("Days")
struct DayTests {
  static let days: [(Int64, String)] = [
    (0, "1970-01-01"), (86_399, "1970-01-01"), (86_400, "1970-01-02"), (951_782_400, "2000-02-29"),
    (951_868_800, "2000-03-01"), (1_795_392_000, "2026-11-23"), (4_107_542_400, "2100-03-01"),
    (5_662_310_399, "2149-06-06"), (253_402_300_799, "2149-06-06"), (-1, "1970-01-01"),
  ]

  @Test("days are those of the Gregorian calendar in UTC", arguments: days)
  func text(_ seconds: Int64, _ text: String) { #expect("\(Day(unixSeconds: seconds))" == text) }
}
