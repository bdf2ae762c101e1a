import Bytes
import MLSWire

// The order of commits: the first valid one of an epoch wins.

extension DeliveryService {
  mutating func commit(_ bytes: [UInt8], at place: Int, _ now: Instant) {
    let author = attendees[place]
    guard let record, !isExpelled(author.index) else { return }
    do throws(Fault) {
      guard bytes.count <= limits.upload, let upload = try? CommitUpload(wire: bytes) else { throw .offence }
      let committer = CommitterContext(
        identity: author.identity, isHost: author.isHost, hostDigest: hostDigest,
        removals: record.removals.map { $0.removal }, required: record.requiredRemovals(at: now, limits))
      let commit = try record.state.inspect(upload, by: committer, Signer.self)
      // Whoever has lost its connection goes on with the media of this epoch until it is back or out.
      if commit.isElective, attendees.contains(where: { !$0.isConnected && leaf(of: $0) != nil }) {
        throw .late(epoch: record.state.epoch)
      }
      accept(commit, by: author.index, now)
    } catch {
      switch error {
      case .late(let epoch): tell([author.index], .commitRefused(epoch: epoch))
      case .offence:
        tell([author.index], .commitRefused(epoch: record.state.epoch))
        offend(place)
      }
    }
  }

  private mutating func accept(_ commit: InspectedCommit, by author: Int, _ now: Instant) {
    guard var record else { return }
    let old = record.state
    var told = connectedMembers.map { $0.index }
    if commit.isExternal, !told.contains(author) { told.append(author) }
    record.disputes.removeAll { now - $0.accepted > limits.dispute }
    if record.disputes.count >= limits.disputes { record.disputes.removeFirst() }
    record.disputes.append(Dispute(author: author, accepted: now, state: old, removals: record.removals))
    let logged = LoggedCommit(
      epoch: old.epoch, author: author, box: commit.box, removals: record.removals.map { $0.removal.box })
    record.record(logged, limits)
    let request = record.request
    record.state = commit.state
    record.removals = []
    record.request = nil
    record.failures = 0
    if !commit.joiners.isEmpty { record.windowStart = now }
    self.record = record

    tell(told, .commit(epoch: old.epoch, from: author, box: commit.box))
    if let place = place(of: author) {
      attendees[place].admission = nil
      attendees[place].isStray = false
      if commit.isExternal { attendees[place].package = nil }
    }
    welcome(commit)
    noteRemovals(from: old, by: author, now)
    if let request { countSkips(request, by: author) }
  }

  private mutating func welcome(_ commit: InspectedCommit) {
    guard !commit.joiners.isEmpty else { return }
    let tree = commit.state.tree.sent
    for joiner in commit.joiners {
      guard let place = attendees.firstIndex(where: { $0.identity == joiner.identity }) else { continue }
      let attendee = attendees[place]
      if attendee.package?.reference == joiner.reference { attendees[place].package = nil }
      attendees[place].readyEpoch = nil
      attendees[place].isStray = false
      attendees[place].admission = Attendee.Admission(
        reference: joiner.reference, welcome: joiner.welcome, epoch: commit.state.epoch, tree: commit.state.tree)
      if attendee.isConnected { tell([attendee.index], .groupWelcome(welcome: joiner.welcome, tree: tree)) }
    }
  }

  /// Whoever a commit removed has to go, once it is clear that the others accept that.
  private mutating func noteRemovals(from old: GroupState, by author: Int, _ now: Instant) {
    guard let state = record?.state else { return }
    for attendee in attendees {
      guard attendee.package == nil, old.tree.position(of: attendee.identity) != nil,
        state.tree.position(of: attendee.identity) == nil
      else { continue }
      expulsions.append(
        Expulsion(index: attendee.index, author: author, epoch: state.epoch, due: now + limits.expulsion))
    }
  }

  func isExpelled(_ index: Int) -> Bool { expulsions.contains { $0.index == index } }

  mutating func expelTheRemoved(_ now: Instant) {
    guard !expulsions.isEmpty else { return }
    let others = connectedMembers.map { $0.index }
    var left: [Expulsion] = []
    for expulsion in expulsions {
      guard let place = place(of: expulsion.index) else { continue }
      let judges = others.filter { $0 != expulsion.author }
      let agreed = judges.filter { index in
        self.place(of: index).map { attendees[$0].isReady(for: expulsion.epoch) } ?? false
      }
      if now >= expulsion.due || 2 * agreed.count > judges.count || judges.isEmpty {
        expel(place)
      } else {
        left.append(expulsion)
      }
    }
    expulsions = left
  }
}

// MARK: - Catching up

extension DeliveryService {
  mutating func sync(_ epoch: UInt64?, at place: Int) {
    guard let record else { return }
    let index = attendees[place].index
    // Who asks has a group, or goes in from outside: neither wants to be added.
    attendees[place].package = nil
    guard let epoch else {
      return tell([index], .groupInfo(info: record.state.info, tree: record.state.tree.sent))
    }
    guard leaf(of: attendees[place]) != nil else { return turnAway(place) }
    attendees[place].admission = nil
    attendees[place].isStray = false
    replay(from: epoch, at: place)
  }

  /// The commits that somebody has missed, and what is proposed now.
  mutating func replay(from epoch: UInt64, at place: Int) {
    guard let record else { return }
    let index = attendees[place].index
    let missed = record.log.filter { $0.epoch >= epoch }
    guard epoch <= record.state.epoch, UInt64(missed.count) == record.state.epoch - epoch else {
      return turnAway(place)
    }
    for commit in missed {
      for removal in commit.removals { tell([index], .proposal(removal)) }
      tell([index], .commit(epoch: commit.epoch, from: commit.author, box: commit.box))
    }
    for (removal, _) in record.removals { tell([index], .proposal(removal.box)) }
  }

  mutating func ready(_ epoch: UInt64, at place: Int) {
    guard let record, epoch <= record.state.epoch, leaf(of: attendees[place]) != nil else { return }
    attendees[place].readyEpoch = max(epoch, attendees[place].readyEpoch ?? 0)
    if let admission = attendees[place].admission, epoch >= admission.epoch { attendees[place].admission = nil }
  }

  /// Once all who are there have the keys of an epoch, they can be used.
  mutating func announceReadiness() {
    guard let record, record.announced != record.state.epoch else { return }
    let epoch = record.state.epoch
    guard !attendees.contains(where: { isConnectedMember($0) && !$0.isReady(for: epoch) }) else { return }
    let members = connectedMembers.map { $0.index }
    guard !members.isEmpty else { return }
    self.record?.announced = epoch
    tell(members, .ready(epoch: epoch))
  }
}
