/// The only import of the module: `count` cryptographically random bytes. A host that cannot give them must trap.
@_extern(wasm, module: "env", name: "random_get")
private func randomGet(_ bytes: UnsafeMutableRawPointer, _ count: Int)

struct HostRandom: RandomNumberGenerator {
  mutating func next() -> UInt64 {
    var value: UInt64 = 0
    randomGet(&value, MemoryLayout<UInt64>.size)
    return UInt64(bigEndian: value)
  }
}

/// What the standard library seeds its hashing with.
@c(arc4random_buf)
func seedHashing(_ bytes: UnsafeMutableRawPointer, _ count: Int) { randomGet(bytes, count) }
