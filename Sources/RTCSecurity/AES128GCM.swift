internal import CBoringAEAD

/// AES-128-GCM with tags of 16 bytes (RFC 5116 §5.1) over BoringSSL: a handle to a key. A call takes a whole packet and neither
/// looks up, fetches nor allocates anything; what it needs is one block of memory (docs/adr/0022-boringssl-seals.md).
struct AES128GCM {
  private let context: UnsafeMutableRawPointer

  /// `key` has 16 bytes.
  init(key: [UInt8]) {
    precondition(key.count == 16, "AES-128 takes a key of 16 bytes")
    context = .allocate(byteCount: boring_gcm_size(), alignment: Self.line)
    precondition(boring_gcm_init(context, key) == 1, "AES-128-GCM is not available")
  }

  /// Where the expanded key lies, for prefetching.
  @inline(__always)
  var memory: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: context, count: Self.hot) }

  /// Wipes and frees the key.
  func destroy() {
    boring_gcm_wipe(context)
    context.deallocate()
  }

  /// Encrypts `text` to `target`, which is the same memory or apart from it, and writes 16 bytes at `tag`, which cover `clear`
  /// too. `nonce` has 12 bytes and serves for nothing else under this key.
  @inline(__always)
  func seal(
    _ text: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer, tag: UnsafeMutableRawPointer,
    clear: UnsafeRawBufferPointer, nonce: UnsafeRawBufferPointer
  ) -> Bool {
    boring_gcm_seal(
      context, target.assumingMemoryBound(to: UInt8.self), tag.assumingMemoryBound(to: UInt8.self), nonce.octets,
      text.octets, text.count, clear.octets, clear.count) == 1
  }

  /// Decrypts `text` where it lies when the 16 bytes at `tag` are right for it, `clear` and `nonce`. When not, it is lost.
  @inline(__always)
  func open(
    _ text: UnsafeMutableRawBufferPointer, tag: UnsafeRawPointer, clear: UnsafeRawBufferPointer,
    nonce: UnsafeRawBufferPointer
  ) -> Bool {
    boring_gcm_open(
      context, text.baseAddress?.assumingMemoryBound(to: UInt8.self), text.count,
      tag.assumingMemoryBound(to: UInt8.self), nonce.octets, clear.octets, clear.count) == 1
  }

  private static var line: Int { 64 }
  /// Powers of the hash key and the schedule of AES lie here, one behind the other.
  private static var hot: Int { 9 * line }
}

extension UnsafeRawBufferPointer {
  @inline(__always)
  fileprivate var octets: UnsafePointer<UInt8>? { baseAddress?.assumingMemoryBound(to: UInt8.self) }
}
