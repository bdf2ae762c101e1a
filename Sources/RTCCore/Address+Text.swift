extension TransportAddress {
  /// Reads a literal IPv4 (dotted decimal) or IPv6 (RFC 4291 §2.2, without zone or brackets) address. Nil for anything
  /// else, names included: this never looks anything up.
  package static func parse(_ text: String, port: UInt16) -> TransportAddress? {
    let bytes = Array(text.utf8.prefix(maximumTextSize + 1))
    guard bytes.count <= maximumTextSize else { return nil }
    if bytes.contains(colon) { return parseIPv6(bytes[...], port: port) }
    return parseIPv4(bytes[...]).map { TransportAddress(ipv4: $0, port: port) }
  }

  /// The real address, without its port, as candidates and configuration write it (RFC 5952 for IPv6). The one way to
  /// get it as text: callers that log have no business here.
  package func textForCandidate() -> String {
    isIPv6 ? ipv6Text() : ipv4Text()
  }

  private static var maximumTextSize: Int { 45 }
  private static var colon: UInt8 { 0x3A }
  private static var dot: UInt8 { 0x2E }

  private static func parseIPv4(_ text: ArraySlice<UInt8>) -> UInt32? {
    let parts = text.split(separator: dot, maxSplits: 4, omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var value: UInt32 = 0
    for part in parts {
      guard (1...3).contains(part.count), part.count == 1 || part.first != 0x30 else { return nil }
      var octet: UInt32 = 0
      for digit in part {
        guard 0x30...0x39 ~= digit else { return nil }
        octet = octet * 10 + UInt32(digit - 0x30)
      }
      guard octet <= 255 else { return nil }
      value = value << 8 | octet
    }
    return value
  }

  private static func parseIPv6(_ text: ArraySlice<UInt8>, port: UInt16) -> TransportAddress? {
    let gap = text.indices.dropLast().first { text[$0] == colon && text[$0 + 1] == colon }
    var groups: [UInt16]
    if let gap {
      guard let head = parseGroups(text[..<gap], mayEndDotted: false), let tail = parseGroups(text[(gap + 2)...]),
        head.count + tail.count <= 7
      else { return nil }
      groups = head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
    } else {
      guard let all = parseGroups(text), all.count == 8 else { return nil }
      groups = all
    }
    let high = groups[..<4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
    let low = groups[4...].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
    return TransportAddress(ipv6High: high, low: low, port: port)
  }

  /// Colon-separated groups of one to four hexadecimal digits; the last of the whole address may be a
  /// dotted IPv4 address, which is two.
  private static func parseGroups(_ text: ArraySlice<UInt8>, mayEndDotted: Bool = true) -> [UInt16]? {
    guard !text.isEmpty else { return [] }
    var groups: [UInt16] = []
    let parts = text.split(separator: colon, maxSplits: 8, omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if mayEndDotted, index == parts.count - 1, part.contains(dot) {
        guard let ipv4 = parseIPv4(part) else { return nil }
        groups += [UInt16(ipv4 >> 16), UInt16(truncatingIfNeeded: ipv4)]
      } else {
        guard let group = parseGroup(part) else { return nil }
        groups.append(group)
      }
    }
    return groups.count <= 8 ? groups : nil
  }

  private static func parseGroup(_ text: ArraySlice<UInt8>) -> UInt16? {
    guard (1...4).contains(text.count) else { return nil }
    var value: UInt16 = 0
    for character in text {
      switch character {
      case 0x30...0x39: value = value << 4 | UInt16(character - 0x30)
      case 0x41...0x46: value = value << 4 | UInt16(character - 0x41 + 10)
      case 0x61...0x66: value = value << 4 | UInt16(character - 0x61 + 10)
      default: return nil
      }
    }
    return value
  }

  private func ipv4Text() -> String {
    "\(low >> 24 & 255).\(low >> 16 & 255).\(low >> 8 & 255).\(low & 255)"
  }

  private func ipv6Text() -> String {
    let groups = (0..<8).map { UInt16(truncatingIfNeeded: ($0 < 4 ? high : low) >> (48 - UInt64($0 % 4) * 16)) }
    let zeros = longestZeroRun(groups)
    var text = ""
    var index = 0
    while index < 8 {
      if zeros.count > 1, index == zeros.lowerBound {
        text += "::"
        index = zeros.upperBound
        continue
      }
      if index > 0, index != zeros.upperBound || zeros.count <= 1 { text += ":" }
      text += String(groups[index], radix: 16)
      index += 1
    }
    return text
  }

  /// The first of the longest runs, as RFC 5952 §4.2.3 asks.
  private func longestZeroRun(_ groups: [UInt16]) -> Range<Int> {
    var best = 0..<0
    var start = 0
    for index in groups.indices {
      if groups[index] != 0 { start = index + 1 } else if index + 1 - start > best.count { best = start..<(index + 1) }
    }
    return best
  }
}
