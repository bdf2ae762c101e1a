import ClientCore
import NativeCrypto
import SFrame
import Testing

/// Runs the steps of a transcript, in the terms of the worker.
struct ScriptedCall {
  private var participants: [String: Participant] = [:]
  private var random = CountingGenerator()
  private var results: [[UInt8]] = []

  mutating func run(_ step: Step) throws -> String {
    do {
      let result = try perform(step)
      results.append(result)
      return result.count > 64 ? "#" + NativeCrypto.hash(.sha256, result).hex : result.hex
    } catch let failure as StepFailure {
      results.append([])
      return "!" + failure.code
    }
  }

  private mutating func perform(_ step: Step) throws -> [UInt8] {
    if step.op == "open" { return try open(step) }
    var participant = try present(participants[step.who])
    defer { participants[step.who] = participant }
    switch step.op {
    case "newJoin":
      participant.session.newJoin(using: &random)
      return participant.session.join.bytes
    case "setSelf":
      try naming { try participant.session.setSelf(index: try present(step.index)) }
      return []
    case "setRoster":
      let senders = try present(step.members).map { member in
        let join =
          member.who == step.who ? participant.session.join : try present(participants[member.who]).session.join
        return try present(Sender(index: member.index, join: join))
      }
      try naming { try participant.session.setRoster(senders) }
      return []
    case "sealFrame":
      guard let context = StreamContext(rawValue: try present(step.context)) else {
        throw StepFailure(code: "bad_argument")
      }
      return try naming { try participant.seal(context, try kind(step), try bytes(step.frame)) }
    case "openFrame": return try naming { try participant.open(try kind(step), try bytes(step.frame)) }
    case "seal": return try naming { try participant.session.seal(try bytes(step.content), as: try label(step)) }
    case "openBox":
      return try naming {
        try participant.session.open(try bytes(step.box), as: try label(step), from: try present(step.index))
      }
    default: throw StepFailure(code: "unknown step \(step.op)")
    }
  }

  private mutating func open(_ step: Step) throws -> [UInt8] {
    guard let link = try? MeetingLink(fragment: Array(try present(step.fragment).utf8)) else {
      throw StepFailure(code: "bad_link")
    }
    let keys = try LinkKeySource<NativeCrypto>(link: link)
    let participant = Participant(session: SecureSession(keys: keys, using: &random))
    participants[step.who] = participant
    return keys.gate + participant.session.join.bytes
  }

  private func kind(_ step: Step) throws -> FrameKind {
    try present(FrameKind(rawValue: try present(step.kind)))
  }

  private func label(_ step: Step) throws -> MessageLabel {
    try present(MessageLabel(rawValue: try present(step.label)))
  }

  private func bytes(_ text: String?) throws -> [UInt8] {
    let text = try present(text)
    if text.hasPrefix("$") { return results[try present(Int(text.dropFirst()))] }
    if text.hasPrefix("*") { return [UInt8](repeating: 0x61, count: try present(Int(text.dropFirst()))) }
    return try present([UInt8](hex: text))
  }

  /// Gives errors the names that the worker has for them.
  private func naming<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as FrameError {
      throw StepFailure(error)
    } catch MessageError.frame(let error) {
      throw StepFailure(error)
    } catch MessageError.tooLarge {
      throw StepFailure(code: "too_large")
    } catch let error as RosterError {
      throw StepFailure(error)
    }
  }
}

struct StepFailure: Error {
  let code: String
  init(code: String) { self.code = code }

  init(_ error: FrameError) {
    code =
      switch error {
      case .noKey: "no_key"
      case .malformed: "malformed"
      case .replayed: "replayed"
      case .badTag: "bad_tag"
      case .exhausted: "exhausted"
      case .futureEpoch: "future_epoch"
      }
  }

  init(_ error: RosterError) {
    code =
      switch error {
      case .indexOutOfRange: "index_out_of_range"
      case .duplicateIndex: "duplicate_index"
      case .impersonation: "impersonation"
      case .tooMany: "too_many_senders"
      }
  }
}

private func present<Value>(_ value: Value?) throws -> Value { try #require(value) }
