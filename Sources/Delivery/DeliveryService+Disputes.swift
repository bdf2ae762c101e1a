import Bytes

// A commit may be valid for the node and yet none that members accept: it cannot see roles, pre-shared keys or paths.

extension DeliveryService {
  /// Takes a commit back when more than half of those who should follow it cannot. Until then they wait; a member alone
  /// cannot stop the others.
  mutating func refuse(_ epoch: UInt64, at place: Int, _ now: Instant) {
    guard var record, let number = record.disputes.firstIndex(where: { $0.state.epoch == epoch }) else { return }
    let attendee = attendees[place]
    let dispute = record.disputes[number]
    guard now - dispute.accepted <= limits.dispute, attendee.index != dispute.author,
      dispute.state.tree.position(of: attendee.identity) != nil, !attendee.isReady(for: epoch + 1)
    else { return }
    record.disputes[number].refusers.insert(attendee.index)
    self.record = record
    let voters = attendees.filter { voter in
      voter.isConnected && voter.index != dispute.author && dispute.state.tree.position(of: voter.identity) != nil
    }
    let refusers = record.disputes[number].refusers
    if 2 * voters.filter({ refusers.contains($0.index) }).count > voters.count { rollBack(number) }
  }

  private mutating func rollBack(_ number: Int) {
    guard var record else { return }
    let dispute = record.disputes[number]
    let refusers = record.disputes[number].refusers
    let abandoned = record.state.tree
    let epoch = dispute.state.epoch
    record.disputes.removeSubrange(number...)
    record.log.removeAll { $0.epoch >= epoch }
    record.state = dispute.state
    record.removals = dispute.removals
    record.request = nil
    record.failures = 0
    self.record = record
    turn(after: dispute.author)
    expulsions.removeAll { $0.epoch > epoch }
    for place in attendees.indices {
      let attendee = attendees[place]
      let wasMember = dispute.state.tree.position(of: attendee.identity) != nil
      if attendee.isReady(for: epoch + 1) { attendees[place].readyEpoch = wasMember ? epoch : nil }
      // Who has followed it is in a group that the others are not in.
      let followed =
        abandoned.position(of: attendee.identity) != nil && !(wasMember && refusers.contains(attendee.index))
      guard followed, attendee.index != dispute.author else { continue }
      turnAway(place)
    }
    if let place = place(of: dispute.author) { expel(place) }
  }
}
