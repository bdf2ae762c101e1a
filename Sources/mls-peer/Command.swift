import MLS
import MLSWire

/// What a test asks of the participant: one JSON object a line, `{"name": {fields}}`. Bytes are hexadecimal; whole
/// messages are `MLSMessage`s.
enum Command: Decodable {
  /// Sets who we are; a new signature key unless one is given. Lists default to nothing beyond the suite.
  case client(name: Hex, signatureKey: Hex?, extensions: [UInt16]?, proposals: [UInt16]?)
  case keyPackage(notBefore: UInt64?, notAfter: UInt64?)
  case create(group: Hex, extensions: [ExtensionField]?)
  case storePSK(id: Hex, secret: Hex)
  case propose(proposal: ProposalField, isPrivate: Bool?)
  /// Waits for `merge`. `byValue` are proposals of this commit; those received are referred to.
  case commit(byValue: [ProposalField]?, withPath: Bool?, isPrivate: Bool?, treeInWelcome: Bool?)
  case merge
  /// Commits are merged at once.
  case receive(message: Hex)
  case join(welcome: Hex, tree: Hex?)
  case joinExternally(groupInfo: Hex, tree: Hex?, psks: [Hex]?, replacing: UInt32?)
  case groupInfo(withTree: Bool, withExternalPub: Bool)
  case tree
  case seal(data: Hex, padding: Int?)
  case export(label: String, context: Hex, length: Int)
  case state
  /// Our key as an `ExternalSender` structure.
  case externalSender
  /// A proposal of ours as the external sender number `index` of a group that we are not in.
  case proposeExternally(group: Hex, epoch: UInt64, index: UInt32, proposal: ProposalField)
}

enum ProposalField: Decodable {
  case add(keyPackage: Hex)
  case remove(leaf: UInt32)
  case psk(id: Hex)
  case resumption(group: Hex, epoch: UInt64)
  case extensions(list: [ExtensionField])
  /// A new key for our own leaf; only on its own.
  case update
}

struct ExtensionField: Codable {
  let type: UInt16
  let data: Hex

  init(_ value: Extension) {
    type = value.type.rawValue
    data = Hex(value.data)
  }

  var value: Extension { Extension(type: ExtensionType(rawValue: type), data: data.bytes) }
}

/// What a command gives; fields that it has nothing for are left out.
struct Reply: Encodable {
  var message: Hex?
  var welcome: Hex?
  /// Kind of a received message: application, proposal or commit.
  var kind: String?
  var data: Hex?
  var sender: UInt32?
  var added: [UInt32]?
  var removed: [UInt32]?
  var updated: [UInt32]?
  var psks: [Hex]?
  var state: State?
  var error: String?
  /// What the command took of a processor, from bytes to bytes.
  var microseconds: Double?
}

struct State: Encodable {
  let group: Hex
  let epoch: UInt64
  let leaf: UInt32
  let authenticator: Hex
  /// Identities of the leaves that are not blank, by leaf.
  let members: [String: Hex]
  let extensions: [ExtensionField]
  let isRemoved: Bool
}

/// Bytes that are written as hexadecimal digits.
struct Hex: Codable {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let digits = Array(try container.decode(String.self).utf8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    for place in stride(from: 0, to: digits.count, by: 2) {
      guard place + 1 < digits.count, let high = Self.value(digits[place]), let low = Self.value(digits[place + 1])
      else { throw DecodingError.dataCorruptedError(in: container, debugDescription: "not hexadecimal") }
      bytes.append(high << 4 | low)
    }
    self.bytes = bytes
  }

  func encode(to encoder: any Encoder) throws {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(2 * bytes.count)
    for byte in bytes { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    var container = encoder.singleValueContainer()
    try container.encode(String(decoding: text, as: UTF8.self))
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x61...0x66: digit - 0x57
    case 0x41...0x46: digit - 0x37
    default: nil
    }
  }
}
