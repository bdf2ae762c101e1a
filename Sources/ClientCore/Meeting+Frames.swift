import MLS
package import SFrame

extension Meeting {
  /// Plans the sealing of one media frame (`FrameSession.planSeal`). Throws `.noKey` while an alarm stops us.
  package mutating func planSeal(
    _ context: StreamContext, _ kind: FrameKind, clear: [UInt8]
  ) throws(FrameError) -> FramePlan {
    guard group != nil, !watch.isHalted else { throw .noKey }
    return try frames.planSeal(context, kind, clear: clear)
  }

  /// Plans the opening of one media frame (`FrameSession.planOpen`).
  package mutating func planOpen(_ kind: FrameKind, prefix: [UInt8], length: Int) throws(FrameError) -> FramePlan {
    try frames.planOpen(kind, prefix: prefix, length: length)
  }

  /// Accepts a frame whose tag was verified (`FrameSession.commit`).
  package mutating func commit(_ header: SFrameHeader, openedWith handle: KeyHandle) throws(FrameError) {
    try frames.commit(header, openedWith: handle)
  }

  /// The raw key behind a handle, once.
  package mutating func takeKey(_ handle: KeyHandle) -> [UInt8]? { frames.takeKey(handle) }

  /// Handles whose keys their holder is to drop.
  package mutating func takeRetiredHandles() -> [KeyHandle] { frames.takeRetiredHandles() }

  /// The epoch that new frames are sealed in; nil outside a group.
  package var sendingEpoch: UInt64? { frames.sendingEpoch }
}
