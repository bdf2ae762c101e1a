import Bytes
import Foundation
import MLSWire
import NativeCrypto
import NativeMLSCrypto
import SFrame
import Testing

@testable import ClientCore

/// The numbers of Tests/InteropTests/media_keys.json, which media_keys.py computed from docs/sealing.md alone.
@Suite("Media key vectors")
struct MediaKeyVectorTests {
  struct Vectors: Decodable {
    struct Link: Decodable {
      let fragment: String
      let gate: String
      let roomPsk: String
      let knock: String
      /// The public key of a personal invitation.
      let invitation: String?
      /// What Argon2id made of the password.
      let passwordKey: String?
    }

    struct Frame: Decodable {
      let name: String
      let mediaSecret: String
      let context: UInt8
      let leaf: UInt32
      let epoch: UInt64
      let counter: UInt64
      let clear: Int
      let baseKey: String
      let key: String
      let salt: String
      let plain: String
      let frame: String
    }

    let links: [Link]
    let frames: [Frame]
  }

  static let vectors: Vectors = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../InteropTests/media_keys.json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try! decoder.decode(Vectors.self, from: Data(contentsOf: file))
  }()

  @Test("gate, room PSK, knock key and invitation follow from a link as in Python")
  func links() throws {
    for vector in Self.vectors.links {
      let link = try MeetingLink(fragment: Array(vector.fragment.utf8))
      let password = vector.passwordKey.flatMap { [UInt8](hex: $0) } ?? []
      let keys = LinkKeys<NativeX25519Suite>(link, password: password)
      #expect(link.hasPassword == !password.isEmpty)
      #expect(keys.knock.hex == vector.knock)
      #expect(
        link.invitation.flatMap { InvitationKey<NativeX25519Suite>(secret: $0)?.publicKey.hex } == vector.invitation)
      #expect(keys.gate.hex == vector.gate)
      #expect(keys.roomPSK.hex == vector.roomPsk)
      #expect(link.fragment == Array(vector.fragment.utf8))
    }
  }

  @Test("keys and frames are as in Python, sealed and opened")
  func frames() throws {
    for vector in Self.vectors.frames {
      let secret = try #require([UInt8](hex: vector.mediaSecret))
      let frame = try #require([UInt8](hex: vector.frame))
      let plain = try #require([UInt8](hex: vector.plain))
      let context = try #require(StreamContext(rawValue: vector.context))
      let kind: FrameKind = vector.clear == 10 ? .vp8Key : vector.clear == 1 ? .vp8Delta : .opus
      var sender = FramePeer(leaf: vector.leaf)
      var receiver = FramePeer(leaf: vector.leaf ^ 1)
      for peer in [sender.leaf, receiver.leaf] {
        let epoch = MediaEpoch(
          groupID: [1], number: vector.epoch, secret: secret, ownLeaf: LeafIndex(peer),
          leaves: [LeafIndex(sender.leaf), LeafIndex(receiver.leaf)])
        if peer == sender.leaf {
          try sender.session.install(epoch, now: .zero)
        } else {
          try receiver.session.install(epoch, now: .zero)
        }
      }
      #expect(
        sender.session.epochs[0].baseKey(of: UInt16(vector.leaf), as: NativeX25519Suite.self).hex == vector.baseKey)
      #expect(try receiver.open(kind, frame) == plain, "\(vector.name)")
      // One frame sets up the key; then the counter of the vector.
      _ = try sender.session.planSeal(context, kind, clear: Array(plain.prefix(10)))
      sender.session.epochs[0].sending[Int(vector.context)]?.nextCounter = vector.counter
      #expect(try sender.seal(context, kind, plain) == frame, "\(vector.name)")
      #expect(sender.keys.values.first?.hex == vector.key)
      #expect(sender.session.epochs[0].sending[Int(vector.context)]?.key.salt.bytes.hex == vector.salt)
    }
  }
}
