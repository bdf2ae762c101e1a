import Signaling
import Testing

@Suite("JSON")
struct JSONReaderTests {
  private func read(_ text: String) throws -> JSONValue { try JSONReader.read(Array(text.utf8)) }

  private func failure(_ bytes: [UInt8]) -> JSONError? {
    do throws(JSONError) {
      _ = try JSONReader.read(bytes)
      return nil
    } catch {
      return error
    }
  }

  @Test("what is written is read back", arguments: JSONReaderTests.values)
  func roundTrip(_ value: JSONValue) throws {
    #expect(try JSONReader.read(value.encoded()) == value)
  }

  static let values: [JSONValue] = [
    .null, .bool(true), .bool(false), .integer(0), .integer(-1), .integer(1 << 53 - 1), .integer(-(1 << 53) + 1),
    .string(""), .string("\u{0}\u{1F}\"\\/\n\r\t\u{7F}"), .string("ñ 語 👩‍👩‍👧 \u{202E}"), .array([]), .object([]),
    .object([JSONMember("a", .array([.null, .object([JSONMember("", .string("x"))])])), JSONMember("b", .integer(7))]),
  ]

  @Test("escapes and white space mean what RFC 8259 says")
  func escapes() throws {
    #expect(
      try read(" \n\t{ \"a\" : [ 1 , \"\\u00e1\\uD83D\\ude00\\b\\f\\/\" ] }\r ")["a"]
        == .array([.integer(1), .string("á😀\u{8}\u{C}/")]))
  }

  @Test(
    "what is not exactly one JSON value is refused",
    arguments: [
      ("", .truncated), (" ", .truncated), ("{", .truncated), ("[1", .truncated), ("\"a", .truncated),
      ("\"\\u12", .truncated), ("tru", .truncated), ("-", .truncated), ("{\"a\"", .truncated), ("{\"a\":", .truncated),
      ("nul1", .unexpectedByte), ("[1,]", .unexpectedByte), ("{,}", .unexpectedByte), ("{\"a\":1,}", .unexpectedByte),
      ("{a:1}", .unexpectedByte), ("'a'", .unexpectedByte), ("+1", .unexpectedByte), ("[1 2]", .unexpectedByte),
      ("\"\n\"", .unexpectedByte), ("\"\\x\"", .unexpectedByte), ("\"\\u12G4\"", .unexpectedByte),
      ("-a", .unexpectedByte),
      ("1 1", .trailingBytes), ("{}}", .trailingBytes), ("nullnull", .trailingBytes),
      ("01", .invalidNumber), ("1.5", .invalidNumber), ("1e3", .invalidNumber), ("1E3", .invalidNumber),
      ("9007199254740992", .invalidNumber), ("99999999999999999999999999", .invalidNumber),
      ("\"\\uD800\"", .invalidText), ("\"\\uD800x\"", .invalidText), ("\"\\uD800\\n\"", .invalidText),
      ("\"\\uD800\\u0041\"", .invalidText), ("\"\\uDC00\"", .invalidText),
      ("{\"a\":1,\"a\":1}", .duplicateKey), ("{\"a\":1,\"\\u0061\":2}", .duplicateKey),
      ("[{\"x\":{\"a\":1,\"b\":2,\"a\":3}}]", .duplicateKey),
    ] as [(String, JSONError)])
  func refused(_ text: String, _ error: JSONError) {
    #expect(failure(Array(text.utf8)) == error)
  }

  @Test(
    "bytes that are not UTF-8 are refused",
    arguments: [[0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80]] as [[UInt8]])
  func invalidUTF8(_ bytes: [UInt8]) {
    #expect(failure([UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")]) == .invalidText)
  }

  @Test("depth, values and members are bounded")
  func bounds() {
    let depth = JSONReader.maximumDepth
    func nested(_ count: Int) -> [UInt8] {
      Array(repeating: UInt8(ascii: "["), count: count) + Array(repeating: UInt8(ascii: "]"), count: count)
    }
    #expect(failure(nested(depth)) == nil)
    #expect(failure(nested(depth + 1)) == .tooDeep)
    #expect(failure(Array(repeating: UInt8(ascii: "["), count: 1_000_000)) == .tooDeep)
    #expect(failure(Array(("[" + String(repeating: "1,", count: 5_000) + "1]").utf8)) == .tooManyValues)
    let members = (0...JSONReader.maximumMembers).map { "\"k\($0)\":1" }.joined(separator: ",")
    #expect(failure(Array("{\(members)}".utf8)) == .tooManyValues)
  }

  @Test("a text cut anywhere is refused")
  func truncated() {
    let text = Array(
      #"{"v":1,"type":"view","slots":[{"slot":0,"index":null,"height":360,"priority":1}],"x":"á\n"}"#.utf8)
    #expect(failure(text) == nil)
    for length in 0..<text.count { #expect(failure(Array(text[..<length])) != nil, "\(length)") }
  }

  @Test("any bytes give a value or an error", arguments: [1, 2, 3, 4] as [UInt64])
  func random(_ seed: UInt64) throws {
    var generator = SplitMix(seed: seed)
    let alphabet = Array("{}[]\",:\\u0019aetfn-. \u{1}é".utf8) + [0xFF, 0xD8]
    for _ in 0..<4_000 {
      let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
        Bool.random(using: &generator)
          ? alphabet.randomElement(using: &generator) ?? 0 : UInt8.random(in: 0...255, using: &generator)
      }
      guard let value = try? JSONReader.read(bytes) else { continue }
      if try JSONReader.read(value.encoded()) != value { Issue.record("seed \(seed): \(bytes)") }
    }
  }
}

/// A small seeded generator (SplitMix64).
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
