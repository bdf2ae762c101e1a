import Bytes
import Delivery
import MLS
import MLSWire
import Testing

@Suite("Coming into a group")
struct JoiningTests {
  @Test("the first is asked for a group, and everybody who comes after is let in by members")
  func growing() throws {
    var hall = Hall()
    try hall.come(0)
    #expect(hall.events(0).first == .createGroup)
    #expect(hall.service.epoch == 0)
    try hall.come(1)
    #expect(hall.members == [0, 1])
    #expect(hall.membersAgree)
    try hall.come(2)
    try hall.pass(.seconds(1))
    #expect(hall.members == [0, 1, 2])
    #expect(hall.membersAgree)
  }

  @Test("whoever does not create the group in time is followed by the next, and then asked again")
  func creatorNeverCreates() throws {
    var hall = Hall()
    try hall.come(0, silent: true)
    try hall.come(1, silent: true)
    #expect(hall.events(0) == [.createGroup])
    #expect(hall.events(1) == [])
    try hall.pass(.seconds(2))
    #expect(hall.events(1) == [.createGroup])
    try hall.pass(.seconds(2))
    #expect(hall.events(0) == [.createGroup, .createGroup])
  }

  @Test("when the one who was asked for a group goes, the next is asked at once")
  func creatorGoes() throws {
    var hall = Hall()
    try hall.come(0, silent: true)
    try hall.come(1, silent: true)
    try hall.leave(0)
    #expect(hall.events(1) == [.createGroup])
  }

  @Test("a second group is not taken, and its maker is shown the way into the first")
  func secondCreate() throws {
    var hall = Hall()
    var slow = try Person(0)
    slow.isSilent = true
    hall.people[0] = slow
    try hall.tell(.enter(join: slow.join), from: 0)
    try hall.come(1, silent: true)
    let late = try slow.create()
    hall.people[1]?.isSilent = false
    try hall.pass(.seconds(2))
    #expect(hall.members == [1])
    hall.people[0]?.isSilent = false
    try hall.tell(.create(late.wire), from: 0)
    try hall.pass(.seconds(1))
    #expect(hall.members == [0, 1])
    #expect(hall.membersAgree)
    #expect(hall.people[0]?.group?.groupID == hall.people[1]?.group?.groupID)
  }

  @Test("a group that nobody was asked for is ignored")
  func unaskedCreate() throws {
    var hall = Hall()
    try hall.come(0, silent: true)
    try hall.come(1, silent: true)
    var eager = try #require(hall.people[1])
    try hall.tell(.create(try eager.create().wire), from: 1)
    #expect(hall.service.epoch == nil)
  }

  @Test("a group without the node as external sender is refused: it could never remove who is lost")
  func withoutSender() throws {
    var hall = Hall()
    try hall.come(0, silent: true)
    var person = try #require(hall.people[0])
    try hall.tell(.create(try person.create(extensions: []).wire), from: 0)
    #expect(hall.service.epoch == nil)
  }

  @Test("joins are gathered: those who come within a window are added by one commit")
  func window() throws {
    var hall = try Hall.with(2)
    try hall.come(2)
    hall.forget()
    for index in 3..<13 { try hall.come(index) }
    #expect(hall.events(0).requests.isEmpty)
    try hall.pass(.milliseconds(500))
    #expect(hall.events(0).requests == [10])
    #expect(hall.members.count == 13)
    #expect(hall.membersAgree)
  }

  @Test("each joiner is sent its own part of the Welcome and no other")
  func ownPart() throws {
    var hall = try Hall.with(2)
    try hall.come(2)
    for index in 3..<8 { try hall.come(index) }
    try hall.pass(.seconds(1))
    for index in 3..<8 {
      let parts = hall.events(index).compactMap { event -> Int? in
        guard case .groupWelcome(let box, _) = event, case .welcome(let welcome)? = try? MLSMessage(wire: box) else {
          return nil
        }
        return welcome.secrets.count
      }
      #expect(parts == [1])
    }
  }

  @Test("no commit is asked to add more than a batch, and all are let in")
  func batches() throws {
    var limits = DeliveryLimits()
    limits.batch = 8
    var hall = try Hall.with(1, limits: limits)
    hall.people[0]?.isSilent = true
    for index in 1...20 { try hall.come(index) }
    hall.people[0]?.isSilent = false
    try hall.pass(.seconds(5))
    #expect(hall.members.count == 21)
    #expect(hall.membersAgree)
    #expect(hall.events(0).requests.allSatisfy { $0 <= 8 })
  }

  @Test("somebody who has lost the Welcome is told it again, with what happened since")
  func welcomeAgain() throws {
    var hall = try Hall.with(2)
    try hall.come(2, silent: true)
    try hall.pass(.seconds(1))
    var author = try #require(hall.people[1])
    let commit = try author.commit([])
    hall.people[1] = author
    try hall.tell(.commit(commit.wire), from: 1)
    hall.people[2]?.events = []
    hall.people[2]?.isSilent = false
    try hall.tell(.lose, from: 2)
    try hall.tell(.resume, from: 2)
    try hall.tell(.keyPackage(try #require(hall.people[2]).package), from: 2)
    #expect(hall.members == [0, 1, 2])
    #expect(hall.membersAgree)
  }

  @Test("somebody who cannot open the Welcome comes in by a new key package, the old leaf being removed")
  func newPackage() throws {
    var hall = try Hall.with(2)
    try hall.come(2, silent: true)
    try hall.pass(.seconds(1))
    try hall.people[2]?.renewPackage()
    hall.people[2]?.isSilent = false
    try hall.tell(.keyPackage(try #require(hall.people[2]).package), from: 2)
    try hall.pass(.seconds(1))
    #expect(hall.members == [0, 1, 2])
    #expect(hall.membersAgree)
    #expect(hall.tree(of: 0) == hall.joins(0, 1, 2))
  }

  @Test("a key package that no member will add is given up after five commits without it")
  func neverAdded() throws {
    var hall = try Hall.with(1)
    hall.people[0]?.isSilent = true
    try hall.come(1)
    for _ in 0..<7 {
      var member = try #require(hall.people[0])
      let empty = try member.commit([])
      member.isSilent = false
      hall.people[0] = member
      // Takes its own commit in, and answers nothing else.
      hall.people[0]?.isSilent = true
      try hall.tell(.commit(empty.wire), from: 0)
      if let pending = hall.people[0]?.pending { try hall.people[0]?.group?.merge(pending) }
    }
    #expect(hall.events(0).requests.count == 5)
    try hall.pass(.seconds(5))
    #expect(hall.events(0).requests.count == 5)
  }

  @Test("of many key packages of one participant only the newest is kept, and nobody is asked for each")
  func onlyTheNewest() throws {
    var hall = try Hall.with(1)
    hall.people[0]?.isSilent = true
    var joiner = try Person(1)
    try hall.tell(.enter(join: joiner.join), from: 1)
    for _ in 0..<200 {
      try joiner.renewPackage()
      hall.people[1] = joiner
      try hall.tell(.keyPackage(joiner.package), from: 1)
    }
    #expect(hall.events(0).requests == [1])
    hall.people[0]?.isSilent = false
    try hall.pass(.seconds(1))
    #expect(hall.members == [0, 1])
    #expect(hall.membersAgree)
  }

  @Test("somebody who goes while a commit adds them is removed again")
  func leavesWhilePending() throws {
    var hall = try Hall.with(2)
    hall.people[0]?.isSilent = true
    try hall.come(2)
    var committer = try #require(hall.people[0])
    guard case .commitRequest(let packages)? = hall.events(0).last else {
      Issue.record("no request")
      return
    }
    let answers = try committer.respond(to: .commitRequest(packages: packages))
    committer.isSilent = false
    hall.people[0] = committer
    try hall.leave(2)
    for answer in answers { try hall.tell(answer, from: 0) }
    #expect(hall.tree(of: 0) == hall.joins(0, 1))
    #expect(hall.membersAgree)
  }
}

@Suite("The committer")
struct CommitterTests {
  @Test("when the lowest leaf is silent, the next is asked after 400 ms")
  func silent() throws {
    var hall = try Hall.with(3)
    hall.people[0]?.isSilent = true
    try hall.come(3)
    #expect(hall.events(0).requests == [1])
    #expect(hall.events(1).requests.isEmpty)
    try hall.pass(.milliseconds(399))
    #expect(hall.events(1).requests.isEmpty)
    try hall.pass(.milliseconds(1))
    #expect(hall.events(1).requests == [1])
    #expect(hall.people[3]?.group != nil)
    #expect(hall.agree([1, 2, 3]))
  }

  @Test("when the one who was asked is lost, the next is asked at once")
  func lost() throws {
    var hall = try Hall.with(3)
    hall.people[0]?.isSilent = true
    try hall.come(3)
    try hall.tell(.lose, from: 0)
    #expect(hall.events(1).requests == [1])
    #expect(hall.agree([1, 2, 3]))
  }

  @Test("a member that answers every request without the joiner cannot keep the joiner out")
  func skipping() throws {
    var hall = try Hall.with(3)
    hall.people[0]?.isSilent = true
    try hall.come(3)
    var hostile = try #require(hall.people[0])
    let empty = try hostile.commit([])
    hostile.isSilent = false
    hall.people[0] = hostile
    try hall.tell(.commit(empty.wire), from: 0)
    try hall.pass(.seconds(1))
    #expect(hall.people[3]?.group != nil)
    #expect(hall.membersAgree)
  }

  @Test("the first valid commit of an epoch wins, and the author of another is told")
  func conflict() throws {
    var hall = try Hall.with(3)
    let epoch = try #require(hall.service.epoch)
    var second = try #require(hall.people[1])
    let late = try second.commit([])
    hall.people[1] = second
    var first = try #require(hall.people[0])
    let winner = try first.commit([])
    hall.people[0] = first
    try hall.tell(.commit(winner.wire), from: 0)
    try hall.tell(.commit(late.wire), from: 1)
    #expect(hall.events(1).refusals == [epoch])
    #expect(hall.events(0).commits == [epoch])
    #expect(hall.service.epoch == epoch + 1)
    #expect(hall.membersAgree)
    #expect(hall.expelled.isEmpty)
  }

  @Test("ready is said once, when all who are connected are")
  func ready() throws {
    var hall = try Hall.with(3)
    hall.people[2]?.isSilent = true
    var author = try #require(hall.people[0])
    let commit = try author.commit([])
    hall.people[0] = author
    let epoch = try #require(hall.service.epoch) + 1
    try hall.tell(.commit(commit.wire), from: 0)
    #expect(!hall.events(0).contains(.ready(epoch: epoch)))
    try hall.tell(.ready(epoch: epoch), from: 2)
    #expect(hall.events(0).count { $0 == .ready(epoch: epoch) } == 1)
    try hall.tell(.ready(epoch: epoch), from: 2)
    #expect(hall.events(0).count { $0 == .ready(epoch: epoch) } == 1)
  }

  @Test("ready does not wait for somebody who is lost")
  func readyWithoutTheLost() throws {
    var hall = try Hall.with(3)
    hall.people[2]?.isSilent = true
    var author = try #require(hall.people[0])
    let commit = try author.commit([])
    hall.people[0] = author
    let epoch = try #require(hall.service.epoch) + 1
    try hall.tell(.commit(commit.wire), from: 0)
    try hall.tell(.lose, from: 2)
    #expect(hall.events(0).last == .ready(epoch: epoch))
  }
}
