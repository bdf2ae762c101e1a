/// Reads the attributes of one media section.
struct SDPSectionParser {
  var media: MediaDescription
  /// `a=rtcp-fb:*`, which may come before the formats have names.
  private var feedbackForAll: [String] = []

  /// Reads the value of an `m=` line; nil when it is malformed, of unknown kind, or names a payload type twice.
  init?(_ value: SDPText) {
    let words = value.words
    guard words.count >= 4, let kind = MediaDescription.Kind(rawValue: words[0].text),
      let port: UInt16 = words[1].cut(at: .slash).0.decimal()
    else { return nil }
    media = MediaDescription(kind: kind, port: port, transportProtocol: words[2].text)
    guard media.isRTP else {
      media.formats = words.dropFirst(3).map { $0.text }
      return
    }
    for word in words.dropFirst(3) {
      guard let type: UInt8 = word.decimal(), type < 128, codecIndex(type) == nil else { return nil }
      // A name comes by a=rtpmap; a format that gets none is dropped at the end.
      media.codecs.append(.assigned(type) ?? SDPCodec(payloadType: type, name: "", clockRate: 0))
    }
  }

  mutating func finish() {
    media.codecs.removeAll { $0.name.isEmpty }
    for index in media.codecs.indices {
      for item in feedbackForAll where !media.codecs[index].feedback.contains(item) {
        media.codecs[index].feedback.append(item)
      }
    }
  }

  mutating func read(_ name: String, _ value: SDPText?, line: Int) throws(SDPError) {
    if let known = media.transport.read(name, value) ?? readProperty(name, value) ?? readFormat(name, value)
      ?? readStream(name, value)
    {
      guard known else { throw .malformed(line: line) }
      guard media.sources.count <= MediaDescription.maximumSourceCount else { throw .tooMany(line: line) }
    } else {
      media.attributes.append(SDPAttribute(name: name, value: value?.text))
    }
  }

  // Each of these: nil when the attribute is not one of theirs, false when its value is wrong.

  private mutating func readProperty(_ name: String, _ value: SDPText?) -> Bool? {
    switch (name, value) {
    case ("bundle-only", nil): media.isBundleOnly = true
    case ("rtcp-mux", nil): media.hasRTCPMux = true
    case ("rtcp-rsize", nil): media.hasReducedSizeRTCP = true
    case ("extmap-allow-mixed", nil): media.allowsMixedExtensions = true
    case ("end-of-candidates", nil): media.isEndOfCandidates = true
    case ("candidate", let value?): media.candidates.append(value.text)
    case ("mid", _):
      guard media.mid == nil, let words = value?.words, words.count == 1 else { return false }
      media.mid = words[0].text
    default:
      guard value == nil, let direction = MediaDirection(rawValue: name) else { return nil }
      media.direction = direction
    }
    return true
  }

  private mutating func readFormat(_ name: String, _ value: SDPText?) -> Bool? {
    switch name {
    case "rtpmap": return value.map { readMapping($0) } ?? false
    case "fmtp" where media.isRTP: return value.map { readParameters($0) } ?? false
    case "rtcp-fb": return value.map { readFeedback($0) } ?? false
    case "extmap":
      guard let value, let item = SDPHeaderExtension(value),
        !media.headerExtensions.contains(where: { $0.id == item.id })
      else { return false }
      media.headerExtensions.append(item)
      return true
    default: return nil
    }
  }

  /// Firefox describes payload types that its m= line does not list; what is said of them is ignored.
  private mutating func readMapping(_ value: SDPText) -> Bool {
    let (type, mapping) = value.cut(at: .space)
    guard let type: UInt8 = type.decimal(), let parts = mapping?.trimmed.split(separator: .slash),
      (2...3).contains(parts.count), let rate: UInt32 = parts[1].decimal()
    else { return false }
    var channels: UInt8?
    if parts.count == 3 {
      guard let count: UInt8 = parts[2].decimal() else { return false }
      channels = count
    }
    guard let index = codecIndex(type) else { return true }
    media.codecs[index].name = parts[0].text
    media.codecs[index].clockRate = rate
    media.codecs[index].channels = channels
    return true
  }

  private mutating func readParameters(_ value: SDPText) -> Bool {
    let (type, parameters) = value.cut(at: .space)
    guard let type: UInt8 = type.decimal(), let parameters else { return false }
    if let index = codecIndex(type) { media.codecs[index].parameters = parameters.trimmed.text }
    return true
  }

  private mutating func readFeedback(_ value: SDPText) -> Bool {
    let (type, feedback) = value.cut(at: .space)
    guard let item = feedback?.trimmed.text, !item.isEmpty else { return false }
    if type.elementsEqual(CollectionOfOne(UInt8.asterisk)) {
      if !feedbackForAll.contains(item) { feedbackForAll.append(item) }
      return feedbackForAll.count <= 32
    }
    guard let type: UInt8 = type.decimal() else { return false }
    guard let index = codecIndex(type) else { return true }
    if !media.codecs[index].feedback.contains(item) { media.codecs[index].feedback.append(item) }
    return media.codecs[index].feedback.count <= 32
  }

  private mutating func readStream(_ name: String, _ value: SDPText?) -> Bool? {
    switch name {
    case "msid":
      guard let words = value?.words, (1...2).contains(words.count) else { return false }
      media.streams.append(
        SDPMediaStreamID(stream: words[0].text, track: words.count == 2 ? words[1].text : nil))
    case "rid":
      guard let rid = value.flatMap({ SDPRid($0) }), !media.rids.contains(where: { $0.id == rid.id }),
        media.rids.count < 32
      else { return false }
      media.rids.append(rid)
    case "simulcast":
      guard media.simulcast == nil, let simulcast = value.flatMap({ SDPSimulcast($0) }) else { return false }
      media.simulcast = simulcast
    case "ssrc": return value.map { readSource($0) } ?? false
    case "ssrc-group":
      guard let group = value.flatMap({ SDPSourceGroup($0) }) else { return false }
      media.sourceGroups.append(group)
    default: return nil
    }
    return true
  }

  private mutating func readSource(_ value: SDPText) -> Bool {
    let (number, rest) = value.cut(at: .space)
    guard let ssrc: UInt32 = number.decimal(), let rest, !rest.isEmpty else { return false }
    let (name, text) = rest.cut(at: .colon)
    let attribute = SDPAttribute(name: name.text, value: text?.text)
    if let index = media.sources.firstIndex(where: { $0.ssrc == ssrc }) {
      media.sources[index].attributes.append(attribute)
    } else {
      media.sources.append(SDPSource(ssrc: ssrc, attributes: [attribute]))
    }
    return true
  }

  private func codecIndex(_ payloadType: UInt8) -> Int? {
    media.codecs.firstIndex { $0.payloadType == payloadType }
  }
}

extension SDPHeaderExtension {
  fileprivate init?(_ value: SDPText) {
    let (head, rest) = value.cut(at: .space)
    let (number, way) = head.cut(at: .slash)
    guard let id: UInt16 = number.decimal(), (1...255).contains(id) || (4096...4351).contains(id),
      let (uri, attributes) = rest?.trimmed.cut(at: .space), !uri.isEmpty
    else { return nil }
    var direction: MediaDirection?
    if let way {
      direction = MediaDirection(rawValue: way.text)
      guard direction != nil else { return nil }
    }
    self.init(id: id, direction: direction, uri: uri.text, attributes: attributes?.text)
  }
}

extension SDPRid {
  fileprivate init?(_ value: SDPText) {
    let (id, rest) = value.cut(at: .space)
    guard !id.isEmpty, let (way, restrictions) = rest?.cut(at: .space), let direction = Direction(rawValue: way.text)
    else { return nil }
    self.init(id: id.text, direction: direction, restrictions: restrictions?.text)
  }
}

extension SDPSimulcast {
  fileprivate init?(_ value: SDPText) {
    let words = value.words
    guard words.count == 2 || words.count == 4 else { return nil }
    self.init()
    for index in stride(from: 0, to: words.count, by: 2) {
      guard let streams = Self.streams(words[index + 1]) else { return nil }
      switch words[index].text {
      case "send" where send.isEmpty: send = streams
      case "recv" where receive.isEmpty: receive = streams
      default: return nil
      }
    }
  }

  /// Nil when the list, or the name of a RID in it, is empty.
  private static func streams(_ list: SDPText) -> [[Alternative]]? {
    let streams = list.split(separator: .semicolon).map { stream in
      stream.split(separator: .comma).map { item in
        let isPaused = item.first == .tilde
        return Alternative(rid: (isPaused ? item.dropFirst() : item).text, isPaused: isPaused)
      }
    }
    let isComplete = streams.allSatisfy { $0.allSatisfy { !$0.rid.isEmpty } && !$0.isEmpty }
    return isComplete && !streams.isEmpty ? streams : nil
  }
}

extension SDPSourceGroup {
  fileprivate init?(_ value: SDPText) {
    let words = value.words
    guard (2...33).contains(words.count) else { return nil }
    var ssrcs: [UInt32] = []
    for word in words.dropFirst() {
      guard let ssrc: UInt32 = word.decimal() else { return nil }
      ssrcs.append(ssrc)
    }
    self.init(semantics: words[0].text, ssrcs: ssrcs)
  }
}
