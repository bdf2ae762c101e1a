import RTCCore
import RTCSecurity
import Testing

@Suite("Primitives")
struct PrimitivesTests {
  struct Case: Sendable {
    let key: [UInt8]
    let message: [UInt8]
    let digest: [UInt8]
  }

  static let rfc2202 = [
    Case(
      key: [UInt8](repeating: 0x0B, count: 20), message: Array("Hi There".utf8),
      digest: hex("b617318655057264e28bc0b6fb378c8ef146be00")),
    Case(
      key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8),
      digest: hex("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")),
    Case(
      key: [UInt8](repeating: 0xAA, count: 80),
      message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
      digest: hex("aa4ae5e15272d00e95705637ce8a3b55ed402112")),
  ]

  @Test("HMAC-SHA1 agrees with RFC 2202, wherever the message is cut in two", arguments: rfc2202)
  func hmac(_ vector: Case) {
    for cut in 0...vector.message.count {
      var digest = [UInt8](repeating: 0, count: 20)
      vector.key.withUnsafeBytes { key in
        vector.message.withUnsafeBytes { message in
          digest.withUnsafeMutableBytes { digest in
            OpenSSLPrimitives.hmacSHA1(
              key: key, head: .init(rebasing: message[..<cut]), tail: .init(rebasing: message[cut...]), into: digest)
          }
        }
      }
      #expect(digest == vector.digest)
    }
  }

  @Test("SHA-256 of the empty message and of abc are as FIPS 180-4 says")
  func sha256() {
    func digest(_ message: String) -> [UInt8] {
      var digest = [UInt8](repeating: 0, count: 32)
      Array(message.utf8).withUnsafeBytes { bytes in
        digest.withUnsafeMutableBytes { OpenSSLPrimitives.sha256(bytes, into: $0) }
      }
      return digest
    }
    #expect(digest("") == hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"))
    #expect(digest("abc") == hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"))
  }

  @Test("random bytes differ from call to call and have the length asked for")
  func random() {
    #expect(randomBytes(0).isEmpty)
    #expect(randomBytes(33).count == 33)
    #expect(randomBytes(32) != randomBytes(32))
    var generator = SecureRandom()
    #expect(generator.next() != generator.next())
  }

  @Test("equality in constant time is equality")
  func equality() {
    func equal(_ a: [UInt8], _ b: [UInt8]) -> Bool {
      a.withUnsafeBytes { a in b.withUnsafeBytes { OpenSSLPrimitives.constantTimeEqual(a, $0) } }
    }
    #expect(equal([], []))
    #expect(equal([1, 2], [1, 2]))
    #expect(!equal([1, 2], [1, 3]))
    #expect(!equal([1, 2], [1, 2, 3]))
  }
}
