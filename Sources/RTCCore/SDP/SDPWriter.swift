extension SessionDescription {
  /// The description as SDP with CRLF line ends, in the order of RFC 9429 §5.2. Parsing it gives an equal value.
  package func text() -> String {
    var out = SDPWriter()
    out.line("v=0")
    out.line("o=\(origin.username) \(origin.sessionID) \(origin.version) IN IP4 127.0.0.1")
    out.line("s=\(name)")
    out.line("t=0 0")
    for group in groups { out.attribute("group", ([group.semantics] + group.mids).joined(separator: " ")) }
    out.property("extmap-allow-mixed", if: allowsMixedExtensions)
    out.property("ice-lite", if: isICELite)
    out.write(transport)
    for item in attributes { out.attribute(item.name, item.value) }
    for section in media { out.write(section) }
    return out.text
  }
}

/// Collects lines.
private struct SDPWriter {
  private(set) var text = ""

  mutating func line(_ line: String) {
    text += line
    text += "\r\n"
  }

  mutating func attribute(_ name: String, _ value: String?) {
    text += "a="
    text += name
    if let value {
      text += ":"
      text += value
    }
    text += "\r\n"
  }

  mutating func property(_ name: String, if isSet: Bool) {
    if isSet { attribute(name, nil) }
  }

  mutating func write(_ transport: SDPTransport) {
    if let ufrag = transport.iceUfrag { attribute("ice-ufrag", ufrag) }
    if let pwd = transport.icePwd { attribute("ice-pwd", pwd) }
    if !transport.iceOptions.isEmpty { attribute("ice-options", transport.iceOptions.joined(separator: " ")) }
    for fingerprint in transport.fingerprints {
      attribute("fingerprint", "\(fingerprint.algorithm) \(fingerprint.value)")
    }
    if let setup = transport.setup { attribute("setup", setup.rawValue) }
  }

  mutating func write(_ media: MediaDescription) {
    line("m=\(media.kind.rawValue) \(media.port) \(media.transportProtocol) \(formats(of: media))")
    if let connection = media.connection { line("c=\(connection)") }
    for bandwidth in media.bandwidth { line("b=\(bandwidth)") }
    for candidate in media.candidates { attribute("candidate", candidate) }
    property("end-of-candidates", if: media.isEndOfCandidates)
    write(media.transport)
    if let mid = media.mid { attribute("mid", mid) }
    property("bundle-only", if: media.isBundleOnly)
    for item in media.headerExtensions { write(item) }
    property("extmap-allow-mixed", if: media.allowsMixedExtensions)
    attribute(media.direction.rawValue, nil)
    for stream in media.streams {
      attribute("msid", [stream.stream, stream.track].compactMap { $0 }.joined(separator: " "))
    }
    property("rtcp-mux", if: media.hasRTCPMux)
    property("rtcp-rsize", if: media.hasReducedSizeRTCP)
    for codec in media.codecs { write(codec) }
    writeStreams(of: media)
    for item in media.attributes { attribute(item.name, item.value) }
  }

  /// The grammar wants a format even of a rejected section that has none left: one without a mapping means none.
  private func formats(of media: MediaDescription) -> String {
    let names = media.isRTP ? media.codecs.map { "\($0.payloadType)" } : media.formats
    return names.isEmpty ? "127" : names.joined(separator: " ")
  }

  private mutating func write(_ item: SDPHeaderExtension) {
    var value = "\(item.id)"
    if let direction = item.direction { value += "/\(direction.rawValue)" }
    value += " \(item.uri)"
    if let attributes = item.attributes { value += " \(attributes)" }
    attribute("extmap", value)
  }

  private mutating func write(_ codec: SDPCodec) {
    var mapping = "\(codec.payloadType) \(codec.name)/\(codec.clockRate)"
    if let channels = codec.channels { mapping += "/\(channels)" }
    attribute("rtpmap", mapping)
    for feedback in codec.feedback { attribute("rtcp-fb", "\(codec.payloadType) \(feedback)") }
    if let parameters = codec.parameters { attribute("fmtp", "\(codec.payloadType) \(parameters)") }
  }

  private mutating func writeStreams(of media: MediaDescription) {
    for rid in media.rids {
      attribute("rid", [rid.id, rid.direction.rawValue, rid.restrictions].compactMap { $0 }.joined(separator: " "))
    }
    if let simulcast = media.simulcast { write(simulcast) }
    for group in media.sourceGroups {
      attribute("ssrc-group", ([group.semantics] + group.ssrcs.map { "\($0)" }).joined(separator: " "))
    }
    for source in media.sources {
      for item in source.attributes {
        attribute("ssrc", "\(source.ssrc) \(item.name)" + (item.value.map { ":\($0)" } ?? ""))
      }
    }
  }

  private mutating func write(_ simulcast: SDPSimulcast) {
    var parts: [String] = []
    for (way, streams) in [("send", simulcast.send), ("recv", simulcast.receive)] where !streams.isEmpty {
      let list = streams.map { $0.map { ($0.isPaused ? "~" : "") + $0.rid }.joined(separator: ",") }
      parts += [way, list.joined(separator: ";")]
    }
    if !parts.isEmpty { attribute("simulcast", parts.joined(separator: " ")) }
  }
}
