import Glibc
import SFURuntime
import Testing

@Suite("Large blocks")
struct LargeBlocksTests {
  @Test("the heap does not grow for blocks of 20 kB: they are pages of their own, and go back to the system")
  func ownPages() throws {
    LargeBlocks.takeOwnPages()
    // Glibc's module leaves out what <malloc.h> declares.
    let symbol = try #require(dlsym(nil, "malloc_usable_size"))
    let usableSize = unsafeBitCast(symbol, to: (@convention(c) (UnsafeMutableRawPointer?) -> Int).self)
    var blocks: [UnsafeMutableRawPointer] = []
    defer { for block in blocks { free(block) } }
    // Such a block ends with its page, behind a header of two words (malloc(3), M_MMAP_THRESHOLD); one of the heap
    // ends with itself. What the heap has free is used first.
    func isOwnPages(_ block: UnsafeMutableRawPointer) -> Bool {
      (usableSize(block) + 2 * MemoryLayout<Int>.size) % sysconf(Int32(_SC_PAGESIZE)) == 0
    }
    while blocks.count < 8_000, !(blocks.last.map(isOwnPages) ?? false) {
      blocks.append(try #require(malloc(20_000)))
    }
    #expect(blocks.last.map(isOwnPages) == true)
  }
}
