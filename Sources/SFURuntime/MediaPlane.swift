import Glibc
package import RTCCore
import RTCSecurity
package import SFU

/// The running media plane of a node: one UDP port, one certificate, one media thread (docs/adr/0003-one-media-shard-first.md).
/// All its methods may be called from any thread and none waits for media.
package final class MediaPlane: Sendable {
  /// The UDP port in use.
  package let port: UInt16
  /// What answers say about this node.
  package let description: LocalDescription
  /// The same candidates as values.
  package let candidates: [ICECandidate]

  private let mailbox: Mailbox
  private let thread: MediaThread

  /// Opens the port and starts the thread. `onEvents` is called on that thread, in order, a few times for each
  /// participant's life; it must hand on and return.
  package init(
    configuration: MediaPlaneConfiguration, onEvents: @escaping @Sendable ([MediaEvent]) -> Void
  ) throws(MediaPlaneError) {
    let advertised = try configuration.advertisedAddresses.map { text throws(MediaPlaneError) in try Self.parse(text) }
    let security = try Self.makeSecurity()
    var random = SecureRandom()
    let seed = random.next()
    let (bound, socket) = try Self.open(configuration)
    do throws(MediaPlaneError) {
      let mailbox = try Mailbox()
      let shard = try Shard(
        socket: socket, mailbox: mailbox, security: security,
        configuration: MediaNodeConfiguration(maximumPeers: configuration.maximumPeers, seed: seed),
        deliver: onEvents)
      thread = try MediaThread(name: "media", cpu: configuration.cpu) { shard.run() }
      self.mailbox = mailbox
    } catch {
      socket.close()
      throw error
    }
    port = socket.port
    let addresses =
      advertised.isEmpty ? LocalCandidates.advertised(of: LocalCandidates.interfaceAddresses(for: bound)) : advertised
    candidates = LocalCandidates.candidates(addresses, port: socket.port)
    description = LocalDescription(fingerprint: security.fingerprint, candidates: candidates.map { $0.text() })
  }

  /// Takes effect soon, in the order of posting. After `stop` nothing happens. `room` is where a shard would be chosen.
  package func post(_ command: MediaCommand, in room: RoomID) { mailbox.post(.media(command)) }

  /// Counters at this moment; the last ones after `stop`.
  package func counters() async -> MediaPlaneCounters {
    await withCheckedContinuation { continuation in
      mailbox.post(.report { continuation.resume(returning: $0) })
    }
  }

  /// Carries out what was posted, closes the port and ends the thread; returns when that is done, within milliseconds.
  /// From `onEvents` it returns at once. May be called again.
  package func stop() {
    mailbox.post(.stop)
    thread.join()
  }

  deinit { mailbox.post(.stop) }

  private static func parse(_ text: String, port: UInt16 = 0) throws(MediaPlaneError) -> TransportAddress {
    guard let address = TransportAddress.parse(text, port: port) else { throw .badAddress(text) }
    return address
  }

  private static func makeSecurity() throws(MediaPlaneError) -> OpenSSLSecurity {
    do throws(SecurityError) { return try OpenSSLSecurity() } catch { throw .security }
  }

  /// Without a configured address: both families, or IPv4 alone where the kernel has no IPv6.
  private static func open(_ configuration: MediaPlaneConfiguration) throws(MediaPlaneError)
    -> (bound: TransportAddress, socket: UDPSocket)
  {
    if let text = configuration.bindAddress {
      let address = try parse(text, port: configuration.port)
      return (address, try UDPSocket(bind: address))
    }
    let both = TransportAddress(ipv6High: 0, low: 0, port: configuration.port)
    do throws(MediaPlaneError) {
      return (both, try UDPSocket(bind: both))
    } catch .bind(EAFNOSUPPORT), .bind(EADDRNOTAVAIL) {
      let ipv4 = TransportAddress(ipv4: 0, port: configuration.port)
      return (ipv4, try UDPSocket(bind: ipv4))
    }
  }
}
