internal import Bytes
internal import RTCCore

/// The down tracks that come next on a walk through those of a source, the nearest first; -1 beyond the end. Hints, no more.
///
/// Receivers lie all over memory, and each would wait for it many times, one access after the other. So while one is served,
/// what the next ones need is brought near: of each a step more than of the one behind it, as each step gives the address of
/// the next.
struct Lookahead {
  fileprivate var one: Int32 = -1
  fileprivate var two: Int32 = -1
  fileprivate var three: Int32 = -1
  fileprivate var four: Int32 = -1
  fileprivate var five: Int32 = -1

  static var length: Int { 5 }

  @inline(__always)
  fileprivate mutating func append(_ track: Int32) {
    one = two
    two = three
    three = four
    four = five
    five = track
  }
}

extension MediaNode {
  /// Before the walk that begins at `first`.
  @inline(__always)
  func lookahead(from first: Int32) -> Lookahead {
    var ahead = Lookahead(one: first, two: first, three: first, four: first, five: first)
    for _ in 0..<Lookahead.length { goOn(&ahead) }
    return ahead
  }

  /// Before a down track of the walk is served.
  @inline(__always)
  func lookAhead(_ ahead: inout Lookahead) {
    if let near = transport(of: ahead.one) { near.pointee.srtp?.prefetchStreams() }
    if let near = transport(of: ahead.two) { near.pointee.srtp?.prefetch() }
    if let near = transport(of: ahead.three) {
      prefetch(near, lines: 2)
      withUnsafePointer(to: &near.pointee.agent) { prefetch($0, lines: 1) }
      withUnsafePointer(to: &near.pointee.congestion) { prefetch($0, lines: 8) }
    }
    if ahead.four >= 0 { prefetch(router.peers[router.downTracks[ahead.four].pointee.receiver], lines: 1) }
    goOn(&ahead)
  }

  @inline(__always)
  private func goOn(_ ahead: inout Lookahead) {
    let next = ahead.five >= 0 ? router.downTracks[ahead.five].pointee.nextSubscriber : -1
    if next >= 0 { prefetch(router.downTracks[next], lines: 4) }
    ahead.append(next)
  }

  @inline(__always)
  private func transport(of track: Int32) -> UnsafeMutablePointer<Transport<Security>>? {
    guard track >= 0 else { return nil }
    let place = router.peers[router.downTracks[track].pointee.receiver].pointee.transport
    return place >= 0 ? transports[place] : nil
  }

  @inline(__always)
  private func prefetch(_ start: UnsafeRawPointer, lines: Int) {
    for line in 0..<lines { Security.Primitives.prefetch(start + 64 &* line) }
  }
}
