import ClientCore
import NativeMLSCrypto
import Testing

@Suite("Safety code")
struct SafetyCodeTests {
  private func digits(_ authenticator: UInt8 = 1, group: [UInt8] = [2, 3], epoch: UInt64 = 4) -> String {
    let digits = SafetyCode.digits(
      epochAuthenticator: [UInt8](repeating: authenticator, count: 32), groupID: group, epoch: epoch,
      as: NativeX25519Suite.self)
    return String(decoding: digits, as: UTF8.self)
  }

  @Test("30 digits, those of an independent HKDF")
  func digits() { #expect(digits() == "226814730441830049640872413408") }

  @Test("another authenticator, group or epoch has other digits")
  func differs() {
    let all = [digits(), digits(2), digits(group: [2, 4]), digits(epoch: 5)]
    #expect(Set(all).count == all.count)
    #expect(all.allSatisfy { $0.utf8.count == 30 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
  }

  @Test("members of one epoch see the same, before and after a commit different ones")
  func group() throws {
    var room = try PolicyRoom(seed: 0x94_0001)
    try room.enter()
    let first = room.members.map { SafetyCode.digits(of: $0.group) }
    #expect(first[0] == first[1])
    try room.pass(room.commit([], by: 1), by: 1)
    let second = room.members.map { SafetyCode.digits(of: $0.group) }
    #expect(second[0] == second[1])
    #expect(first[0] != second[0])
  }
}
