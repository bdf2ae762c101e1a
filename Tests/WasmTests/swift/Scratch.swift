// What tests need beyond the product's exports; part of the module only when a test builds it.

/// Memory for inputs and results larger than a mailbox.
nonisolated(unsafe) private var scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 8)

/// Address of at least `length` bytes, for the next call to read.
@c(scratch_reserve)
func scratchReserve(_ length: Int32) -> UnsafeMutableRawPointer {
  if scratch.count < Int(length) {
    scratch.deallocate()
    scratch = .allocate(byteCount: Int(length), alignment: 8)
  }
  return scratch.baseAddress!
}

/// Gives the memory back.
@c(scratch_release)
func scratchRelease() {
  scratch.deallocate()
  scratch = .allocate(byteCount: 0, alignment: 8)
}

func readScratch(_ length: Int32) -> [UInt8] { Array(scratch[..<Int(length)]) }

/// Returns the length; `scratch_reserve(0)` says where the bytes are.
func writeScratch(_ bytes: [UInt8]) -> Int32 {
  _ = scratchReserve(Int32(bytes.count))
  scratch.copyBytes(from: bytes)
  return Int32(bytes.count)
}
