import MLS
import Testing

@Suite("Sets of byte strings")
struct ByteStringSetTests {
  @Test("hold each once, in the order of their bytes, whatever order they come in")
  func ordered() {
    let strings: [[UInt8]] = [[2], [], [1, 0], [255], [1], [0, 9, 9], [1, 0, 0]]
    var forwards = ByteStringSet()
    var backwards = ByteStringSet()
    let fresh = strings.map { forwards.insert($0) } + strings.reversed().map { backwards.insert($0) }
    let again = strings.map { forwards.insert($0) }
    #expect(!fresh.contains(false))
    #expect(!again.contains(true))
    #expect(forwards.members == [[], [0, 9, 9], [1], [1, 0], [1, 0, 0], [2], [255]])
    #expect(forwards == backwards)
  }

  @Test("tell apart what begins alike")
  func prefixes() {
    let set: ByteStringSet = [[1, 2], [1, 2, 3, 4], [1, 2]]
    #expect(set.members.count == 2)
    #expect(set.contains([1, 2]) && set.contains([1, 2, 3, 4]))
    #expect(!set.contains([]) && !set.contains([1]) && !set.contains([1, 2, 3]) && !set.contains([1, 2, 3, 4, 5]))
    #expect(!ByteStringSet().contains([]))
  }
}
