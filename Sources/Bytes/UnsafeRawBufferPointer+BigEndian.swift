extension UnsafeRawBufferPointer {
  /// Two bytes at `offset` in network order. The caller has checked the length.
  @inline(__always)
  package func bigEndian16(at offset: Int) -> UInt16 {
    UInt16(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }

  /// Four bytes at `offset` in network order. The caller has checked the length.
  @inline(__always)
  package func bigEndian32(at offset: Int) -> UInt32 {
    UInt32(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  /// A view of `range`, which must lie inside.
  @inline(__always)
  package func slice(_ range: Range<Int>) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: self[range])
  }
}
