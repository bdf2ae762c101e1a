import Glibc
import SFURuntime
import Testing

@Suite("Large blocks")
struct LargeBlocksTests {
  @Test("a block of 40 kB is pages of its own, so that they go back to the system with it", arguments: 0..<8)
  func ownPages(_: Int) throws {
    LargeBlocks.takeOwnPages()
    let block = try #require(malloc(40_000))
    defer { free(block) }
    // Such a block ends with its page, behind a header of two words (malloc(3), M_MMAP_THRESHOLD); one of the heap
    // ends with itself.
    let page = sysconf(Int32(_SC_PAGESIZE))
    #expect((malloc_usable_size(block) + 2 * MemoryLayout<Int>.size) % page == 0)
  }
}
