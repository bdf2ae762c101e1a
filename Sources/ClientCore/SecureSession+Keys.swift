import SFrame

/// A key as the session keeps it: media keys are held by the caller under a handle, keys of messages stay here.
enum KeyMaterial: Sendable {
  case external(KeyHandle, SFrameSalt)
  case held(SFrameKey)
}

/// One of our own keys and the next counter to use with it. Never copied back, never stored: a counter is handed out once.
struct SealingKey: Sendable {
  let keyID: UInt64
  let material: KeyMaterial
  private var nextCounter: UInt64 = 0

  init(keyID: UInt64, material: KeyMaterial) {
    self.keyID = keyID
    self.material = material
  }

  mutating func nextHeader() throws(FrameError) -> SFrameHeader {
    guard nextCounter < SFrameKey.maximumCounter else { throw .exhausted }
    defer { nextCounter += 1 }
    return SFrameHeader(keyID: keyID, counter: nextCounter)
  }
}

/// A key of somebody else.
struct OpeningKey: Sendable {
  let sender: Sender
  let material: KeyMaterial
}

extension SecureSession {
  /// Hands out the next header under our key for `context`, deriving the key at its first use.
  mutating func nextHeader(_ context: StreamContext) throws(FrameError) -> (SFrameHeader, KeyMaterial) {
    guard let own else { throw .noKey }
    let keyID = StreamKeyID(context: context, sender: own, epoch: keys.epoch)
    if sealing[context]?.keyID != keyID.value {
      sealing[context] = SealingKey(keyID: keyID.value, material: try material(keyID, of: own))
    }
    let header = try sealing[context]!.nextHeader()
    return (header, sealing[context]!.material)
  }

  /// Makes sure that the ring has the key which a header not authenticated yet claims, if there is such a key. At most
  /// one key per context of each participant is ever derived, whatever arrives.
  mutating func prepareKey(_ keyID: StreamKeyID) throws(FrameError) -> OpeningKey {
    if let entry = ring[keyID.value] { return entry.key }
    guard let sender = roster[keyID.index] else { throw .noKey }
    let key = OpeningKey(sender: sender, material: try material(keyID, of: sender))
    ring.insert(.init(keyID: keyID.value, key: key))
    return key
  }

  private mutating func material(_ keyID: StreamKeyID, of sender: Sender) throws(FrameError) -> KeyMaterial {
    guard let baseKey = keys.baseKey(of: sender, epochBits: keyID.epochBits),
      let key = try? SFrameKey.derive(.aes128GCM, keyID: keyID.value, baseKey: baseKey, with: Keys.Crypto.self)
    else { throw .noKey }
    return keyID.context == .app ? .held(key) : .external(register(key), key.salt)
  }
}

extension KeyRing {
  /// The key ring's verdict in the session's terms.
  func checkReplay(_ header: SFrameHeader) throws(FrameError) {
    do {
      _ = try lookUp(header)
    } catch {
      throw FrameError(error)
    }
  }

  mutating func accept(_ header: SFrameHeader) throws(FrameError) {
    do {
      try commit(header)
    } catch {
      throw FrameError(error)
    }
  }
}

extension FrameError {
  init(_ error: SFrameError) {
    switch error {
    case .malformed: self = .malformed
    case .unknownKey: self = .noKey
    case .replayed: self = .replayed
    case .authenticationFailed: self = .badTag
    case .exhausted: self = .exhausted
    }
  }
}
