import Glibc
import SFURuntime
import Testing

@Suite("Large blocks")
struct LargeBlocksTests {
  @Test("a block of 40 kB is pages of its own, so that they go back to the system with it", arguments: 0..<8)
  func ownPages(_: Int) throws {
    LargeBlocks.takeOwnPages()
    // Glibc's module leaves out what <malloc.h> declares.
    let symbol = try #require(dlsym(nil, "malloc_usable_size"))
    let usableSize = unsafeBitCast(symbol, to: (@convention(c) (UnsafeMutableRawPointer?) -> Int).self)
    let block = try #require(malloc(40_000))
    defer { free(block) }
    // Such a block ends with its page, behind a header of two words (malloc(3), M_MMAP_THRESHOLD); one of the heap
    // ends with itself.
    #expect((usableSize(block) + 2 * MemoryLayout<Int>.size) % sysconf(Int32(_SC_PAGESIZE)) == 0)
  }
}
