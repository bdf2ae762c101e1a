import Bytes
import MLSWire

// Who is let in and out, and who is asked to see to it.

extension DeliveryService {
  mutating func keep(_ box: [UInt8], at place: Int) {
    guard box.count <= limits.keyPackage,
      let package = WaitingPackage(box, of: attendees[place].identity, ticket: lastTicket + 1, Signer.self)
    else { return offend(place) }
    if let admission = attendees[place].admission, admission.reference == package.reference {
      return admit(place, admission)
    }
    // Of somebody who is in, and shows it: sent before they knew.
    if attendees[place].admission == nil, signatureKey(of: attendees[place]) == package.signatureKey { return }
    lastTicket += 1
    // A newer one keeps the place in the queue.
    attendees[place].package = package
  }

  /// Tells again how it was let in, and what happened since.
  private mutating func admit(_ place: Int, _ admission: Attendee.Admission) {
    let index = attendees[place].index
    tell([index], .groupWelcome(welcome: admission.welcome, tree: admission.tree.sent))
    replay(from: admission.epoch, at: place)
  }

  /// Owners of key packages that can be let in now, those first that have waited longest and gone wrong least.
  var waitingPackages: [(index: Int, package: WaitingPackage)] {
    guard let record else { return [] }
    var waiting: [(index: Int, package: WaitingPackage)] = []
    for attendee in attendees where attendee.isConnected {
      guard let package = attendee.package, !isExpelled(attendee.index) else { continue }
      // One who returns is let in by the commit that removes the old leaf.
      if let leaf = record.state.tree.position(of: attendee.identity),
        !record.removals.contains(where: { $0.removal.leaf == UInt32(leaf) })
      {
        continue
      }
      waiting.append((attendee.index, package))
    }
    return waiting.sorted { a, b in
      (a.package.failures, a.package.ticket) < (b.package.failures, b.package.ticket)
    }
  }

  /// The first is let in at once; after that, joins gather for a while.
  func windowEnd(_ waiting: Int) -> Instant {
    guard let start = record?.windowStart, waiting < limits.batch else { return .zero }
    return start + min(limits.longestWindow, limits.window + limits.windowPerPackage * Int64(waiting))
  }

  /// Leaves of people who are not there any more are proposed for removal, in every epoch anew.
  mutating func proposeRemovals(_ now: Instant) {
    guard var record else { return }
    let members = connectedMembers.map { $0.index }
    guard !members.isEmpty else { return }
    var staying: Set<[UInt8]> = []
    for attendee in attendees where !isReturning(attendee) { staying.insert(attendee.identity) }
    var proposed = false
    for (position, leaf) in record.state.tree.leaves.enumerated() {
      guard let leaf, !staying.contains(leaf.identity),
        !record.removals.contains(where: { $0.removal.leaf == UInt32(position) })
      else { continue }
      let removal = Removal(UInt32(position), from: record.state, signer: signer)
      record.removals.append((removal, now))
      tell(members, .proposal(removal.box))
      proposed = true
    }
    guard proposed else { return }
    self.record = record
    // Removes never wait: whoever is at it is asked again, with them.
    if let request = record.request, members.contains(request.hinted) { hint(request.hinted, now) }
  }

  mutating func askForCommits(_ now: Instant) {
    guard let record else { return }
    let members = askable
    guard !members.isEmpty else {
      self.record?.request = nil
      return
    }
    if let request = record.request {
      let isThere = members.contains { $0.index == request.hinted }
      guard !isThere || now >= request.deadline else { return }
      if isThere { fail(request) }
    } else {
      let waiting = addablePackages.count
      guard !record.removals.isEmpty || (waiting > 0 && now >= windowEnd(waiting)) else { return }
    }
    guard !record.removals.isEmpty || !addablePackages.isEmpty else {
      self.record?.request = nil
      return
    }
    let from = self.record?.nextHint ?? 0
    let next = members.first { $0.leaf >= from } ?? members[0]
    hint(next.index, now)
  }

  private mutating func hint(_ index: Int, _ now: Instant) {
    guard let record else { return }
    // When nobody answers, one key package may be why: fewer are asked for each time.
    let most = max(1, limits.batch >> min(record.failures, 7))
    var joiners: [Int] = []
    var packages: [[UInt8]] = []
    var size = 0
    for waiting in self.packages(for: index).prefix(most) {
      size += waiting.package.box.count
      guard packages.isEmpty || size <= limits.batchBytes else { break }
      joiners.append(waiting.index)
      packages.append(waiting.package.box)
    }
    let request = CommitRequest(hinted: index, joiners: joiners, deadline: now + limits.hint)
    self.record?.request = request
    tell([index], .commitRequest(packages: packages))
  }

  private mutating func fail(_ request: CommitRequest) {
    record?.failures += 1
    for index in request.joiners {
      guard let place = place(of: index) else { continue }
      attendees[place].package?.failures += 1
    }
    turn(after: request.hinted)
  }

  /// The next to be asked is the one after `index`, in the order of leaves.
  mutating func turn(after index: Int) {
    guard let place = place(of: index), let leaf = leaf(of: attendees[place]) else { return }
    record?.nextHint = leaf + 1
  }

  /// After a commit: what it was asked for and has left out.
  mutating func countSkips(_ request: CommitRequest, by author: Int) {
    guard request.hinted == author else { return }
    var skipped = false
    for index in request.joiners {
      guard let place = place(of: index), attendees[place].package != nil else { continue }
      skipped = true
      attendees[place].package?.skips += 1
      if let package = attendees[place].package, package.skips >= limits.skips { attendees[place].package = nil }
    }
    if skipped { turn(after: author) } else { record?.nextHint = 0 }
  }
}
