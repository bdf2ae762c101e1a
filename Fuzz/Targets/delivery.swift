import Bytes
import Delivery

nonisolated(unsafe) private let recorded: RecordedMeeting = {
  do { return try RecordedMeeting() } catch { fatalError("the honest meeting cannot be held: \(error)") }
}()

/// Participants send the delivery service what was honest and then changed, in any order and by anybody.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  var input = Array(UnsafeRawBufferPointer(data, size))[...]
  var service = recorded.service
  var now = recorded.now
  for _ in 0..<24 {
    guard let choice = input.popFirst() else { break }
    let epoch = service.epoch
    let effects: [DeliveryEffect]
    if choice >= 0xE0 {
      now = now + .milliseconds(Int64(choice - 0xDF) * 40)
      effects = service.advance(to: now)
    } else {
      let (from, command) = recorded.commands[Int(choice) % recorded.commands.count]
      let stranger = Int(input.popFirst() ?? 0xFF)
      let sender = stranger < RecordedMeeting.people ? stranger : from
      effects = service.apply(command.edited(by: &input), from: sender, now: now)
    }
    promise(effects.count < 100, "one command has few consequences")
    if let epoch, let next = service.epoch { promise(next <= epoch + 1, "a command ends one epoch at most") }
    promise(service.nextDeadline > now - .seconds(3600), "deadlines do not fall behind")
  }
  return 0
}

extension DeliveryCommand {
  fileprivate func edited(by input: inout ArraySlice<UInt8>) -> DeliveryCommand {
    switch self {
    case .keyPackage(let box): .keyPackage(Fuzzing.edited(box, by: &input))
    case .create(let box): .create(Fuzzing.edited(box, by: &input))
    case .commit(let box): .commit(Fuzzing.edited(box, by: &input))
    default: self
    }
  }
}
