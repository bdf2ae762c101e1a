import Bytes
package import MLS
import MLSWire

/// Digits that are the same for all who are in one group, to be read aloud.
package enum SafetyCode {
  /// 30 ASCII digits, to be shown as six groups of five: `HKDF-Expand(HKDF-Extract("tertulia code 1",
  /// epoch_authenticator), group_id || epoch, 32)`, of which every five bytes give five digits.
  package static func digits<Suite: CipherSuiteProvider>(
    epochAuthenticator: [UInt8], groupID: [UInt8], epoch: UInt64, as suite: Suite.Type
  ) -> [UInt8] {
    let root = Suite.extract(salt: [UInt8](utf8: "tertulia code 1"), secret: epochAuthenticator)
    var info = WireWriter()
    info.write(raw: groupID)
    info.write(epoch)
    let output = Suite.expand(key: root, info: info.bytes, length: 32)
    return (0..<6).flatMap { decimal(output[(5 * $0)..<(5 * $0 + 5)], digits: 5) }
  }

  package static func digits<Suite: CipherSuiteProvider>(of group: Group<Suite>) -> [UInt8] {
    digits(
      epochAuthenticator: group.epochAuthenticator, groupID: group.groupID, epoch: group.epoch, as: Suite.self)
  }

  /// Five bytes as a number modulo a power of ten, in ASCII.
  static func decimal(_ bytes: ArraySlice<UInt8>, digits: Int) -> [UInt8] {
    var value = bytes.reduce(0) { (sum: UInt64, byte) in sum << 8 | UInt64(byte) }
    var text = [UInt8](repeating: 0, count: digits)
    for place in (0..<digits).reversed() {
      text[place] = UInt8(ascii: "0") + UInt8(value % 10)
      value /= 10
    }
    return text
  }
}
