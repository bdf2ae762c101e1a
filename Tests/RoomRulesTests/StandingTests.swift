import RoomRules
import Testing

@Suite("What somebody is and may")
struct StandingTests {
  private func standing(
    _ number: UInt8, invited: Role? = nil, _ change: (inout RoomRules) -> Void
  ) -> Standing {
    Fixture.rules(change).standing(of: Fixture.join(number), signatureKey: Fixture.key(number), invited: invited)
  }

  @Test("who is named has the role of the entry, and its permissions in this room", arguments: Role.allCases)
  func named(role: Role) {
    let found = standing(3) { rules in
      rules.speaker = [.chat, .microphone]
      rules.listener = [.reactions]
      rules.newcomer = [.camera]
      rules.entries = [Fixture.entry(3, role)]
    }
    let expected: [Role: Permissions] = [
      .speaker: [.chat, .microphone], .listener: [.reactions], .newcomer: [.camera], .coHost: .all, .host: .all,
    ]
    #expect(found.permissions == expected[role])
    #expect(found.role == role && found.isNamed)
    #expect(found.isVeiled == (role == .newcomer))
  }

  @Test("who is not named is what the invitation says, else a newcomer under the veil, else a speaker")
  func unnamed() {
    #expect(standing(3) { $0.veilsNewcomers = false }.role == .speaker)
    #expect(standing(3) { _ in }.role == .newcomer)
    #expect(standing(3, invited: .listener) { _ in }.role == .listener)
    #expect(standing(3, invited: .speaker) { _ in }.role == .speaker)
    #expect(standing(3) { _ in }.isNamed == false)
  }

  @Test("an entry is of one leaf: the credential alone is nothing")
  func otherKey() {
    let rules = Fixture.rules { $0.entries = [Fixture.entry(3, .host)] }
    let other = rules.standing(of: Fixture.join(3), signatureKey: Fixture.key(4), invited: nil)
    #expect(other.role == .newcomer && !other.isNamed)
  }

  @Test("denied goes before granted is added; moderators keep everything")
  func changes() {
    let change: (inout RoomRules) -> Void = { rules in
      rules.speaker = [.chat, .microphone]
      rules.entries = [
        Fixture.entry(1, .coHost, denied: .all),
        Fixture.entry(3, .speaker, granted: [.camera, .trusted], denied: [.chat, .camera]),
      ]
    }
    #expect(standing(3, change).permissions == [.microphone, .camera, .trusted])
    #expect(standing(3, change).granted == [.camera, .trusted])
    #expect(standing(3, change).denied == [.chat, .camera])
    #expect(standing(1, change).permissions == .all)
  }

  @Test("in a frozen room only moderators and those who go on may anything", arguments: Role.allCases)
  func frozen(role: Role) {
    func found(goesOn: Bool) -> Standing {
      standing(3) { rules in
        rules.isFrozen = true
        rules.entries = [Fixture.entry(3, role, granted: .trusted, goesOn: goesOn)]
      }
    }
    #expect(found(goesOn: false).permissions == (role.moderates ? .all : .none))
    #expect(found(goesOn: true).permissions.contains(.trusted))
    #expect(found(goesOn: false).isTrusted)
    #expect(found(goesOn: false).granted == .trusted)
    #expect(standing(4) { $0.isFrozen = true }.permissions == .none)
  }

  @Test("where no rules are in force everybody may everything but freeze")
  func ungoverned() {
    #expect(Standing.ungoverned.permissions == Permissions.all.subtracting(.trusted))
    #expect(!Standing.ungoverned.isTrusted)
  }

  @Test("power: newcomer, listener, speaker, co-host, host")
  func power() {
    #expect(Role.allCases.sorted() == [.newcomer, .listener, .speaker, .coHost, .host])
    #expect(Role.allCases.filter { $0.moderates } == [.coHost, .host])
  }

  @Test(
    "defaults: newcomers are veiled, send no files, no links; speakers do not record, freeze, invite; listeners only write"
  )
  func defaults() {
    let rules = Fixture.rules()
    #expect(rules.door == .lobby && !rules.isFrozen && rules.veilsNewcomers)
    #expect(rules.speaker.isDisjoint(with: [.recording, .trusted, .invite]))
    #expect(rules.speaker.union([.recording, .trusted, .invite]) == .all)
    #expect(rules.listener == [.chat, .directMessages, .reactions, .rename])
    #expect(rules.newcomer == [.microphone, .camera, .screen, .chat, .reactions])
  }
}

@Suite("Freeze calls")
struct FreezeCallTests {
  private static let rules = Fixture.rules(counter: 5) { rules in
    rules.entries = [
      Fixture.entry(1, .host), Fixture.entry(2, .coHost), Fixture.entry(3, .speaker, granted: .trusted),
      Fixture.entry(4, .speaker),
    ]
  }

  private func refusal(
    _ number: UInt8, counter: UInt64 = 5, groupID: [UInt8] = Fixture.groupID, signedBy signer: UInt8? = nil,
    under rules: RoomRules? = FreezeCallTests.rules
  ) -> FreezeCall.Refusal? {
    var call = FreezeCall(groupID: groupID, counter: counter, join: Fixture.join(number))
    call.signature = ToySuite.sign(call.contentToSign, by: Fixture.key(signer ?? number))
    do {
      try call.verify(
        under: rules, groupID: Fixture.groupID, signatureKey: Fixture.key(number), invited: nil, as: ToySuite.self)
      return nil
    } catch { return error }
  }

  @Test("moderators and those whom the host trusts may freeze, others may not")
  func who() {
    #expect(refusal(1) == nil)
    #expect(refusal(2) == nil)
    #expect(refusal(3) == nil)
    #expect(refusal(4) == .notTrusted)
    #expect(refusal(9) == .notTrusted)
    #expect(refusal(1, under: nil) == .notTrusted)
  }

  @Test("a call that is shown again after newer rules does nothing; one of rules to come is early")
  func counter() {
    #expect(refusal(1, counter: 4) == .replayed)
    #expect(refusal(1, counter: 6) == .early)
  }

  @Test("a call of another group, or signed by somebody else, does nothing")
  func forged() {
    #expect(refusal(1, groupID: Fixture.key(1)) == .ofAnotherGroup)
    #expect(refusal(1, signedBy: 3) == .badSignature)
  }
}
