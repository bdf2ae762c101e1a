import Bytes
import ClientCore

nonisolated(unsafe) private let recorded: RecordedMeeting = {
  do { return try RecordedMeeting() } catch { fatalError("the honest meeting cannot be held: \(error)") }
}()

/// A member is told by the node what was honest and then changed, in any order, while time passes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  var input = Array(UnsafeRawBufferPointer(data, size))[...]
  var meeting = recorded.reader
  var random = FixedGenerator(state: 5)
  var now = recorded.now
  var said = 0
  for _ in 0..<24 {
    guard let choice = input.popFirst() else { break }
    let effects: [MeetingEffect]
    if choice >= 0xE0 {
      now = now + .milliseconds(Int64(choice - 0xDF) * Int64(choice - 0xDF) * 40)
      effects = meeting.advance(to: now, wallClock: fuzzNow, using: &random)
    } else {
      let told = recorded.inputs[Int(choice) % recorded.inputs.count].edited(by: &input)
      effects = meeting.handle(told, now: now, wallClock: fuzzNow, using: &random)
    }
    promise(effects.count < 200, "one word of the node has few consequences")
    said += effects.count { if case .said = $0 { true } else { false } }
    if meeting.groupID == nil {
      promise((try? meeting.planSeal(.mic, .opus, clear: [])) == nil, "outside a group nothing is sealed")
    }
  }
  return 0
}

extension MeetingInput {
  fileprivate func edited(by input: inout ArraySlice<UInt8>) -> MeetingInput {
    switch self {
    case .commitRequest(let packages):
      var changed: [[UInt8]] = []
      for package in packages { changed.append(Fuzzing.edited(package, by: &input)) }
      return .commitRequest(changed)
    case .proposal(let box): return .proposal(Fuzzing.edited(box, by: &input))
    case .commit(let epoch, let box): return .commit(epoch: epoch, Fuzzing.edited(box, by: &input))
    case .groupWelcome(let welcome, let tree):
      return .groupWelcome(welcome: Fuzzing.edited(welcome, by: &input), tree: Fuzzing.edited(tree, by: &input))
    case .groupInfo(let info, let tree):
      return .groupInfo(info: Fuzzing.edited(info, by: &input), tree: Fuzzing.edited(tree, by: &input))
    case .message(let box, let from): return .message(Fuzzing.edited(box, by: &input), from: from)
    case .frozen(let call): return .frozen(Fuzzing.edited(call, by: &input))
    default: return self
    }
  }
}
