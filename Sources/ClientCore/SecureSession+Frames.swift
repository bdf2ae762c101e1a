package import SFrame

extension SecureSession {
  /// Plans the sealing of one media frame. `clear` is the frame's first bytes, at least as many as its kind leaves clear
  /// (more are ignored). The counter in the plan is spent even if the caller then drops the frame.
  package mutating func planSeal(
    _ context: StreamContext, _ kind: FrameKind, clear: [UInt8]
  ) throws(FrameError) -> FramePlan {
    guard context.carries(kind), clear.count >= kind.clearLength else { throw .malformed }
    let (header, material) = try nextHeader(context)
    guard case .external(let handle, let salt) = material else { throw .noKey }
    return FramePlan(header: header, key: handle, salt: salt, clear: Array(clear[..<kind.clearLength]))
  }

  /// Plans the opening of one media frame from its first `FramePlan.maximumPrefixLength` bytes and its whole length. The
  /// frame counts as received only after `commit`, to be called once its tag was verified.
  package mutating func planOpen(_ kind: FrameKind, prefix: [UInt8], length: Int) throws(FrameError) -> FramePlan {
    let frame = try SealedFrame(kind, prefix: prefix, length: length)
    guard case .external(let handle, let salt) = try prepareKey(frame.keyID).material else { throw .malformed }
    try ring.checkReplay(frame.header)
    return FramePlan(header: frame.header, key: handle, salt: salt, clear: frame.clear)
  }

  /// Accepts a frame whose tag was verified with the plan's key. Throws, and the frame must be dropped, when the same
  /// counter was accepted meanwhile or the sender is no longer here.
  package mutating func commit(_ header: SFrameHeader, openedWith key: KeyHandle) throws(FrameError) {
    guard let entry = ring[header.keyID], case .external(let handle, _) = entry.key.material, handle == key else {
      throw .noKey
    }
    try ring.accept(header)
  }
}
