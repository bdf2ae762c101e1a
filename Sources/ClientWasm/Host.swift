/// The only import of the module: `count` cryptographically random bytes. A host that cannot give them must trap.
@_extern(wasm, module: "env", name: "random_get")
@_extern(c)
private func random_get(_ bytes: UnsafeMutableRawPointer, _ count: Int)

struct HostRandom: RandomNumberGenerator {
  mutating func next() -> UInt64 {
    var value: UInt64 = 0
    random_get(&value, MemoryLayout<UInt64>.size)
    return UInt64(bigEndian: value)
  }
}

/// What the standard library seeds its hashing with.
@c(arc4random_buf)
func arc4random_buf(_ bytes: UnsafeMutableRawPointer, _ count: Int) { random_get(bytes, count) }
