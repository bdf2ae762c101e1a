internal import Bytes
package import MLSWire

/// The key and nonce of one message (RFC 9420 §9.1).
package struct MessageKey: Equatable, Sendable {
  package var key: [UInt8]
  package var nonce: [UInt8]
}

/// How far a receiver goes to meet reordered messages (RFC 9420 §15.3).
package enum RatchetLimits {
  /// Generations that a ratchet may be moved by one message.
  package static let maximumForward: UInt32 = 1024
  /// Skipped keys kept a ratchet; the oldest go first.
  package static let maximumSkipped = 256
}

/// A sender's chain of message keys. What is used is gone (RFC 9420 §9.1, §9.2).
package struct HashRatchet<Suite: CipherSuiteProvider>: Sendable {
  /// Of the next key to be derived.
  package private(set) var generation: UInt32 = 0
  private var secret: [UInt8]
  private var skipped: [(generation: UInt32, key: MessageKey)] = []

  init(secret: [UInt8]) { self.secret = secret }

  /// The next key to send with.
  mutating func next() throws(MLSError) -> (generation: UInt32, key: MessageKey) {
    guard generation < .max else { throw .framing(.generationTooFar) }
    return (generation, step())
  }

  /// The key of `wanted`, which cannot be had again. Keys before it are kept for late messages.
  mutating func key(at wanted: UInt32) throws(MLSError) -> MessageKey {
    if wanted < generation {
      guard let place = skipped.firstIndex(where: { $0.generation == wanted }) else {
        throw .framing(.generationConsumed)
      }
      return skipped.remove(at: place).key
    }
    guard wanted < .max, wanted - generation <= RatchetLimits.maximumForward else { throw .framing(.generationTooFar) }
    while generation < wanted {
      let skippedGeneration = generation
      skipped.append((skippedGeneration, step()))
      if skipped.count > RatchetLimits.maximumSkipped { skipped.removeFirst() }
    }
    return step()
  }

  private mutating func step() -> MessageKey {
    let key = MessageKey(
      key: Suite.deriveTree(secret: secret, label: "key", generation: generation, length: Suite.aeadKeyLength),
      nonce: Suite.deriveTree(secret: secret, label: "nonce", generation: generation, length: Suite.aeadNonceLength))
    let following = Suite.deriveTree(
      secret: secret, label: "secret", generation: generation, length: Suite.hashLength)
    secret.erase()
    secret = following
    generation += 1
    return key
  }
}

/// Which of a member's two ratchets (RFC 9420 §9).
package enum RatchetKind: Hashable, Sendable {
  case handshake
  case application

  init(_ type: ContentType) { self = type == .application ? .application : .handshake }
}

/// The tree that all message keys of an epoch come from (RFC 9420 §9). A node's secret is deleted when its children's
/// are derived (§9.2).
package struct SecretTree<Suite: CipherSuiteProvider>: Sendable {
  private let shape: TreeShape
  /// By node; empty where there is none.
  private var secrets: [[UInt8]]
  private var ratchets: [(leaf: LeafIndex, kind: RatchetKind, ratchet: HashRatchet<Suite>)] = []

  package init(shape: TreeShape, encryptionSecret: [UInt8]) {
    self.shape = shape
    secrets = [[UInt8]](repeating: [], count: shape.nodeCount)
    secrets[shape.root.value] = encryptionSecret
  }

  /// A member's ratchet as it stands. To be handed back with `store` once a key of it was used with success: a
  /// message that does not open must not use anything up.
  mutating func ratchet(of leaf: LeafIndex, _ kind: RatchetKind) throws(MLSError) -> HashRatchet<Suite> {
    guard leaf.position < shape.leafCount else { throw .framing(.unknownMember) }
    if let place = place(of: leaf, kind) { return ratchets[place].ratchet }
    var secret = leafSecret(leaf)
    guard !secret.isEmpty else { throw .framing(.generationConsumed) }
    let root = { (label: String) in Suite.expand(secret: secret, label: label, context: [], length: Suite.hashLength) }
    ratchets.append((leaf, .handshake, HashRatchet(secret: root("handshake"))))
    ratchets.append((leaf, .application, HashRatchet(secret: root("application"))))
    secret.erase()
    return try ratchet(of: leaf, kind)
  }

  mutating func store(_ ratchet: HashRatchet<Suite>, of leaf: LeafIndex, _ kind: RatchetKind) {
    guard let place = place(of: leaf, kind) else { return }
    ratchets[place].ratchet = ratchet
  }

  private func place(of leaf: LeafIndex, _ kind: RatchetKind) -> Int? {
    ratchets.firstIndex { $0.leaf == leaf && $0.kind == kind }
  }

  /// Deletes every secret and ratchet.
  mutating func erase() {
    for index in secrets.indices { secrets[index].erase() }
    ratchets = []
  }

  /// Takes the secret of a leaf out of the tree, expanding the nodes above it.
  private mutating func leafSecret(_ leaf: LeafIndex) -> [UInt8] {
    var node = NodeIndex(leaf)
    var below: [NodeIndex] = []
    while secrets[node.value].isEmpty, let parent = shape.parent(of: node) {
      below.append(node)
      node = parent
    }
    for child in below.reversed() {
      guard !secrets[node.value].isEmpty, let left = node.left, let right = node.right else { break }
      secrets[left.value] = Self.child(of: secrets[node.value], "left")
      secrets[right.value] = Self.child(of: secrets[node.value], "right")
      secrets[node.value].erase()
      node = child
    }
    defer { secrets[NodeIndex(leaf).value] = [] }
    return secrets[NodeIndex(leaf).value]
  }

  private static func child(of secret: [UInt8], _ side: String) -> [UInt8] {
    Suite.expand(secret: secret, label: "tree", context: [UInt8](utf8: side), length: Suite.hashLength)
  }

  /// Takes the key of one message out of a member's ratchet.
  package mutating func take(
    _ leaf: LeafIndex, _ kind: RatchetKind, generation: UInt32
  ) throws(MLSError) -> MessageKey {
    var ratchet = try ratchet(of: leaf, kind)
    let key = try ratchet.key(at: generation)
    store(ratchet, of: leaf, kind)
    return key
  }
}
