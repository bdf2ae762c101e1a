import Bytes
import Delivery
import MLS
import MLSWire
import Testing

@Suite("Going out of a group")
struct RemovalTests {
  @Test("a leaf of somebody who has left is removed at once, proposed by the node and committed by a member")
  func leaves() throws {
    var hall = try Hall.with(3)
    try hall.leave(1)
    #expect(hall.events(0).proposals == 1)
    #expect(hall.tree(of: 0) == hall.joins(0, 2))
    #expect(hall.members == [0, 2])
    #expect(hall.membersAgree)
  }

  @Test("a Remove does not wait for the window in which joins gather")
  func doesNotWait() throws {
    var hall = try Hall.with(3)
    try hall.come(3)
    try hall.come(4)
    hall.forget()
    try hall.leave(1)
    #expect(hall.events(0).requests == [1])
    #expect(hall.tree(of: 0).count == 4)
    #expect(hall.membersAgree)
  }

  @Test("who has lost the connection stays in the group until the room lets go of them")
  func lost() throws {
    var hall = try Hall.with(2)
    try hall.tell(.lose, from: 1)
    try hall.pass(.seconds(10))
    #expect(hall.tree(of: 0).count == 2)
    try hall.leave(1)
    #expect(hall.tree(of: 0) == hall.joins(0))
  }

  @Test("a Remove whose committer goes is committed by the next")
  func committerGoes() throws {
    var hall = try Hall.with(4)
    hall.people[0]?.isSilent = true
    try hall.leave(2)
    #expect(hall.events(0).requests == [0])
    try hall.leave(0)
    #expect(hall.tree(of: 1) == hall.joins(1, 3))
    #expect(hall.agree([1, 3]))
  }

  @Test("a commit without a Remove that was proposed long before is refused; one that was under way is not")
  func required() throws {
    var hall = try Hall.with(3)
    hall.people[0]?.isSilent = true
    hall.people[1]?.isSilent = true
    let early = try #require(hall.people[1]).group
    try hall.leave(2)
    var evader = try #require(hall.people[1])
    evader.group = early
    let epoch = try #require(hall.service.epoch)
    let without = try evader.commit([])
    var late = hall
    try late.pass(.milliseconds(500))
    try late.tell(.commit(without.wire), from: 1)
    #expect(late.service.epoch == epoch)
    #expect(late.events(1).refusals == [epoch])
    try hall.tell(.commit(without.wire), from: 1)
    #expect(hall.service.epoch == epoch + 1)
    // And then it is proposed again, for the new epoch.
    #expect(hall.events(0).proposals == 2)
  }

  @Test("whom a member removes is put out of the room, once more than half of the others follow")
  func expelled() throws {
    var hall = try Hall.with(4)
    hall.people[2]?.isSilent = true
    var host = try #require(hall.people[0])
    let commit = try host.commit([.remove(LeafIndex(3))])
    hall.people[0] = host
    hall.people[1]?.isSilent = true
    try hall.tell(.commit(commit.wire), from: 0)
    #expect(hall.expelled == [])
    let epoch = try #require(hall.service.epoch)
    try hall.tell(.ready(epoch: epoch), from: 1)
    #expect(hall.expelled == [])
    try hall.tell(.ready(epoch: epoch), from: 2)
    #expect(hall.expelled == [3])
  }

  @Test("whom a member removes is put out after two seconds at the latest")
  func expelledByTime() throws {
    var hall = try Hall.with(4)
    hall.people[2]?.isSilent = true
    hall.people[1]?.isSilent = true
    var host = try #require(hall.people[0])
    let commit = try host.commit([.remove(LeafIndex(3))])
    hall.people[0] = host
    try hall.tell(.commit(commit.wire), from: 0)
    // What the removed one still tries is not taken.
    try hall.tell(.sync(epoch: nil), from: 3)
    try hall.pass(.milliseconds(1_999))
    #expect(hall.expelled == [])
    try hall.pass(.milliseconds(1))
    #expect(hall.expelled == [3])
    #expect(hall.tree(of: 0) == hall.joins(0, 1, 2))
  }

  @Test("when the last member goes, those who wait make a new group")
  func lastMember() throws {
    var hall = try Hall.with(1)
    hall.people[0]?.isSilent = true
    try hall.come(1)
    try hall.leave(0)
    #expect(hall.members == [1])
    #expect(hall.service.epoch == 0)
  }

  @Test("a group of which nobody is connected is kept for three seconds while somebody waits")
  func orphan() throws {
    var hall = try Hall.with(1)
    hall.people[0]?.isSilent = true
    try hall.tell(.lose, from: 0)
    try hall.come(1)
    try hall.pass(.milliseconds(2_999))
    #expect(hall.people[1]?.group == nil)
    try hall.pass(.milliseconds(1))
    #expect(hall.people[1]?.group != nil)
    // Who comes back later goes in from outside.
    hall.people[0]?.isSilent = false
    try hall.tell(.resume, from: 0)
    try hall.tell(.sync(epoch: 0), from: 0)
    #expect(hall.members == [0, 1])
    #expect(hall.membersAgree)
  }
}

@Suite("Catching up")
struct CatchUpTests {
  @Test("who was away is sent the commits that were missed, with the Removes they refer to, in order")
  func missed() throws {
    var hall = try Hall.with(3)
    hall.people[2]?.isSilent = true
    try hall.tell(.lose, from: 2)
    let epoch = try #require(hall.people[2]?.group?.epoch)
    for index in 3...4 {
      try hall.come(index)
      try hall.pass(.seconds(1))
    }
    try hall.leave(3)
    try hall.pass(.seconds(1))
    #expect(hall.events(2) == [])
    hall.people[2]?.isSilent = false
    try hall.tell(.resume, from: 2)
    try hall.tell(.sync(epoch: epoch), from: 2)
    #expect(hall.events(2).commits.count == 3)
    #expect(!hall.events(2).contains(.resync))
    #expect(hall.membersAgree)
  }

  @Test("new keys for their own sake wait while somebody is lost, because the lost hear and speak in the old epoch")
  func elective() throws {
    var hall = try Hall.with(3)
    try hall.tell(.lose, from: 2)
    let epoch = try #require(hall.people[0]?.group?.epoch)
    var author = try #require(hall.people[0])
    let update = try author.commit([])
    try hall.tell(.commit(update.wire), from: 0)
    #expect(hall.events(0).contains(.commitRefused(epoch: epoch)))
    #expect(hall.expelled == [])
    try hall.tell(.resume, from: 2)
    hall.people[0] = author
    try hall.tell(.commit(update.wire), from: 0)
    #expect(hall.events(2).commits.count == 1)
    #expect(hall.membersAgree)
  }

  @Test("who was away for too long is told so, and comes back from outside on a leaf of the same name")
  func tooLong() throws {
    var limits = DeliveryLimits()
    limits.log = 2
    var hall = try Hall.with(3, limits: limits)
    hall.people[2]?.isSilent = true
    try hall.tell(.lose, from: 2)
    for index in 3...5 {
      try hall.come(index)
      try hall.pass(.seconds(1))
    }
    hall.people[2]?.isSilent = false
    try hall.tell(.resume, from: 2)
    try hall.tell(.sync(epoch: try #require(hall.people[2]?.group?.epoch)), from: 2)
    #expect(hall.events(2).first == .resync)
    #expect(hall.members == [0, 1, 2, 3, 4, 5])
    #expect(hall.membersAgree)
    #expect(hall.tree(of: 0).count == 6)
    #expect(hall.expelled == [])
  }

  @Test("an epoch that is still to come cannot be caught up with")
  func future() throws {
    var hall = try Hall.with(2)
    hall.people[1]?.isSilent = true
    try hall.tell(.sync(epoch: .max), from: 1)
    #expect(hall.events(1) == [.resync])
  }

  @Test("the log is bounded in bytes")
  func bytes() throws {
    var limits = DeliveryLimits()
    limits.logBytes = 3_000
    var hall = try Hall.with(2, limits: limits)
    for _ in 0..<10 {
      var author = try #require(hall.people[0])
      let commit = try author.commit([])
      hall.people[0] = author
      try hall.tell(.commit(commit.wire), from: 0)
    }
    hall.people[1]?.isSilent = true
    hall.forget()
    let epoch = try #require(hall.service.epoch)
    try hall.tell(.sync(epoch: epoch - 1), from: 1)
    try hall.tell(.sync(epoch: epoch - 9), from: 1)
    #expect(hall.events(1).commits == [epoch - 1])
    #expect(hall.events(1).last == .resync)
  }
}
