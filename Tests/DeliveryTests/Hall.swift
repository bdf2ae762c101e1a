import Bytes
import Delivery
import MLS
import MLSWire
import Testing

/// A delivery service with people around it, under a clock that is turned by hand. Messages arrive at once and in order.
struct Hall {
  var service: DeliveryService<TestSigner>
  var people: [Int: Person] = [:]
  var expelled: [Int] = []
  var now = Instant.zero + .seconds(100)
  private var queue: [(Int, DeliveryEvent)] = []

  init(limits: DeliveryLimits = DeliveryLimits()) { service = DeliveryService(signer: TestSigner(), limits: limits) }

  /// A hall in which `count` people share a group.
  static func with(_ count: Int, limits: DeliveryLimits = DeliveryLimits()) throws -> Hall {
    var hall = Hall(limits: limits)
    for index in 0..<count { try hall.come(index) }
    try hall.pass(.seconds(5))
    try #require(hall.membersAgree)
    try #require(hall.members.count == count)
    hall.forget()
    return hall
  }

  /// Comes in and sends its key package, as clients do.
  mutating func come(_ index: Int, silent: Bool = false) throws {
    var person = try Person(index)
    person.isSilent = silent
    people[index] = person
    try tell(.enter(join: person.join), from: index)
    try tell(.keyPackage(person.package), from: index)
  }

  /// One command, and everything that the people do because of it.
  mutating func tell(_ command: DeliveryCommand, from index: Int) throws {
    perform(service.apply(command, from: index, now: now))
    try run()
  }

  /// Turns the clock, stopping wherever something is due.
  mutating func pass(_ time: TimeDelta) throws {
    let end = now + time
    var steps = 0
    while service.nextDeadline <= end {
      now = max(now, service.nextDeadline)
      perform(service.advance(to: now))
      try run()
      steps += 1
      try #require(steps < 10_000, "the service comes to rest")
    }
    now = end
    perform(service.advance(to: now))
    try run()
  }

  private mutating func perform(_ effects: [DeliveryEffect]) {
    for effect in effects {
      switch effect {
      case .tell(let indices, let event):
        for index in indices {
          people[index]?.events.append(event)
          queue.append((index, event))
        }
      case .expel(let index):
        expelled.append(index)
        people[index]?.isSilent = true
        people[index]?.group = nil
      }
    }
  }

  private mutating func run() throws {
    while !queue.isEmpty {
      let (index, event) = queue.removeFirst()
      guard var person = people[index], !person.isSilent else { continue }
      let answers = try person.respond(to: event)
      people[index] = person
      for answer in answers { perform(service.apply(answer, from: index, now: now)) }
    }
  }

  mutating func forget() { for index in people.keys { people[index]?.events = [] } }

  mutating func leave(_ index: Int) throws {
    people[index] = nil
    try tell(.leave, from: index)
  }

  /// Those who have a group, in order.
  var members: [Int] { people.keys.sorted().filter { people[$0]?.group != nil } }

  var membersAgree: Bool { agree(members) }

  func agree(_ indices: [Int]) -> Bool {
    Set(indices.map { people[$0]?.group?.epochAuthenticator ?? [] }).count == 1
  }

  func events(_ index: Int) -> [DeliveryEvent] { people[index]?.events ?? [] }

  /// Join ids in the tree of a member.
  func tree(of index: Int) -> [[UInt8]] {
    guard let tree = people[index]?.group?.tree else { return [] }
    return tree.members.compactMap { leaf in
      if case .basic(let identity)? = tree[leaf]?.credential { identity } else { nil }
    }
  }

  func joins(_ indices: Int...) -> [[UInt8]] { indices.compactMap { people[$0]?.join } }
}

extension [DeliveryEvent] {
  var requests: [Int] {
    compactMap { if case .commitRequest(let packages) = $0 { packages.count } else { nil } }
  }
  var welcomes: Int { count { if case .groupWelcome = $0 { true } else { false } } }
  var commits: [UInt64] { compactMap { if case .commit(let epoch, _, _) = $0 { epoch } else { nil } } }
  var refusals: [UInt64] { compactMap { if case .commitRefused(let epoch) = $0 { epoch } else { nil } } }
  var proposals: Int { count { if case .proposal = $0 { true } else { false } } }
}
