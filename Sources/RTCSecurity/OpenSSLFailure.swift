internal import COpenSSL

extension SecurityError {
  /// OpenSSL's oldest queued error, as text; empties the queue.
  static func fromLibrary() -> SecurityError {
    let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      ERR_error_string_n(ERR_get_error(), buffer.baseAddress, buffer.count)
      return String(cString: buffer.baseAddress!)
    }
    ERR_clear_error()
    return .library(text)
  }
}

/// OpenSSL's way of saying 1 for success, as a throw.
func check(_ result: CInt) throws(SecurityError) {
  guard result > 0 else { throw .fromLibrary() }
}

/// OpenSSL's way of returning a new object or NULL, as a throw.
func check(_ object: OpaquePointer?) throws(SecurityError) -> OpaquePointer {
  guard let object else { throw .fromLibrary() }
  return object
}
