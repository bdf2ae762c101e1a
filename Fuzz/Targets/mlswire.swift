import ClientCore
import MLSWire
import RoomRules

/// The first byte chooses the structure; the rest is the encoding that a stranger sent.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let bytes = Array(UnsafeRawBufferPointer(data, size))
  guard let choice = bytes.first else { return 0 }
  let rest = Array(bytes.dropFirst())
  switch choice % 15 {
  case 0: check(MLSMessage.self, rest)
  case 1: check(KeyPackage.self, rest)
  case 2: check(Welcome.self, rest)
  case 3: check(GroupInfo.self, rest)
  case 4: check(RatchetTreeExtension.self, rest)
  case 5: check(Commit.self, rest)
  case 6: check(GroupSecrets.self, rest)
  case 7: check(Proposal.self, rest)
  case 8: check(CommitUpload.self, rest)
  case 9: check(GroupUpload.self, rest)
  case 10: check(SignedProfile.self, rest)
  case 11: check(ComparisonMessage.self, rest)
  case 12: check(FreezeCall.self, rest)
  case 13: check(EntryProof.self, rest)
  default: if let rules = RoomRules(rest) { promise(rules.bytes == rest, "rules have one encoding") }
  }
  return 0
}

/// Whatever is accepted has one encoding, the one that came: hashes and signatures stand on it.
private func check<Value: WireCodable>(_ type: Value.Type, _ bytes: [UInt8]) {
  do throws(WireError) {
    let value = try Value(wire: bytes)
    promise(value.wire == bytes, "a value has one encoding")
  } catch {}
}
