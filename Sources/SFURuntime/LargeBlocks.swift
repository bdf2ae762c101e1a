internal import CLinuxNet

/// How the process gets memory in large pieces.
package enum LargeBlocks {
  /// From now on blocks of 32 kB and more are pages of their own: they cost what was touched of them, and go back to the
  /// system when they are freed. The C library's own bound starts at 128 kB and follows the largest block that was ever
  /// freed, up to 32 MB: after one login the buffers of connections, most of which is never used, would lie where
  /// something was touched before.
  package static func takeOwnPages() { lnet_own_pages() }
}
