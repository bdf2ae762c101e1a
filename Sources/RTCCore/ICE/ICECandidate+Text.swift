extension ICECandidate {
  /// Reads the value of the attribute, with or without "candidate:" in front: foundation, component, transport, priority,
  /// address, port, "typ" and type, then pairs of which only tcptype is kept (RFC 8839 §5.1). At most 1,024 bytes.
  package init(parsing text: String) throws(ICECandidateError) {
    guard text.utf8.count <= 1024 else { throw .malformed }
    let prefix = "candidate:"
    let body = text.hasPrefix(prefix) ? text.dropFirst(prefix.count) : text[...]
    let words = body.split(separator: " ").map(String.init)
    guard words.count >= 8, words[6] == "typ", words.count % 2 == 0 else { throw .malformed }
    guard 1...32 ~= words[0].utf8.count, words[0].utf8.allSatisfy(Self.isICECharacter),
      let component = Int(words[1]), 1...256 ~= component,
      let transport = ICETransport(rawValue: words[2].lowercased()),
      let priority = UInt32(words[3]), let port = UInt16(words[5])
    else { throw .malformed }
    guard let type = ICECandidateType(rawValue: words[7]) else { throw .unknownType }
    guard let address = TransportAddress.parse(words[4], port: port) else {
      throw words[4].lowercased().hasSuffix(".local") ? .mdnsName : .name
    }
    self.init(
      foundation: words[0], component: component, transport: transport, priority: priority, address: address,
      type: type,
      tcpType: Self.extensionValue("tcptype", in: words))
  }

  /// The value of the attribute, "candidate:" not included.
  package func text() -> String {
    var text = "\(foundation) \(component) \(transport.rawValue) \(priority) \(address.textForCandidate())"
    text += " \(address.port) typ \(type.rawValue)"
    if let tcpType { text += " tcptype \(tcpType)" }
    return text
  }

  private static func extensionValue(_ name: String, in words: [String]) -> String? {
    stride(from: 8, to: words.count - 1, by: 2).first { words[$0] == name }.map { words[$0 + 1] }
  }

  private static func isICECharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "+"), UInt8(ascii: "/"): true
    default: false
    }
  }
}
