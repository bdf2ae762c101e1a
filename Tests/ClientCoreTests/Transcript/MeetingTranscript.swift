import Bytes
import ClientCore
import MLS
import MLSWire
import RoomRules
import SFrame

/// A meeting of three from the first word to the last, with nothing left to chance: the native build and the WebAssembly
/// build, each over its own primitives, must say the same bytes. Built into both.
struct MeetingTranscript<Suite: CipherSuiteProvider, Crypto: CryptoProvider> {
  private var people: [Meeting<Suite, Crypto>] = []
  private var random: [SequenceGenerator] = []
  private var tree: [[UInt8]] = []
  private var epoch: UInt64 = 0
  private var now = Instant.zero
  private var outgoing: [(author: Int, message: MeetingMessage)] = []
  /// What happened since the last step.
  private var happened: [UInt8] = []
  private(set) var digests: [[UInt8]] = []

  private static var senderKey: [UInt8] { [UInt8](repeating: 7, count: 32) }

  /// The hash of what each step made everybody say and learn.
  static func run() -> [[UInt8]] {
    var transcript = Self()
    let seed = [UInt8](0..<32)
    guard let host = try? HostKey<Suite>(seed: seed),
      let link = try? MeetingLink(
        fragment: Array("1AAECAwQFBgcICQoLDA0ODw.".utf8) + Array(Base64URL.encode(host.digest).utf8))
    else { return [] }
    for number in 0..<3 { transcript.enter(link, hostSeed: number == 0 ? seed : nil) }
    for number in 0..<3 { transcript.hear(number, .setProfile(Array("{\"name\":\"\(number)\"}".utf8))) }
    transcript.step()
    transcript.hear(1, .say(Array("to all".utf8), kind: .chat, to: nil))
    transcript.hear(2, .say(Array("to one".utf8), kind: .direct, to: [transcript.people[0].join]))
    transcript.step()
    transcript.hear(0, .compare(transcript.people[1].join))
    transcript.step()
    transcript.hear(1, .acceptComparison)
    transcript.step()
    for number in 0..<2 { transcript.hear(number, .comparisonResult(true)) }
    transcript.step()
    transcript.wait(.seconds(2))
    transcript.sealFrames()
    var patch = RulesPatch()
    patch.door = .locked
    transcript.hear(0, .setRules(patch))
    transcript.step()
    transcript.hear(0, .remove([transcript.people[2].join]))
    transcript.step()
    transcript.sealFrames()
    transcript.wait(.seconds(60))
    return transcript.digests
  }

  private mutating func enter(_ link: MeetingLink, hostSeed: [UInt8]?) {
    var own = SequenceGenerator(state: UInt64(people.count + 1) << 32)
    guard let person = try? Meeting<Suite, Crypto>.open(link: link, hostSeed: hostSeed, using: &own) else { return }
    people.append(person)
    random.append(own)
    happened += person.gate + person.join.bytes
    let newcomer = people.count - 1
    if newcomer == 0 {
      var open = RulesPatch()
      open.door = .open
      hear(0, .setRules(open))
    }
    hear(newcomer, .entered(resumed: false, senderKey: Self.senderKey))
    for number in people.indices {
      hear(number, .roster(people.indices.filter { $0 != number }.map { people[$0].join }))
    }
    if newcomer == 0 { hear(0, .createGroup) }
    step()
  }

  /// Carries all that is said, until nobody has anything to say.
  private mutating func step() {
    while !outgoing.isEmpty {
      let (author, message) = outgoing.removeFirst()
      carry(message, from: author)
    }
    digests.append(Suite.hash(happened))
    happened = []
  }

  private mutating func wait(_ time: TimeDelta) {
    let end = now + time
    while let next = people.map({ $0.nextDeadline }).min(), next <= end {
      now = max(now, next)
      for number in people.indices {
        take(people[number].advance(to: now, wallClock: 1_700_000_000, using: &random[number]), of: number)
      }
      step()
    }
    now = end
  }

  private mutating func sealFrames() {
    for number in people.indices {
      guard let plan = try? people[number].planSeal(.mic, .opus, clear: []) else {
        happened.append(0)
        continue
      }
      happened += plan.header.encoded() + plan.nonce + plan.additionalData
      happened += people[number].takeKey(plan.key) ?? []
    }
    step()
  }

  private mutating func carry(_ message: MeetingMessage, from author: Int) {
    switch message {
    case .keyPackage(let package):
      happened += package
      if author > 0 { hear(0, .commitRequest([package])) }
    case .group(let bytes):
      happened += bytes
      if let upload = try? GroupUpload(wire: bytes) { apply(upload.tree) }
    case .commit(let bytes):
      happened += bytes
      if let upload = try? CommitUpload(wire: bytes) { carry(upload) }
    case .message(let bytes, let to, let isControl):
      happened.append(isControl ? 1 : 0)
      happened += bytes
      for number in people.indices where number != author && to?.contains(people[number].join) != false {
        hear(number, .message(bytes, from: people[author].join))
      }
    case .freeze(let call):
      happened += call
      for number in people.indices where number != author { hear(number, .frozen(call)) }
    case .sync, .ready, .refuse: happened.append(1)
    }
  }

  private mutating func carry(_ upload: CommitUpload) {
    apply(upload.tree)
    let served = served
    for number in people.indices {
      if people[number].groupID != nil {
        hear(number, .commit(epoch: epoch, upload.commit))
      } else if !upload.welcome.isEmpty {
        hear(number, .groupWelcome(welcome: upload.welcome, tree: served))
      }
    }
    epoch += 1
  }

  private mutating func apply(_ change: TreeChange) {
    while tree.count < Int(change.nodeCount) { tree.append([]) }
    tree.removeLast(tree.count - Int(change.nodeCount))
    for node in change.changes { tree[Int(node.index)] = node.node }
  }

  private var served: [UInt8] {
    let last = tree.lastIndex { !$0.isEmpty } ?? -1
    var nodes = WireWriter()
    for node in tree[...last] {
      nodes.write(UInt8(node.isEmpty ? 0 : 1))
      nodes.write(raw: node)
    }
    var writer = WireWriter()
    writer.write(opaque: nodes.bytes)
    return writer.bytes
  }

  private mutating func hear(_ number: Int, _ input: MeetingInput) {
    take(people[number].handle(input, now: now, wallClock: 1_700_000_000, using: &random[number]), of: number)
  }

  private mutating func take(_ effects: [MeetingEffect], of number: Int) {
    for effect in effects {
      if case .send(let message) = effect {
        outgoing.append((number, message))
      } else {
        happened.append(UInt8(number))
        happened += Self.summary(effect)
      }
    }
  }

  private static func summary(_ effect: MeetingEffect) -> [UInt8] {
    switch effect {
    case .send: []
    case .joined: [1]
    case .removedFromGroup: [2]
    case .members(let members):
      [3]
        + members.flatMap {
          $0.join.bytes + [UInt8(truncatingIfNeeded: $0.leaf), $0.role.rawValue]
            + bigEndianBytes($0.standing.permissions.rawValue)
        }
    case .security(let security):
      [4, UInt8(truncatingIfNeeded: security.epoch)] + security.digits
        + [UInt8(truncatingIfNeeded: security.count), security.door.rawValue, security.isFrozen ? 1 : 0]
    case .frozen(let by, let isOn): [14, isOn ? 1 : 0] + (by?.bytes ?? [])
    case .added(let join, let by): [5] + join.bytes + by.bytes
    case .removed(let join, _): [6] + join.bytes
    case .said(let from, let kind, _, let content): [7] + from.bytes + [kind.rawValue] + content
    case .profile(let join, _, let body): [8] + join.bytes + body
    case .comparison(let status): [9] + (status.map { $0.with.bytes + [$0.step.rawValue] + $0.digits } ?? [])
    case .alarm(let alarm): [10, alarm.rawValue]
    case .alarmCleared(let alarm): [11, alarm.rawValue]
    case .notice(let notice): [12, notice.rawValue]
    case .newKeysForSending: [13]
    case .link(let gate, let hasPassword): [15, hasPassword ? 1 : 0] + gate
    }
  }
}

/// SplitMix64: the same sequence everywhere.
struct SequenceGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
    return word ^ word >> 31
  }
}
