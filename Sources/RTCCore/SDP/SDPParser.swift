extension SessionDescription {
  /// Parses `text`, with lines ended by CRLF or LF. Time and memory grow with its length only, which is bounded.
  package init(parsing text: String) throws(SDPError) {
    guard text.utf8.count <= Self.maximumLength else { throw .tooLarge }
    try self.init(utf8: Array(text.utf8))
  }

  /// The same from bytes, which need not be valid UTF-8.
  package init(utf8 bytes: [UInt8]) throws(SDPError) {
    guard bytes.count <= Self.maximumLength else { throw .tooLarge }
    var parser = SDPParser()
    var rest = bytes[...]
    while !rest.isEmpty {
      let (line, following) = rest.cut(at: .lineFeed)
      try parser.read(line.last == .carriageReturn ? line.dropLast() : line)
      rest = following ?? []
    }
    self = try parser.finish()
  }
}

/// Reads a description line by line: into the session until the first `m=`, then into the newest section.
struct SDPParser {
  private(set) var line = 0
  private var session = SessionDescription(origin: SDPOrigin(sessionID: 0, version: 0))
  private var sessionDirection = MediaDirection.sendrecv
  /// The section being read; it joins `session.media` when it is complete.
  private var section: SDPSectionParser?

  var malformed: SDPError { .malformed(line: line) }

  mutating func read(_ text: SDPText) throws(SDPError) {
    line += 1
    guard text.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == .tab }) else { throw malformed }
    let (type, rest) = text.cut(at: .equals)
    guard type.count == 1, let value = rest, let letter = type.first else { throw malformed }
    switch (line, letter) {
    case (1, UInt8(ascii: "v")):
      guard value.elementsEqual("0".utf8) else { throw malformed }
    case (2, UInt8(ascii: "o")):
      session.origin = try origin(value)
    case (...2, _), (_, UInt8(ascii: "v")), (_, UInt8(ascii: "o")):
      throw malformed
    case (_, UInt8(ascii: "m")):
      try beginSection(value)
    case (_, UInt8(ascii: "a")):
      try attribute(value)
    default:
      readLine(letter, value)
    }
  }

  mutating func finish() throws(SDPError) -> SessionDescription {
    guard line >= 2 else { throw malformed }
    try endSection()
    return session
  }

  private func origin(_ value: SDPText) throws(SDPError) -> SDPOrigin {
    let words = value.words
    guard words.count == 6, let id: UInt64 = words[1].decimal(), let version: UInt64 = words[2].decimal()
    else { throw malformed }
    return SDPOrigin(username: words[0].text, sessionID: id, version: version)
  }

  /// Lines that are neither first, nor media, nor attributes.
  private mutating func readLine(_ letter: UInt8, _ value: SDPText) {
    switch letter {
    case UInt8(ascii: "s") where section == nil: session.name = value.text
    case UInt8(ascii: "c"): section?.media.connection = value.text
    case UInt8(ascii: "b"): section?.media.bandwidth.append(value.text)
    default: break
    }
  }

  private mutating func beginSection(_ value: SDPText) throws(SDPError) {
    try endSection()
    guard session.media.count < SessionDescription.maximumMediaCount else { throw .tooMany(line: line) }
    guard var started = SDPSectionParser(value) else { throw malformed }
    started.media.direction = sessionDirection
    section = started
  }

  private mutating func endSection() throws(SDPError) {
    guard var ended = section else { return }
    section = nil
    ended.finish()
    if let mid = ended.media.mid, session.section(mid: mid) != nil { throw .duplicateMid }
    session.media.append(ended.media)
  }

  private mutating func attribute(_ text: SDPText) throws(SDPError) {
    let (head, value) = text.cut(at: .colon)
    let name = head.text
    guard !name.isEmpty else { throw malformed }
    // Taken out while it is written to: a copy of a section for each of its lines would be quadratic.
    if var current = section {
      section = nil
      try current.read(name, value, line: line)
      section = current
    } else {
      try sessionAttribute(name, value)
    }
  }

  private mutating func sessionAttribute(_ name: String, _ value: SDPText?) throws(SDPError) {
    switch (name, value) {
    case ("group", let value?):
      guard let group = SDPGroup(value) else { throw malformed }
      session.groups.append(group)
    case ("extmap-allow-mixed", nil): session.allowsMixedExtensions = true
    case ("ice-lite", nil): session.isICELite = true
    default:
      if let direction = MediaDirection(rawValue: name), value == nil {
        sessionDirection = direction
      } else if let known = session.transport.read(name, value) {
        guard known else { throw malformed }
      } else {
        session.attributes.append(SDPAttribute(name: name, value: value?.text))
      }
    }
  }
}

extension SDPGroup {
  fileprivate init?(_ value: SDPText) {
    let words = value.words
    guard let semantics = words.first, words.count <= 1 + SessionDescription.maximumMediaCount else { return nil }
    self.init(semantics: semantics.text, mids: words.dropFirst().map { $0.text })
  }
}

extension SDPTransport {
  /// Reads an attribute of ICE or DTLS: nil when it is none, false when its value is wrong.
  mutating func read(_ name: String, _ value: SDPText?) -> Bool? {
    switch name {
    case "ice-ufrag", "ice-pwd":
      // RFC 8839 §5.4.
      guard let value, (name == "ice-pwd" ? 22...256 : 4...256).contains(value.count),
        value.allSatisfy({ $0.isICECharacter })
      else { return false }
      if name == "ice-pwd" { icePwd = value.text } else { iceUfrag = value.text }
    case "ice-options":
      guard let value else { return false }
      iceOptions = value.words.map { $0.text }
    case "fingerprint":
      guard let words = value?.words, words.count == 2, fingerprints.count < 8 else { return false }
      fingerprints.append(SDPFingerprint(algorithm: words[0].text.lowercased(), value: words[1].text))
    case "setup":
      guard let value, let setup = Setup(rawValue: value.text) else { return false }
      self.setup = setup
    default: return nil
    }
    return true
  }
}
