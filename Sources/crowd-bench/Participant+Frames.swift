import ClientCore
import NativeCrypto
import SFrame

extension Participant {
  /// A sealed frame of Opus as it goes over the wire; nil where nothing can be sealed.
  func seal(_ payload: [UInt8]) -> [UInt8]? {
    guard let plan = try? meeting.planSeal(.mic, .opus, clear: []), let key = meeting.takeKey(plan.key),
      let sealed = try? NativeCrypto.aeadSeal(
        key: key, nonce: plan.nonce, additionalData: plan.additionalData, plaintext: payload)
    else { return nil }
    return plan.header.encoded() + sealed
  }

  /// What was sealed; nil where it cannot be opened.
  func open(_ frame: [UInt8]) -> [UInt8]? {
    let prefix = Array(frame.prefix(FramePlan.maximumPrefixLength))
    guard let plan = try? meeting.planOpen(.opus, prefix: prefix, length: frame.count),
      let key = meeting.takeKey(plan.key),
      let opened = try? NativeCrypto.aeadOpen(
        key: key, nonce: plan.nonce, additionalData: plan.additionalData,
        sealed: Array(frame.dropFirst(plan.header.encoded().count))),
      (try? meeting.commit(plan.header, openedWith: plan.key)) != nil
    else { return nil }
    return opened
  }
}
