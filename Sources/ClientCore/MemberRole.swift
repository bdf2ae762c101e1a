/// What a member may do; who is not named in the roles extension is a speaker.
package enum MemberRole: UInt8, Sendable {
  case listener = 0
  case speaker = 1
  case cohost = 2
  case host = 3
}
