import Testing

@testable import Rooms

private func device(_ number: UInt8) -> [UInt8] { Array(repeating: number, count: 16) }

private func request(_ number: UInt8, device other: UInt8? = nil, invitation: UInt8? = nil) -> KnockRequest {
  KnockRequest(
    join: JoinRequest(
      gateHash: [1], join: Array(repeating: number, count: 16), resumeToken: nil,
      freshToken: Array(repeating: number, count: 16)),
    device: device(other ?? number), box: [number], invitation: invitation.map { device($0) })
}

private func connections(_ numbers: UInt64...) -> [ConnectionID] { numbers.map { ConnectionID($0) } }

extension Lobby {
  fileprivate mutating func knock(_ number: UInt8, device: UInt8? = nil, from connection: UInt64? = nil)
    -> [LobbyEffect]
  {
    knock(request(number, device: device), from: ConnectionID(connection ?? UInt64(number)))
  }
}

private func entered(_ effects: [LobbyEffect]) -> [Int] {
  effects.compactMap { if case .enter(let place) = $0 { place.id } else { nil } }
}

@Suite("The lobby")
struct LobbyTests {
  private let hosts = connections(100, 101)

  @Test("who waits where nobody decides learns that, and nothing else")
  func nobodyThere() {
    var lobby = Lobby()
    #expect(lobby.knock(1) == [.wait(connections(1), isOpenable: false)])
    #expect(lobby.knock(2) == [.wait(connections(2), isOpenable: false)])
  }

  @Test("an early arrival is shown to the host who comes, and goes on waiting")
  func early() {
    var lobby = Lobby()
    _ = lobby.knock(1)
    let effects = lobby.setDeciders(hosts)
    #expect(effects == [.knock(hosts, lobby.places[0]), .wait(connections(1), isOpenable: true)])
    #expect(lobby.isWaiting(ConnectionID(1)))
    #expect(entered(effects).isEmpty)
  }

  @Test("a second host hears of those who wait, and the first hears nothing twice")
  func secondHost() {
    var lobby = Lobby()
    _ = lobby.setDeciders([hosts[0]])
    _ = lobby.knock(1)
    #expect(lobby.setDeciders(hosts) == [.knock([hosts[1]], lobby.places[0])])
    #expect(lobby.setDeciders(hosts) == [])
  }

  @Test("when the last host is lost, those who wait learn that nobody could open, and keep their places")
  func hostLost() {
    var lobby = Lobby()
    _ = lobby.setDeciders(hosts)
    _ = lobby.knock(1)
    _ = lobby.knock(2)
    #expect(lobby.setDeciders([]) == [.wait(connections(1, 2), isOpenable: false)])
    #expect(lobby.places.count == 2)
  }

  @Test("one, some and all are admitted; the others go on waiting")
  func admit() {
    var lobby = Lobby()
    _ = lobby.setDeciders(hosts)
    for number in 1...4 as ClosedRange<UInt8> { _ = lobby.knock(number) }
    let first = lobby.places[0]
    #expect(lobby.admit([0]) == [.gone(hosts, id: 0), .enter(first)])
    #expect(entered(lobby.admit([2, 3])) == [2, 3])
    #expect(lobby.places.map { $0.id } == [1])
    #expect(entered(lobby.admitAll()) == [1])
  }

  @Test("of two hosts who decide on one knock the first has decided, whatever the second says")
  func race() {
    var lobby = Lobby()
    _ = lobby.setDeciders(hosts)
    _ = lobby.knock(1)
    _ = lobby.knock(2)
    #expect(entered(lobby.admit([0])) == [0])
    #expect(lobby.turnAway([0], ban: true) == [], "a ban that comes too late bans nobody")
    #expect(!lobby.isBanned(device(1)))
    #expect(lobby.turnAway([1], ban: false) == [.gone(hosts, id: 1), .refuse(ConnectionID(2), .refused)])
    #expect(lobby.admit([1]) == [])
  }

  @Test("numbers that nobody has do nothing")
  func unknown() {
    var lobby = Lobby()
    _ = lobby.knock(1)
    #expect(lobby.admit([7, -1]) == [])
    #expect(lobby.turnAway([7], ban: true) == [])
    #expect(lobby.lose(ConnectionID(9)) == [])
  }

  @Test("the same device takes its old place, its older connection ends, and the host sees that it knocked before")
  func again() {
    var lobby = Lobby()
    _ = lobby.setDeciders(hosts)
    _ = lobby.knock(1)
    _ = lobby.knock(2)
    let effects = lobby.knock(3, device: 1, from: 9)
    #expect(lobby.places.map { $0.id } == [0, 1])
    #expect(lobby.places[0].again)
    #expect(
      effects == [
        .disconnect(ConnectionID(1)), .wait(connections(9), isOpenable: true), .knock(hosts, lobby.places[0]),
      ])
    #expect(lobby.lose(ConnectionID(1)) == [], "the old connection has no place to lose")
  }

  @Test("whoever goes is gone for the hosts, and is known when they come again")
  func gone() {
    var lobby = Lobby()
    _ = lobby.setDeciders(hosts)
    _ = lobby.knock(1)
    #expect(lobby.lose(ConnectionID(1)) == [.gone(hosts, id: 0)])
    _ = lobby.knock(1, from: 5)
    #expect(lobby.places.map { $0.again } == [true])
    #expect(lobby.places.map { $0.id } == [1], "numbers are not given twice")
  }

  @Test("a lobby takes so many and no more, and the next when one has gone")
  func full() {
    var lobby = Lobby()
    for number in 0..<32 as Range<UInt8> { _ = lobby.knock(number) }
    #expect(lobby.knock(99) == [.refuse(ConnectionID(99), .knockLimit)])
    #expect(lobby.knock(200, device: 3, from: 98).first == .disconnect(ConnectionID(3)), "a place is no second one")
    _ = lobby.lose(ConnectionID(7))
    #expect(lobby.knock(99) == [.wait(connections(99), isOpenable: false)])
  }

  @Test("who is banned is sent away, and again under the same key")
  func banned() {
    var lobby = Lobby()
    _ = lobby.knock(1)
    #expect(lobby.turnAway([0], ban: true) == [.refuse(ConnectionID(1), .banned)])
    #expect(lobby.knock(7, device: 1) == [.refuse(ConnectionID(7), .banned)])
    _ = lobby.knock(2)
    #expect(lobby.ban([device(2)]) == [.refuse(ConnectionID(2), .banned)])
    #expect(lobby.bannedDevices == [device(1), device(2)])
  }

  @Test("what is remembered of devices is bounded")
  func memory() {
    var limits = LobbyLimits()
    limits.remembered = 2
    var lobby = Lobby(limits: limits)
    for number in 1...3 as ClosedRange<UInt8> {
      _ = lobby.knock(number)
      _ = lobby.lose(ConnectionID(UInt64(number)))
    }
    _ = lobby.knock(1, from: 11)
    _ = lobby.knock(3, from: 13)
    #expect(lobby.places.map { $0.again } == [false, true])
  }
}

@Suite("The door")
struct DoorwayTests {
  static let doors: [Doorway] = [.notYet, .open, .lobby, .locked]

  @Test("a host comes in through any door", arguments: doors)
  func host(_ door: Doorway) {
    #expect(door.answer(Arrival(isHost: true)) == .enter)
    #expect(door.answer(Arrival(isHost: true, isBanned: true, invitation: .used)) == .enter)
  }

  @Test("every door has one answer for everybody else")
  func matrix() {
    let verdicts: [InvitationVerdict?] = [nil, .valid, .used, .over, .unknown]
    let used = Passage.refuse(.invitationUsed)
    let over = Passage.refuse(.invitationOver)
    let unknown = Passage.refuse(.noInvitation)
    let expected: [Doorway: [Passage]] = [
      .notYet: [.wait, .wait, used, over, unknown],
      .open: [.enter, .enter, used, over, unknown],
      .lobby: [.wait, .enter, used, over, unknown],
      .locked: Array(repeating: .refuse(.roomLocked), count: 5),
    ]
    for door in Self.doors {
      #expect(verdicts.map { door.answer(Arrival(invitation: $0)) } == expected[door])
      for verdict in verdicts {
        #expect(door.answer(Arrival(isBanned: true, invitation: verdict)) == .refuse(.banned))
      }
    }
  }
}

@Suite("Invitations")
struct InvitationBookTests {
  private func invitation(_ id: UInt8, below parent: UInt8? = nil, uses: Int = 1, expires: UInt64 = 0) -> Invitation {
    Invitation(
      id: device(id), parent: parent.map { device($0) }, uses: uses, expires: expires, chain: [id], label: [id])
  }

  private func book(_ invitations: Invitation...) -> InvitationBook { InvitationBook(invitations) }

  @Test("the first device that uses it has it; another is told that it was used; the first comes again")
  func bound() {
    var book = book(invitation(1))
    #expect(book.verdict(on: device(1), device: device(50), now: 0) == .valid)
    #expect(book.use(device(1), device: device(50)) == true)
    #expect(book.verdict(on: device(1), device: device(51), now: 0) == .used)
    #expect(book.verdict(on: device(1), device: device(50), now: 0) == .valid)
    #expect(book.use(device(1), device: device(50)) == false, "coming again is no second use")
  }

  @Test("one for several is good for as many devices")
  func several() {
    var book = book(invitation(1, uses: 3))
    for number in 50..<53 as Range<UInt8> {
      #expect(book.verdict(on: device(1), device: device(number), now: 0) == .valid)
      _ = book.use(device(1), device: device(number))
    }
    #expect(book.verdict(on: device(1), device: device(53), now: 0) == .used)
  }

  @Test("it ends when it says, for who has it as well")
  func expiry() {
    var book = book(invitation(1, expires: 1_000))
    _ = book.use(device(1), device: device(50))
    #expect(book.verdict(on: device(1), device: device(50), now: 999) == .valid)
    #expect(book.verdict(on: device(1), device: device(50), now: 1_000) == .over)
    #expect(book.verdict(on: device(1), device: device(51), now: 1_000) == .over)
  }

  @Test("one that nobody made is none")
  func unknown() {
    #expect(book().verdict(on: device(1), device: device(50), now: 0) == .unknown)
  }

  @Test("a branch is taken back with all below it, and nothing beside it")
  func branch() {
    var book = book(
      invitation(1), invitation(2, below: 1), invitation(3, below: 2), invitation(4, below: 1), invitation(5))
    #expect(book.branch(below: [device(2)]) == [device(2), device(3)])
    #expect(book.revoke([device(2)]) == [device(2), device(3)])
    #expect(book.revoke([device(1)]) == [device(1), device(4)], "what was taken back is not taken back again")
    #expect(book.verdict(on: device(3), device: device(50), now: 0) == .over)
    #expect(book.verdict(on: device(5), device: device(50), now: 0) == .valid)
  }

  @Test("nothing grows below one that is not there or was taken back, nothing is there twice, and a book has an end")
  func refused() {
    var book = book(invitation(1))
    #expect(book.add(invitation(1)) == false)
    #expect(book.add(invitation(2, below: 9)) == false)
    _ = book.revoke([device(1)])
    #expect(book.add(invitation(2, below: 1)) == false)
    var full = InvitationBook()
    for number in 0..<InvitationBook.maximum {
      let id = Array(repeating: UInt8(0), count: 14) + [UInt8(number >> 8), UInt8(number & 255)]
      #expect(full.add(Invitation(id: id, parent: nil, uses: 1, expires: 0, chain: [], label: [])) == true)
    }
    #expect(full.add(invitation(200)) == false)
  }
}
