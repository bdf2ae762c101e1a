internal import CLinuxNet

/// How the process gets memory in large pieces, and gives it back.
package enum LargeBlocks {
  /// From now on the heap does not grow for blocks of 16 kB and more. What it has no room for is pages of its own: such a
  /// block costs what was touched of it, and goes back to the system when it is freed. The C library's own bound starts at
  /// 128 kB and follows the largest block that was ever freed, up to 32 MB: after one login the buffers of connections,
  /// most of which is never used, would lie where something was touched before.
  package static func takeOwnPages() { lnet_own_pages() }

  /// Gives pages of the heap on which nothing lies any more back to the system: a join leaves many behind. Takes some
  /// milliseconds, in which threads that allocate may wait; forwarding a packet allocates nothing.
  package static func giveBack() { lnet_give_back() }

  /// Gives pages of `block`, which nobody reads any more, back to the system: those that lie wholly in it and that its first
  /// `used` bytes touched. They are zeros until they are written again.
  package static func forget(_ block: UnsafeRawBufferPointer, used: Int) {
    guard let start = block.baseAddress, used <= block.count else { return }
    lnet_forget(start, used, block.count)
  }
}
