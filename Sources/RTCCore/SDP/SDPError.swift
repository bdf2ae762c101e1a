/// Why a session description is refused. Lines count from 1.
package enum SDPError: Error, Hashable, Sendable {
  /// More than `SessionDescription.maximumLength` bytes.
  case tooLarge
  /// More media sections, sources of a section or the like than is reasonable.
  case tooMany(line: Int)
  /// A line that is not `x=...`, has control characters, or is wrong for its type or attribute; the first lines are
  /// not `v=0` and an origin; or a second of what there may be one of.
  case malformed(line: Int)
  /// Two media sections have one mid.
  case duplicateMid
}
