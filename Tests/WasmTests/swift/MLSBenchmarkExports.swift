import MLS
import MLSWire

// What Benchmarks/mls-wasm.js measures. One instance makes a large group, another one plays its members.

private typealias Large = LargeGroup<BoringX25519Suite>

nonisolated(unsafe) private var large: Large?
nonisolated(unsafe) private var messages: (welcome: [UInt8], commit: [UInt8])?
nonisolated(unsafe) private var group: Group<BoringX25519Suite>?

/// Out: a large group.
@c(bench_make)
func benchMake(_ members: Int32) -> Int32 {
  var random = HostRandom()
  guard let made = try? Large(members: Int(members), using: &random) else { return -1 }
  return writeScratch(made.wire)
}

/// In: a large group.
@c(bench_load)
func benchLoad(_ length: Int32) -> Int32 {
  guard let read = try? Large(wire: readScratch(length)) else { return -1 }
  messages = (read.welcome.wire, read.commit.wire)
  large = read
  large?.welcome.encryptedGroupInfo = []
  scratchRelease()
  return 0
}

/// The joiner reads its Welcome, or the member does: parses, decrypts, verifies every leaf and parent. The members there
/// are, or -1.
@c(bench_join)
func benchJoin(_ asMember: Int32) -> Int32 {
  guard let large, let messages, let welcome = try? Welcome(wire: messages.welcome),
    let joined = try? Group(joining: welcome, as: asMember == 1 ? large.member : large.joiner, now: Large.now)
  else { return -1 }
  group = joined
  return Int32(joined.tree.members.count)
}

/// The member reads the commit: parses, verifies, decrypts its path secret, computes the next epoch and enters it.
/// Nothing of that is kept when `keep` is 0.
@c(bench_process_commit)
func benchProcessCommit(_ keep: Int32) -> Int32 {
  guard let messages, var next = group, let message = try? MLSMessage(wire: messages.commit),
    case .commit(let staged) = try? next.receive(message, now: Large.now), (try? next.merge(staged)) != nil
  else { return -1 }
  if keep == 1 { group = next }
  return Int32(truncatingIfNeeded: next.epoch)
}

/// The member makes a commit with a path.
@c(bench_make_commit)
func benchMakeCommit() -> Int32 {
  var random = HostRandom()
  guard var next = group, let pending = try? next.commit(CommitOptions(), now: Large.now, using: &random) else {
    return -1
  }
  return Int32(pending.message.wire.count)
}
