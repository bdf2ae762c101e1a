import Delivery
import MLS
import NativeMLSCrypto

@testable import ClientCore

/// The node's primitives and its key as external sender.
struct NodeSigner: DeliverySigner {
  let seed: [UInt8]
  let publicKey: [UInt8]

  init(seed: [UInt8]) throws {
    self.seed = seed
    publicKey = try NativeX25519Suite.signaturePublicKey(privateKey: seed)
  }

  func sign(_ message: [UInt8]) -> [UInt8] {
    (try? NativeX25519Suite.sign(privateKey: seed, message: message)) ?? []
  }

  static func isValid(_ signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]) -> Bool {
    NativeX25519Suite.verify(publicKey: publicKey, message: message, signature: signature)
  }

  static func sha256(_ message: [UInt8]) -> [UInt8] { NativeX25519Suite.hash(message) }
}

extension MeetingInput {
  /// As the page reads it from the wire.
  init(_ event: DeliveryEvent) {
    switch event {
    case .createGroup: self = .createGroup
    case .commitRequest(let packages): self = .commitRequest(packages)
    case .proposal(let box): self = .proposal(box)
    case .commit(let epoch, _, let box): self = .commit(epoch: epoch, box)
    case .commitRefused(let epoch): self = .commitRefused(epoch: epoch)
    case .groupWelcome(let welcome, let tree): self = .groupWelcome(welcome: welcome, tree: tree)
    case .groupInfo(let info, let tree): self = .groupInfo(info: info, tree: tree)
    case .resync: self = .resync
    case .ready(let epoch): self = .ready(epoch: epoch)
    }
  }
}
