package import Bytes
import MLSWire
import RoomRules

/// Orders the commits of one MLS group, routes its Welcomes and asks members to let others in. It reads what PublicMessages
/// say in clear and can open nothing. A value without clock or randomness.
package struct DeliveryService<Signer: DeliverySigner>: Sendable {
  let signer: Signer
  let limits: DeliveryLimits
  /// `H` of the room's link: rules of that host are in force as soon as a commit brings them. Nil where nobody governs.
  let hostDigest: [UInt8]?
  /// In ascending order of their index.
  var attendees: [Attendee] = []
  var record: GroupRecord?
  var creation: Creation?
  var expulsions: [Expulsion] = []
  var lastTicket: UInt64 = 0
  /// Roles of the invitations that leaves and key packages prove, by their signature keys; nil for one that proves nothing.
  var proven: [[UInt8]: Role?] = [:]
  /// What is to be done, gathered during one call.
  var effects: [DeliveryEffect] = []

  package init(signer: Signer, limits: DeliveryLimits = DeliveryLimits(), hostDigest: [UInt8]? = nil) {
    self.signer = signer
    self.limits = limits
    self.hostDigest = hostDigest
  }

  /// Of the current epoch; nil while there is no group.
  package var epoch: UInt64? { record?.state.epoch }

  /// When `advance` has something to do next; `.distantFuture` for never.
  package var nextDeadline: Instant {
    var deadline = creation?.deadline ?? .distantFuture
    for expulsion in expulsions { deadline = min(deadline, expulsion.due) }
    guard let record else { return deadline }
    if let since = record.orphanedSince, creation == nil { deadline = min(deadline, since + limits.orphan) }
    if let request = record.request { return min(deadline, request.deadline) }
    let waiting = addablePackages.count
    guard waiting > 0, attendees.contains(where: isConnectedMember) else { return deadline }
    return min(deadline, windowEnd(waiting))
  }

  package mutating func apply(_ command: DeliveryCommand, from index: Int, now: Instant) -> [DeliveryEffect] {
    if case .enter(let join, let isHost) = command {
      enter(index, join, isHost)
    } else if let place = place(of: index) {
      perform(command, at: place, now)
    }
    // In a large group this is nearly all that is said, and it changes nothing else.
    if case .ready = command { return settleReadiness(now) }
    return settle(now)
  }

  /// What is due because time has passed.
  package mutating func advance(to now: Instant) -> [DeliveryEffect] { settle(now) }

  private mutating func perform(_ command: DeliveryCommand, at place: Int, _ now: Instant) {
    switch command {
    case .enter: return
    case .keyPackage(let box): keep(box, at: place)
    case .create(let bytes): create(bytes, at: place)
    case .commit(let bytes): commit(bytes, at: place, now)
    case .sync(let epoch): sync(epoch, at: place)
    case .ready(let epoch): ready(epoch, at: place)
    case .refuse(let epoch): refuse(epoch, at: place, now)
    case .lose: attendees[place].isConnected = false
    case .resume: attendees[place].isConnected = true
    case .leave: attendees.remove(at: place)
    }
  }

  /// Does everything that follows from what is, and hands over the effects.
  private mutating func settle(_ now: Instant) -> [DeliveryEffect] {
    expelTheRemoved(now)
    keepAGroup(now)
    checkProofs()
    proposeRemovals(now)
    askForCommits(now)
    announceReadiness()
    defer { effects = [] }
    return effects
  }

  private mutating func settleReadiness(_ now: Instant) -> [DeliveryEffect] {
    if !expulsions.isEmpty { return settle(now) }
    announceReadiness()
    defer { effects = [] }
    return effects
  }

  mutating func tell(_ indices: [Int], _ event: DeliveryEvent) {
    if !indices.isEmpty { effects.append(.tell(indices, event)) }
  }
}

// MARK: - Who is there

extension DeliveryService {
  func place(of index: Int) -> Int? { attendees.firstIndex { $0.index == index } }

  func leaf(of attendee: Attendee) -> UInt32? {
    record?.state.tree.position(of: attendee.identity).map { UInt32($0) }
  }

  func signatureKey(of attendee: Attendee) -> [UInt8]? {
    guard let record, let leaf = leaf(of: attendee) else { return nil }
    return record.state.tree[leaf]?.signatureKey
  }

  /// Lost its group, and asks with a new key package to be let in again.
  func isReturning(_ attendee: Attendee) -> Bool {
    guard let package = attendee.package else { return false }
    return package.reference != attendee.admission?.reference
  }

  /// Whether it can process a commit now.
  func isConnectedMember(_ attendee: Attendee) -> Bool {
    attendee.isConnected && !attendee.isStray && !isReturning(attendee) && leaf(of: attendee) != nil
  }

  /// Indices of those who can process a commit, by their leaves.
  var connectedMembers: [(index: Int, leaf: UInt32)] {
    var members: [(index: Int, leaf: UInt32)] = []
    for attendee in attendees where isConnectedMember(attendee) {
      if let leaf = leaf(of: attendee) { members.append((attendee.index, leaf)) }
    }
    return members.sorted { $0.leaf < $1.leaf }
  }

  private mutating func enter(_ index: Int, _ join: [UInt8], _ isHost: Bool) {
    guard place(of: index) == nil, !attendees.contains(where: { $0.identity == join }) else { return }
    let place = attendees.firstIndex { $0.index > index } ?? attendees.endIndex
    attendees.insert(Attendee(index: index, identity: join, isHost: isHost), at: place)
  }

  /// Counts what no client of ours does; whoever goes on is put out.
  mutating func offend(_ place: Int) {
    attendees[place].offences += 1
    if attendees[place].offences >= limits.offences { expel(place) }
  }

  /// Tells somebody that the only way is from outside.
  mutating func turnAway(_ place: Int) {
    attendees[place].isStray = true
    attendees[place].admission = nil
    if attendees[place].isConnected { tell([attendees[place].index], .resync) }
  }

  mutating func expel(_ place: Int) { effects.append(.expel(attendees.remove(at: place).index)) }
}

// MARK: - A group

extension DeliveryService {
  /// Asks for a group when there is none, or none that anybody connected is in.
  private mutating func keepAGroup(_ now: Instant) {
    if let record, !attendees.contains(where: { record.state.tree.position(of: $0.identity) != nil }) {
      self.record = nil
    }
    guard attendees.contains(where: { $0.isConnected }) else {
      creation = nil
      return
    }
    if record != nil {
      guard !attendees.contains(where: isConnectedMember) else {
        record?.orphanedSince = nil
        creation = nil
        return
      }
      let since = record?.orphanedSince ?? now
      record?.orphanedSince = since
      guard now >= since + limits.orphan else { return }
    }
    askForAGroup(now)
  }

  private mutating func askForAGroup(_ now: Instant) {
    // A room with a host begins with its host.
    let isGoverned = hostDigest != nil
    let connected = attendees.lazy.filter { $0.isConnected && (!isGoverned || $0.isHost) }.map { $0.index }
    if let creation, now < creation.deadline, let last = creation.asked.last, connected.contains(last) { return }
    var asked = creation?.asked ?? []
    if !connected.contains(where: { !asked.contains($0) }) { asked = [] }
    guard let next = connected.first(where: { !asked.contains($0) }) else { return }
    creation = Creation(asked: asked + [next], deadline: now + limits.creation)
    tell([next], .createGroup)
  }

  private mutating func create(_ bytes: [UInt8], at place: Int) {
    let index = attendees[place].index
    guard let creation, creation.asked.contains(index) else {
      // Somebody was quicker: the way into that group is from outside.
      if record != nil, leaf(of: attendees[place]) == nil { turnAway(place) }
      return
    }
    do throws(Fault) {
      guard bytes.count <= limits.upload else { throw .offence }
      record = GroupRecord(
        try .begin(bytes, by: attendees[place].identity, signer: signer, hostDigest: hostDigest))
    } catch {
      offend(place)
      return
    }
    self.creation = nil
    expulsions = []
    for place in attendees.indices {
      attendees[place].admission = nil
      attendees[place].readyEpoch = nil
      attendees[place].isStray = false
    }
    attendees[place].package = nil
  }
}
