import Bytes
import Delivery
import MLS
import MLSWire
import Testing

@Suite("Hostile members")
struct HostileTests {
  /// What member 1 sends instead of `made`; nothing of it may be taken.
  private func expectRefused(
    _ hall: inout Hall, _ change: (inout CommitUpload) throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var author = try #require(hall.people[1])
    var upload = try author.commit([])
    try change(&upload)
    let epoch = try #require(hall.service.epoch)
    try hall.tell(.commit(upload.wire), from: 1)
    #expect(hall.service.epoch == epoch, sourceLocation: sourceLocation)
    #expect(hall.events(0).commits.isEmpty, sourceLocation: sourceLocation)
    #expect(hall.events(1).refusals.count == 1, sourceLocation: sourceLocation)
  }

  private func changed(_ box: [UInt8], _ change: (inout PublicMessage) -> Void) throws -> [UInt8] {
    guard case .publicMessage(var message) = try MLSMessage(wire: box) else { throw WireError.truncated }
    change(&message)
    return MLSMessage.publicMessage(message).wire
  }

  @Test("a commit of another epoch is refused", arguments: [0, 7])
  func otherEpoch(_ epoch: UInt64) throws {
    var hall = try Hall.with(3)
    try expectRefused(&hall) { $0.commit = try changed($0.commit) { $0.content.epoch = epoch } }
  }

  @Test("a commit of another group is refused")
  func otherGroup() throws {
    var hall = try Hall.with(3)
    try expectRefused(&hall) { $0.commit = try changed($0.commit) { $0.content.groupID = [1, 2, 3] } }
  }

  @Test("a commit by somebody else's leaf is refused")
  func otherLeaf() throws {
    var hall = try Hall.with(3)
    try expectRefused(&hall) { $0.commit = try changed($0.commit) { $0.content.sender = .member(LeafIndex(0)) } }
  }

  @Test("somebody else's commit, sent again as one's own, is refused")
  func stolen() throws {
    var hall = try Hall.with(3)
    var author = try #require(hall.people[0])
    let upload = try author.commit([])
    let epoch = try #require(hall.service.epoch)
    try hall.tell(.commit(upload.wire), from: 1)
    #expect(hall.service.epoch == epoch)
  }

  @Test("a commit whose signature is forged is refused")
  func forged() throws {
    var hall = try Hall.with(3)
    try expectRefused(&hall) { $0.commit = try changed($0.commit) { $0.auth.signature[5] ^= 1 } }
  }

  @Test("a commit that says something else than what was signed is refused")
  func altered() throws {
    var hall = try Hall.with(3)
    try expectRefused(&hall) { upload in
      upload.commit = try changed(upload.commit) { message in
        guard case .commit(var commit) = message.content.content else { return }
        commit.proposals.append(.proposal(.remove(LeafIndex(0))))
        message.content.content = .commit(commit)
      }
    }
  }

  @Test("a commit with the description of another epoch or a bad signature on it is refused")
  func badInfo() throws {
    var hall = try Hall.with(3)
    try expectRefused(&hall) { $0.groupInfo[$0.groupInfo.count - 1] ^= 1 }
    var other = try Hall.with(3)
    guard case .groupInfo(let old) = try MLSMessage(wire: try info(of: other)) else { return }
    try expectRefused(&other) { $0.groupInfo = MLSMessage.groupInfo(old).wire }
  }

  private func info(of hall: Hall) throws -> [UInt8] {
    guard let info = try hall.people[1]?.group?.groupInfo(withTree: false, withExternalPub: true) else { return [] }
    return MLSMessage.groupInfo(info).wire
  }

  @Test("a tree whose leaves are not what the commit makes of them is refused", arguments: 0..<4)
  func badTree(_ how: Int) throws {
    var hall = try Hall.with(3)
    try expectRefused(&hall) { upload in
      switch how {
      // Somebody else's leaf blanked.
      case 0: upload.tree.changes.insert(NodeChange(index: 0, node: []), at: 0)
      // Its own left as it was.
      case 1: upload.tree.changes.removeAll { $0.index == 2 }
      case 2: upload.tree.nodeCount = 3
      default: upload.tree.changes.append(NodeChange(index: 900, node: [1]))
      }
    }
  }

  @Test("a commit that adds somebody and withholds the Welcome is refused")
  func noWelcome() throws {
    var hall = try Hall.with(2)
    hall.people[0]?.isSilent = true
    try hall.come(2)
    let joiner = try #require(hall.people[2])
    var author = try #require(hall.people[1])
    var upload = try author.commit([.add(joiner.bundle.keyPackage)])
    upload.welcome = []
    let epoch = try #require(hall.service.epoch)
    try hall.tell(.commit(upload.wire), from: 1)
    #expect(hall.service.epoch == epoch)
    #expect(hall.events(1).refusals == [epoch])
  }

  @Test(
    "garbage, something too large and the wrong kind of message are refused, and the third time its sender is put out")
  func garbage() throws {
    var hall = try Hall.with(3)
    try hall.tell(.commit([1, 2, 3]), from: 1)
    try hall.tell(.commit([UInt8](repeating: 0, count: 320 * 1024 + 1)), from: 1)
    #expect(hall.expelled == [])
    let package = try #require(hall.people[1]).package
    try hall.tell(
      .commit(
        CommitUpload(commit: package, welcome: [], groupInfo: [], tree: TreeChange(nodeCount: 1, changes: [])).wire),
      from: 1)
    #expect(hall.expelled == [1])
    try hall.pass(.seconds(1))
    #expect(hall.tree(of: 0) == hall.joins(0, 2))
    #expect(hall.agree([0, 2]))
  }

  @Test("a key package under another name than the join id is not passed on")
  func otherName() throws {
    var hall = try Hall.with(2)
    let joiner = try Person(2)
    hall.people[2] = joiner
    try hall.tell(.enter(join: joiner.join), from: 2)
    try hall.tell(.keyPackage(try Person(9).package), from: 2)
    try hall.pass(.seconds(1))
    #expect(hall.events(0).requests.isEmpty)
  }

  @Test("a key package that is too large, not one, or not signed is not passed on", arguments: 0..<3)
  func badPackage(_ how: Int) throws {
    var hall = try Hall.with(2)
    let joiner = try Person(2)
    try hall.tell(.enter(join: joiner.join), from: 2)
    var package = joiner.package
    switch how {
    case 0: package += [UInt8](repeating: 0, count: 5_000)
    case 1: package = [0, 1, 0, 5]
    default: package[package.count - 1] ^= 1
    }
    try hall.tell(.keyPackage(package), from: 2)
    try hall.pass(.seconds(1))
    #expect(hall.events(0).requests.isEmpty)
  }

  @Test("a second participant cannot take the name of another")
  func sameName() throws {
    var hall = try Hall.with(2)
    let join = try #require(hall.people[1]).join
    hall.people[2] = try Person(2)
    try hall.tell(.enter(join: join), from: 2)
    try hall.tell(.sync(epoch: nil), from: 2)
    #expect(hall.events(2) == [])
  }

  @Test("whoever comes from outside cannot take away the leaf of another")
  func externalRemove() throws {
    var hall = try Hall.with(2)
    try hall.come(2, silent: true)
    hall.people[2]?.events = []
    try hall.tell(.leave, from: 2)
    try hall.pass(.seconds(1))
    let outsider = try Person(3)
    hall.people[3] = outsider
    hall.people[3]?.isSilent = true
    try hall.tell(.enter(join: outsider.join), from: 3)
    try hall.tell(.sync(epoch: nil), from: 3)
    guard case .groupInfo(let info, let tree)? = hall.events(3).last,
      case .groupInfo(let groupInfo) = try MLSMessage(wire: info)
    else {
      Issue.record("no description of the group")
      return
    }
    var join = ExternalJoin<NativeSuite1>(identity: outsider.identity)
    join.replacing = LeafIndex(0)
    var random = SeededGenerator(seed: 3)
    let sent = try RatchetTreeExtension(wire: tree)
    let (message, next) = try Group.joinExternally(groupInfo, tree: sent, join: join, now: testNow, using: &random)
    let upload = CommitUpload(
      commit: message.wire, welcome: [],
      groupInfo: MLSMessage.groupInfo(try next.groupInfo(withTree: false, withExternalPub: true)).wire,
      tree: TreeChange(from: sent.nodes, to: next.tree.sent.nodes))
    let epoch = try #require(hall.service.epoch)
    try hall.tell(.commit(upload.wire), from: 3)
    #expect(hall.service.epoch == epoch)
    #expect(hall.tree(of: 0) == hall.joins(0, 1))
  }

  @Test("commands of somebody who is not there, and any bytes in any command, do nothing", arguments: 0..<200)
  func anything(_ seed: Int) throws {
    var hall = Hall()
    try hall.come(0)
    var random = SeededGenerator(seed: UInt64(seed))
    let bytes = (0..<Int.random(in: 0..<64, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
    for command in [
      DeliveryCommand.keyPackage(bytes), .create(bytes), .commit(bytes), .ready(epoch: UInt64(seed)),
      .refuse(epoch: UInt64(seed)), .sync(epoch: UInt64(seed)),
    ] {
      try hall.tell(command, from: 9)
      try hall.tell(command, from: 0)
    }
    #expect((hall.service.epoch ?? 0) <= 1)
  }
}

@Suite("Commits that members refuse")
struct DisputeTests {
  @Test("a commit that more than half of the others refuse is taken back, and its author is put out")
  func rolledBack() throws {
    var hall = try Hall.with(4)
    for index in [0, 2, 3] { hall.people[index]?.distrusted = [1] }
    let epoch = try #require(hall.service.epoch)
    var author = try #require(hall.people[1])
    let commit = try author.commit([.remove(LeafIndex(0))])
    hall.people[1] = author
    try hall.tell(.commit(commit.wire), from: 1)
    #expect(hall.expelled == [1])
    // Of the other branch nothing is left: the Remove of the author ended this epoch.
    let next = hall.events(2).commits.count { $0 == epoch }
    #expect(next == 2)
    try hall.pass(.seconds(1))
    #expect(Set(hall.tree(of: 0)) == Set(hall.joins(0, 2, 3)))
    #expect(hall.agree([0, 2, 3]))
  }

  @Test("one member alone cannot take a commit of another back")
  func aloneAgainst() throws {
    var hall = try Hall.with(4)
    hall.people[3]?.distrusted = [1]
    let epoch = try #require(hall.service.epoch)
    var author = try #require(hall.people[1])
    let commit = try author.commit([])
    hall.people[1] = author
    try hall.tell(.commit(commit.wire), from: 1)
    try hall.tell(.refuse(epoch: epoch), from: 3)
    #expect(hall.expelled == [])
    #expect(hall.service.epoch == epoch + 1)
    #expect(hall.agree([0, 1, 2]))
  }

  @Test("the author cannot escape by further commits: all that was built on a refused one is taken back")
  func builtUpon() throws {
    var hall = try Hall.with(4)
    for index in [0, 2, 3] { hall.people[index]?.isSilent = true }
    let epoch = try #require(hall.service.epoch)
    for _ in 0..<3 {
      var author = try #require(hall.people[1])
      let commit = try author.commit([])
      hall.people[1] = author
      try hall.tell(.commit(commit.wire), from: 1)
    }
    #expect(hall.service.epoch == epoch + 3)
    try hall.tell(.refuse(epoch: epoch), from: 0)
    #expect(hall.service.epoch == epoch + 3)
    for index in [0, 2, 3] { hall.people[index]?.isSilent = false }
    try hall.tell(.refuse(epoch: epoch), from: 2)
    #expect(hall.expelled == [1])
    try hall.pass(.seconds(1))
    #expect(hall.agree([0, 2, 3]))
    #expect(Set(hall.tree(of: 0)) == Set(hall.joins(0, 2, 3)))
  }

  @Test("who followed a commit that is taken back comes in again from outside")
  func followers() throws {
    var hall = try Hall.with(5)
    for index in [0, 2, 3] { hall.people[index]?.distrusted = [1] }
    var author = try #require(hall.people[1])
    let commit = try author.commit([])
    hall.people[1] = author
    try hall.tell(.commit(commit.wire), from: 1)
    #expect(hall.events(4).contains(.resync))
    try hall.pass(.seconds(1))
    #expect(Set(hall.tree(of: 0)) == Set(hall.joins(0, 2, 3, 4)))
    #expect(hall.agree([0, 2, 3, 4]))
  }

  @Test("after five seconds a commit stands")
  func late() throws {
    var hall = try Hall.with(3)
    for index in [0, 2] { hall.people[index]?.isSilent = true }
    let epoch = try #require(hall.service.epoch)
    var author = try #require(hall.people[1])
    let commit = try author.commit([])
    hall.people[1] = author
    try hall.tell(.commit(commit.wire), from: 1)
    try hall.pass(.milliseconds(5_001))
    try hall.tell(.refuse(epoch: epoch), from: 0)
    try hall.tell(.refuse(epoch: epoch), from: 2)
    #expect(hall.expelled == [])
    #expect(hall.service.epoch == epoch + 1)
  }

  @Test("the author's own refusal, a stranger's, and one after saying ready do not count")
  func voices() throws {
    var hall = try Hall.with(3)
    let epoch = try #require(hall.service.epoch)
    var author = try #require(hall.people[1])
    let commit = try author.commit([])
    hall.people[1] = author
    try hall.tell(.commit(commit.wire), from: 1)
    try hall.come(3, silent: true)
    for index in 0..<4 { try hall.tell(.refuse(epoch: epoch), from: index) }
    #expect(hall.expelled == [])
  }
}
