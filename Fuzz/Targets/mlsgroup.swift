import MLS
import MLSWire

nonisolated(unsafe) private let recorded: RecordedGroup = {
  do throws(MLSError) { return try RecordedGroup() } catch { fatalError("the honest group cannot be made: \(error)") }
}()

/// A member, or somebody who joins, is fed honest messages that were changed: choice, changes (see `Fuzzing`), again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  var input = Array(UnsafeRawBufferPointer(data, size))[...]
  var group = recorded.reader
  for _ in 0..<8 {
    guard let choice = input.popFirst() else { break }
    let count = recorded.messages.count
    switch Int(choice) % (count + 2) {
    case count: join(&input)
    case count + 1: joinExternally(&input)
    case let message: receive(Fuzzing.edited(recorded.messages[message], by: &input), in: &group)
    }
  }
  return 0
}

private func receive(_ bytes: [UInt8], in group: inout Group<TrustingSuite>) {
  do throws(WireError) {
    let message = try MLSMessage(wire: bytes)
    let epoch = group.epoch
    do throws(MLSError) {
      let received = try group.receive(message, psks: RecordedGroup.psks, now: fuzzNow)
      promise(group.epoch == epoch, "nothing changes the epoch before it is merged")
      guard case .commit(let staged) = received else { return }
      try group.merge(staged)
      promise(group.epoch == epoch + 1 || group.status == .removed, "a commit leads to the next epoch or out")
    } catch {}
  } catch {}
}

private func join(_ input: inout ArraySlice<UInt8>) {
  do throws(WireError) {
    let welcome = try Welcome(wire: Fuzzing.edited(recorded.welcome, by: &input))
    let tree = try RatchetTreeExtension(wire: Fuzzing.edited(recorded.tree, by: &input))
    do throws(MLSError) {
      let group = try Group(
        joining: welcome, as: recorded.joiner, tree: tree, psks: RecordedGroup.psks, now: fuzzNow)
      promise(group.tree[group.ownLeaf] == recorded.joiner.keyPackage.leafNode, "who joins is a member")
    } catch {}
  } catch {}
}

private func joinExternally(_ input: inout ArraySlice<UInt8>) {
  do throws(WireError) {
    let info = try GroupInfo(wire: Fuzzing.edited(recorded.groupInfo, by: &input))
    var random = FixedGenerator(state: 3)
    do throws(MLSError) {
      let identity = try ClientIdentity<TrustingSuite>(
        credential: .basic(identity: [8]), signatureKey: random.bytes(32))
      _ = try Group.joinExternally(
        info, join: ExternalJoin(identity: identity), psks: RecordedGroup.psks, now: fuzzNow, using: &random)
    } catch {}
  } catch {}
}
