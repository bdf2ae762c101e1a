import RTCCore
import Testing

@testable import RTCSecurity

@Suite("SRTP vectors")
struct SRTPVectorTests {
  @Test("the counter-mode keystream is that of RFC 3711 B.2")
  func keystream() {
    let keys = SRTPSessionKeys(
      encryption: hex("2B7E151628AED2A6ABF7158809CF4F3C"), authentication: [], salt: hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD")
    )
    let cipher = SRTPCounterCipher(keys)
    defer { cipher.destroy() }
    var stream = [UInt8](repeating: 0, count: 0xFF02 * 16)
    stream.withUnsafeMutableBytes {
      let counter = SRTPSalt(keys.salt).counter(ssrc: 0, index: 0)
      #expect(cipher.crypt(UnsafeRawBufferPointer($0), to: $0.baseAddress!, from: counter))
    }
    #expect(stream[..<16] == hex("E03EAD0935C95E80E166B16DD92B4EB4")[...])
    #expect(Array(stream[16..<32]) == hex("D23513162B02D0F72A43A2FE4A5F97AB"))
    #expect(Array(stream[32..<48]) == hex("41E95B3BB0A2E8DD477901E4FCA894C0"))
    #expect(Array(stream[(0xFEFF * 16)..<(0xFF00 * 16)]) == hex("EC8CDF7398607CB0F2D21675EA9EA1E4"))
    #expect(Array(stream[(0xFF00 * 16)..<(0xFF01 * 16)]) == hex("362B7C3C6773516318A077D7FC5073AE"))
    #expect(Array(stream[(0xFF01 * 16)..<(0xFF02 * 16)]) == hex("6A2CC3787889374FBEB4C81B17BA6C44"))
  }

  @Test("session keys derive as in RFC 3711 B.3")
  func derivation() {
    let master = SRTPMasterKey(
      key: hex("E1F97A0D3E018BE0D64FA32C06DE4139"), salt: hex("0EC675AD498AFEEBB6960B3AABE6"))
    #expect(master.derive(.rtpEncryption, length: 16) == hex("C61E7A93744F39EE10734AFE3FF7A087"))
    #expect(master.derive(.rtpSalt, length: 14) == hex("30CBBC08863D8C85D49DB34A9AE1"))
    let authentication = hex(
      """
      CEBE321F6FF7716B6FD4AB49AF256A15 6D38BAA48F0A0ACF3C34E2359E6CDBCE E049646C43D9327AD175578EF7227098
      6371C10C9A369AC2F94A8C5FBCDDDC25 6D6E919A48B610EF17C2041E47403576 6B68642C59BBFC2F34DB60DBDFB2DC68
      """)
    #expect(master.derive(.rtpAuthentication, length: 94) == Array(authentication[..<94]))
  }

  private static let quidProQuo = SRTPSessionKeys(
    encryption: hex("000102030405060708090a0b0c0d0e0f"), authentication: [], salt: hex("51756964 2070726f 2071756f"))

  private func session(of keys: SRTPSessionKeys) -> OpenSSLSRTP {
    func direction() -> OpenSSLSRTP.Direction {
      OpenSSLSRTP.Direction(
        rtp: SRTPCipher(keys, profile: .aeadAES128GCM), rtcp: SRTPCipher(keys, profile: .aeadAES128GCM), streamLimit: 4)
    }
    return OpenSSLSRTP(profile: .aeadAES128GCM, inbound: direction(), outbound: direction())
  }

  @Test("an SRTP packet under AEAD_AES_128_GCM is that of RFC 7714 §16.1")
  func gcmRTP() {
    let session = session(of: Self.quidProQuo)
    defer { session.destroy() }
    let plain = hex(
      """
      8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 696e2070 61727465 73207472 6573
      """)
    let sealed = hex(
      """
      8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833
      899d7f27 beb16a91 52cf765e e4390cce
      """)
    #expect(session.sealRTP(plain) == .success(sealed))
    #expect(session.openRTP(sealed) == .success(plain))
  }

  @Test("an SRTCP packet under AEAD_AES_128_GCM is that of RFC 7714 §17.1")
  func gcmRTCP() {
    let session = session(of: Self.quidProQuo)
    defer { session.destroy() }
    session.state.pointee.outbound.nextRTCPIndex = 0x5D4
    let plain = hex(
      """
      81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61
      deadbeef deadbeef deadbeef deadbeef deadbeef
      """)
    let sealed = hex(
      """
      81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d
      c676a5f1 730d6fda 4ce09b46 86303ded 0bb9275b c84aa458 96cf4d2f c5abf872 45d9eade 800005d4
      """)
    #expect(session.sealRTCP(plain) == .success(sealed))
    #expect(session.openRTCP(sealed) == .success(plain))
  }

  @Test("packets under AES_CM_128_HMAC_SHA1_80 are those of libsrtp's self-test")
  func counterMode() {
    let master = SRTPMasterKey(
      key: hex("e1f97a0d3e018be0d64fa32c06de4139"), salt: hex("0ec675ad498afeebb6960b3aabe6"))
    let session = OpenSSLSRTP(profile: .aes128CMHMACSHA1_80, inbound: master, outbound: master)
    defer { session.destroy() }
    let payload = [UInt8](repeating: 0xAB, count: 16)
    let rtp = hex("800f1234decafbadcafebabe") + payload
    let sealedRTP = hex("800f1234decafbadcafebabe 4e55dc4ce79978d88ca4d215949d2402 b78d6acc99ea179b8dbb")
    #expect(session.sealRTP(rtp) == .success(sealedRTP))
    #expect(session.openRTP(sealedRTP) == .success(rtp))

    session.state.pointee.outbound.nextRTCPIndex = 1
    let rtcp = hex("81c8000bcafebabe") + payload
    let sealedRTCP = hex("81c8000bcafebabe 7128035be487b9bdbef89041f977a5a8 80000001 993e08cd54d6c1230798")
    #expect(session.sealRTCP(rtcp) == .success(sealedRTCP))
    #expect(session.openRTCP(sealedRTCP) == .success(rtcp))
  }

  @Test("a packet under AEAD_AES_128_GCM with a derived key is that of libsrtp's self-test")
  func derivedGCM() {
    let master = SRTPMasterKey(
      key: hex("000102030405060708090a0b0c0d0e0f"), salt: hex("a0a1a2a3a4a5a6a7a8a9aaab"))
    let session = OpenSSLSRTP(profile: .aeadAES128GCM, inbound: master, outbound: master)
    defer { session.destroy() }
    let rtp = hex("800f1234decafbadcafebabe") + [UInt8](repeating: 0xAB, count: 16)
    let sealed = hex("800f1234decafbadcafebabe c5002ede04cfdd2eb91159e0880aa06e d2976826f796b201df3131a127e8a392")
    #expect(session.sealRTP(rtp) == .success(sealed))
  }
}
