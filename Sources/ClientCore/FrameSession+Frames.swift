package import SFrame

extension FrameSession {
  /// Plans the sealing of one media frame. `clear` is the frame's first bytes, at least as many as its kind leaves clear
  /// (more are ignored). The counter in the plan is spent even if the caller then drops the frame.
  package mutating func planSeal(
    _ context: StreamContext, _ kind: FrameKind, clear: [UInt8]
  ) throws(FrameError) -> FramePlan {
    guard context.carries(kind), clear.count >= kind.clearLength else { throw .malformed }
    guard let index = epochs.firstIndex(where: { $0.number == sendingEpoch }) else { throw .noKey }
    guard permits(context, of: epochs[index].ownLeaf) else { throw .notAllowed }
    let keyID = StreamKeyID(context: context, leaf: epochs[index].ownLeaf, epoch: epochs[index].number)
    let slot = Int(context.rawValue)
    if epochs[index].sending[slot] == nil {
      epochs[index].sending[slot] = SendingKey(try key(keyID, in: epochs[index]))
    }
    guard let counter = try epochs[index].sending[slot]?.takeCounter(), let key = epochs[index].sending[slot]?.key
    else {
      throw .noKey
    }
    return FramePlan(
      header: SFrameHeader(keyID: keyID.value, counter: counter), key: key.handle, salt: key.salt,
      clear: Array(clear[..<kind.clearLength]))
  }

  /// Plans the opening of one media frame from its first `FramePlan.maximumPrefixLength` bytes and its whole length. The
  /// frame counts as received only after `commit`, to be called once its tag was verified. A frame of an epoch that is
  /// not known yet throws `.futureEpoch` and may be tried again when one was installed.
  package mutating func planOpen(_ kind: FrameKind, prefix: [UInt8], length: Int) throws(FrameError) -> FramePlan {
    let frame = try SealedFrame(kind, prefix: prefix, length: length)
    guard permits(frame.keyID.context, of: frame.keyID.leaf) else { throw .notAllowed }
    let key = try prepareKey(frame.keyID)
    do {
      _ = try ring.lookUp(frame.header)
    } catch {
      throw FrameError(error)
    }
    return FramePlan(header: frame.header, key: key.handle, salt: key.salt, clear: frame.clear)
  }

  /// Accepts a frame whose tag was verified with the plan's key. Throws, and the frame must be dropped, when the same
  /// counter was accepted meanwhile, or the sender or the epoch is no longer here.
  package mutating func commit(_ header: SFrameHeader, openedWith handle: KeyHandle) throws(FrameError) {
    guard let entry = ring[header.keyID], entry.key.handle == handle else { throw .noKey }
    if let keyID = StreamKeyID(header.keyID), !permits(keyID.context, of: keyID.leaf) { throw .notAllowed }
    do {
      try ring.commit(header)
    } catch {
      throw FrameError(error)
    }
  }

  /// Makes sure that the ring has the key which a header not authenticated yet claims, if there is such a key. At most
  /// one key per context of each member and epoch is ever derived, whatever arrives.
  private mutating func prepareKey(_ keyID: StreamKeyID) throws(FrameError) -> MediaKey {
    if let entry = ring[keyID.value] { return entry.key }
    guard let epoch = epochs.first(where: { UInt8(truncatingIfNeeded: $0.number) == keyID.epochBits }) else {
      throw isAhead(keyID.epochBits) ? .futureEpoch : .noKey
    }
    guard epoch.accepts(keyID.leaf) else { throw .noKey }
    let key = try key(keyID, in: epoch)
    ring.insert(.init(keyID: keyID.value, key: key))
    return key
  }

  /// Whether an epoch that is not held is one to come: of 256 numbers the next 128 are.
  private func isAhead(_ bits: UInt8) -> Bool {
    guard let newestEpoch else { return true }
    return Int8(bitPattern: bits &- UInt8(truncatingIfNeeded: newestEpoch)) > 0
  }

  private mutating func key(_ keyID: StreamKeyID, in epoch: HeldEpoch) throws(FrameError) -> MediaKey {
    let baseKey = epoch.baseKey(of: keyID.leaf, as: Suite.self)
    guard let key = try? SFrameKey.derive(.aes128GCM, keyID: keyID.value, baseKey: baseKey, with: Crypto.self) else {
      throw .noKey
    }
    let owner = MediaKey.Owner(epoch: epoch.number, leaf: keyID.leaf)
    return MediaKey(owner: owner, handle: register(key, of: owner), salt: key.salt)
  }
}

extension FrameError {
  /// The key ring's verdict in the session's terms.
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
