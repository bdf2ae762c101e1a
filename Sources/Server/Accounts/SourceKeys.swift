package import Bytes
import Crypto
import Glibc
package import NIOCore
import Synchronization

/// Turns addresses into keys to count by: a keyed digest, whose key is random, in memory alone, and another each hour. Nobody can
/// say afterwards which address a key stood for.
package final class SourceKeys: Sendable {
  private struct Salt {
    var key: SymmetricKey
    var until: Instant
  }

  private static let life = TimeDelta.seconds(3600)

  private let salt: Mutex<Salt>

  package init(now: Instant) { salt = Mutex(Salt(key: SymmetricKey(size: .bits256), until: now + Self.life)) }

  /// 16 bytes. All of an IPv6 network of one customer (64 bits) count as one source; connections without an address do, too.
  package func key(of address: SocketAddress?, now: Instant) -> [UInt8] {
    let key = salt.withLock { salt in
      if now >= salt.until { salt = Salt(key: SymmetricKey(size: .bits256), until: now + Self.life) }
      return salt.key
    }
    return Array(HMAC<SHA256>.authenticationCode(for: Self.network(address), using: key).prefix(16))
  }

  /// Through its text, which is the same whatever family the socket has.
  private static func network(_ address: SocketAddress?) -> [UInt8] {
    guard let text = address?.ipAddress else { return [] }
    // IPv4 in IPv6 (RFC 4291 §2.5.5.2) is that IPv4 address: the 64 bits in front are the same for all of them.
    let mapped = "::ffff:"
    if text.hasPrefix(mapped), text.contains(".") { return Array(text.dropFirst(mapped.count).utf8) }
    guard text.contains(":") else { return Array(text.utf8) }
    var bytes = [UInt8](repeating: 0, count: 16)
    guard inet_pton(AF_INET6, text, &bytes) == 1 else { return Array(text.utf8) }
    return Array(bytes.prefix(8))
  }
}
