internal import CLinuxNet

/// How the process gets memory in large pieces.
package enum LargeBlocks {
  /// From now on the heap does not grow for blocks of 32 kB and more. What it has no room for is pages of its own: such a
  /// block costs what was touched of it, and goes back to the system when it is freed. The C library's own bound starts at
  /// 128 kB and follows the largest block that was ever freed, up to 32 MB: after one login the buffers of connections,
  /// most of which is never used, would lie where something was touched before.
  package static func takeOwnPages() { lnet_own_pages() }
}
