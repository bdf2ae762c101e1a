internal import COpenSSL

/// OpenSSL's cryptographic random generator, reseeded from the kernel; for code that takes a `RandomNumberGenerator`.
package struct SecureRandom: RandomNumberGenerator {
  package init() {}

  package mutating func next() -> UInt64 {
    var value: UInt64 = 0
    withUnsafeMutableBytes(of: &value, fillWithRandomBytes)
    return value
  }
}

/// `count` bytes that nobody can predict, for tokens, credentials and serial numbers.
package func randomBytes(_ count: Int) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
    fillWithRandomBytes(UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]))
    filled = count
  }
}

/// A machine without randomness cannot keep a promise that we make: there is nothing to do but stop.
private func fillWithRandomBytes(_ bytes: UnsafeMutableRawBufferPointer) {
  let target = bytes.bindMemory(to: UInt8.self)
  precondition(RAND_bytes(target.baseAddress, CInt(target.count)) == 1, "the system's random generator failed")
}
