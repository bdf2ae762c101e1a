import NativeCrypto
import SFrame
import Testing

@Suite("Key ring")
struct KeyRingTests {
  @Test("a key is found by its key ID alone")
  func selection() throws {
    var ring = KeyRing<String>()
    ring.insert(.init(keyID: 1, key: "one"))
    ring.insert(.init(keyID: 2, key: "two"))
    #expect(try ring.lookUp(SFrameHeader(keyID: 2, counter: 0)) == "two")
    #expect(throws: SFrameError.unknownKey) { try ring.lookUp(SFrameHeader(keyID: 3, counter: 0)) }
  }

  @Test("the window belongs to the key ID and moves only on commit")
  func windows() throws {
    var ring = KeyRing<String>()
    ring.insert(.init(keyID: 1, key: "one"))
    ring.insert(.init(keyID: 2, key: "two"))
    let header = SFrameHeader(keyID: 1, counter: 5)
    _ = try ring.lookUp(header)
    _ = try ring.lookUp(header)
    try ring.commit(header)
    #expect(throws: SFrameError.replayed) { try ring.lookUp(header) }
    #expect(throws: SFrameError.replayed) { try ring.commit(header) }
    _ = try ring.lookUp(SFrameHeader(keyID: 2, counter: 5))
  }

  @Test("an entry taken out and put back remembers what it accepted")
  func retirement() throws {
    var ring = KeyRing<String>()
    ring.insert(.init(keyID: 1, key: "one"))
    let header = SFrameHeader(keyID: 1, counter: 0)
    try ring.commit(header)
    let removed = ring.remove { $0 == "one" }
    #expect(throws: SFrameError.unknownKey) { try ring.lookUp(header) }
    for entry in removed { ring.insert(entry) }
    #expect(throws: SFrameError.replayed) { try ring.lookUp(header) }
  }
}

@Suite("Native primitives")
struct NativeCryptoTests {
  @Test("parameters that AES-GCM does not have are refused, not truncated")
  func parameters() {
    let nonce = [UInt8](repeating: 0, count: 12)
    for length in [0, 15, 17, 24, 33] {
      #expect(throws: PrimitiveError.invalidParameter) {
        try NativeCrypto.aeadSeal(
          key: [UInt8](repeating: 0, count: length), nonce: nonce, additionalData: [], plaintext: [])
      }
    }
    let key = [UInt8](repeating: 0, count: 16)
    #expect(throws: PrimitiveError.invalidParameter) {
      try NativeCrypto.aeadSeal(key: key, nonce: [0], additionalData: [], plaintext: [])
    }
    #expect(throws: PrimitiveError.invalidParameter) {
      try NativeCrypto.aeadOpen(key: key, nonce: nonce, additionalData: [], sealed: [UInt8](repeating: 0, count: 15))
    }
    #expect(throws: PrimitiveError.invalidParameter) {
      try NativeCrypto.hkdfExpand(.sha256, key: key, info: [], length: 255 * 32 + 1)
    }
  }

  @Test("a changed key, nonce, additional data or ciphertext does not open")
  func authentication() throws {
    let key = [UInt8](repeating: 1, count: 16)
    let nonce = [UInt8](repeating: 2, count: 12)
    let sealed = try NativeCrypto.aeadSeal(key: key, nonce: nonce, additionalData: [3], plaintext: [4, 5, 6])
    #expect(try NativeCrypto.aeadOpen(key: key, nonce: nonce, additionalData: [3], sealed: sealed) == [4, 5, 6])
    for position in sealed.indices {
      var changed = sealed
      changed[position] ^= 1
      #expect(throws: PrimitiveError.authenticationFailed) {
        try NativeCrypto.aeadOpen(key: key, nonce: nonce, additionalData: [3], sealed: changed)
      }
    }
    #expect(throws: PrimitiveError.authenticationFailed) {
      try NativeCrypto.aeadOpen(key: key, nonce: nonce, additionalData: [], sealed: sealed)
    }
  }
}
