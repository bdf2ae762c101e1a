package import SFrame

/// One participant for as long as it stays joined.
package struct Sender: Hashable, Sendable {
  /// The server's number for the participant, 0...1023, not reused while the room lives.
  package let index: UInt16
  package let join: JoinID

  package static let maximumIndex: UInt16 = 1023

  /// nil when the index is out of range: it would run into the next field of the key ID.
  package init?(index: UInt16, join: JoinID) {
    guard index <= Self.maximumIndex else { return nil }
    self.index = index
    self.join = join
  }
}

/// Where sender base keys come from. Everything above this line stays when a group key agreement takes the place of the
/// link secret.
package protocol KeySource: Sendable {
  associatedtype Crypto: CryptoProvider

  /// The epoch that new frames are sealed in.
  var epoch: UInt64 { get }

  /// The base key of `sender` in the epoch whose low eight bits a key ID carries (RFC 9605 §5.2); nil when no such
  /// epoch is held, or the sender is not part of it.
  func baseKey(of sender: Sender, epochBits: UInt8) -> [UInt8]?
}

/// The first form: all keys follow from the link's secret. See docs/adr/0004-link-secret-keys-first.md for what that does
/// not give.
package struct LinkKeySource<Crypto: CryptoProvider>: KeySource {
  /// `K`, from which everything else is expanded.
  private let root: [UInt8]
  /// Proof of holding the link, 32 bytes; the server stores only its hash.
  package let gate: [UInt8]

  package var epoch: UInt64 { 0 }

  package init(link: MeetingLink) throws(PrimitiveError) {
    root = Crypto.hkdfExtract(.sha256, salt: Array("tertulia link 1".utf8), secret: link.secret)
    gate = try Crypto.hkdfExpand(.sha256, key: root, info: Array("tertulia gate 1".utf8), length: 32)
  }

  package func baseKey(of sender: Sender, epochBits: UInt8) -> [UInt8]? {
    guard epochBits == 0 else { return nil }
    let info = Array("tertulia sender 1".utf8) + bigEndianBytes(sender.index) + sender.join.bytes
    return try? Crypto.hkdfExpand(.sha256, key: root, info: info, length: SFrameSuite.aes128GCM.keyLength)
  }
}

extension StreamKeyID {
  package init(context: StreamContext, sender: Sender, epoch: UInt64) {
    self.init(context: context, leaf: sender.index, epoch: epoch)
  }

  package var index: UInt16 { leaf }
}
