import Glibc

/// Why the media plane could not start. The description tells an operator what to do.
package enum MediaPlaneError: Error, Hashable, Sendable {
  /// `address` is not a literal IP address.
  case badAddress(String)
  /// The UDP port could not be bound.
  case bind(errno: Int32)
  /// A thread, an event or a poller could not be had.
  case resources(errno: Int32)
  /// No certificate could be made.
  case security
}

extension MediaPlaneError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .badAddress(let text): "'\(text)' is not an IP address: write one like 203.0.113.7 or 2001:db8::7"
    case .bind(EADDRINUSE): "the UDP port is in use: stop the other program or choose another port"
    case .bind(EACCES): "the UDP port needs a privilege: choose one above 1023"
    case .bind(EADDRNOTAVAIL): "the address to listen on is not one of this machine's"
    case .bind(let errno): "the UDP port could not be opened: \(Self.text(errno))"
    case .resources(let errno): "the system gave no thread, event or poller: \(Self.text(errno))"
    case .security: "OpenSSL made no certificate for media"
    }
  }

  private static func text(_ errno: Int32) -> String { String(cString: strerror(errno)) }
}
