import RTCCore
import Signaling

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let bytes = Array(UnsafeRawBufferPointer(data, size))
  if let value = json(bytes) {
    promise(json(value.encoded()) == value, "written JSON reads back")
  }
  do throws(SignalingError) { visit(try ClientMessage.decode(bytes)) } catch {}
  return 0
}

private func json(_ bytes: [UInt8]) -> JSONValue? {
  do throws(JSONError) { return try JSONReader.read(bytes) } catch { return nil }
}

/// The limits that the protocol promises hold for what is let through.
private func visit(_ message: ClientMessage) {
  switch message {
  case .hello(let hello):
    promise(Limits.room ~= hello.room.utf8.count, "a room id has 12 to 64 characters")
    promise(hello.gate.count == Limits.gate && hello.join.count == Limits.join, "tokens have their length")
    if let governance = hello.governance { visit(governance) }
  case .offer(let offer):
    promise(offer.sdp.utf8.count <= Limits.sdp && offer.slots.count <= Limits.slots, "an offer is bounded")
  case .message(let box, let indices, _):
    promise(box.count <= Limits.box && (indices?.count ?? 0) <= Limits.recipients, "a message is bounded")
  case .keyPackage(let box): promise(box.count <= Limits.keyPackage, "a key package is bounded")
  case .group(let box), .commit(let box): promise(box.count <= Limits.upload, "an upload is bounded")
  case .view(let views): promise(views.count <= Limits.slots, "a view is bounded")
  case .admit(let knocks), .turnAway(let knocks, _):
    promise(knocks.count <= Limits.decisions, "decisions are bounded")
  case .freeze(let box): promise(box.count <= Limits.freeze, "a call to freeze is bounded")
  case .invite(let chain, let label):
    promise(chain.count <= Limits.chain && label.count <= Limits.label, "an invitation is bounded")
  case .revoke(let ids):
    promise(
      ids.count <= Limits.revocations && ids.allSatisfy { $0.count == Limits.invitation }, "ids have their length")
  case .ban(let index, _): promise(0...Limits.index ~= index, "an index is one")
  case .invitations, .keep: break
  case .media, .sync, .ready, .refuse, .leave, .ping: break
  }
}

private func visit(_ governance: Hello.Governance) {
  promise(governance.hostDigest.count == Limits.hostDigest, "the digest of a host has its length")
  promise(governance.device.key.count == Limits.deviceKey, "a key has its length")
  promise(governance.knock?.count ?? 0 <= Limits.knock, "a sealed name is bounded")
  for proof in [governance.device, governance.host, governance.invitation] {
    promise(proof?.signature.count ?? Limits.signature == Limits.signature, "a signature has its length")
  }
}
