internal import Bytes
internal import CLinuxNet
internal import MediaClient
internal import RTCCore
internal import RTCSecurity
internal import Synchronization

/// A thread that moves the media of its clients, and nothing else.
///
/// Unchecked Sendable: the fleet is touched by the thread alone, through what `perform` takes there.
final class MediaWorker: @unchecked Sendable {
  typealias Fleet = SocketFleet<OpenSSLSecurity>

  private struct Inbox {
    var bodies: [@Sendable (Fleet) -> Void] = []
    var isStopped = false
  }

  private let inbox = Mutex(Inbox())
  private let fleet: Fleet
  private var thread: UInt64 = 0

  /// `loss` as `SocketFleet` takes it.
  init(capacity: Int, bind address: TransportAddress, seed: UInt64, loss: Double) throws(Fault) {
    guard let security = try? OpenSSLSecurity(),
      let fleet = try? Fleet(capacity: capacity, security: security, bind: address, seed: seed, loss: loss)
    else { throw .noSocket }
    self.fleet = fleet
    let context = Unmanaged.passRetained(self)
    let status = lnet_thread_start(
      &thread, "load", -1, { Unmanaged<MediaWorker>.fromOpaque($0!).takeRetainedValue().serve() }, context.toOpaque())
    guard status == 0 else {
      context.release()
      throw .noSocket
    }
  }

  /// Runs `body` on the thread, soon. Nothing happens after `stop`.
  func perform(_ body: @escaping @Sendable (Fleet) -> Void) {
    inbox.withLock { inbox in
      if !inbox.isStopped { inbox.bodies.append(body) }
    }
    Fleet.interrupt(fleet.event)
  }

  /// Runs `body` on the thread and returns what it returns. Not after `stop`.
  func ask<Result: Sendable>(_ body: @escaping @Sendable (Fleet) -> Result) async -> Result {
    await withCheckedContinuation { continuation in
      perform { continuation.resume(returning: body($0)) }
    }
  }

  /// CPU time of the thread.
  func cpuTime() async -> TimeDelta {
    await ask { _ in TimeDelta(nanoseconds: lnet_thread_cpu_time()) }
  }

  /// Says goodbye for everybody and ends the thread.
  func stop() {
    perform { $0.close() }
    inbox.withLock { $0.isStopped = true }
    Fleet.interrupt(fleet.event)
    lnet_thread_join(thread)
  }

  private func serve() {
    while true {
      fleet.run(for: .seconds(1))
      let (bodies, isStopped) = inbox.withLock { inbox in
        defer { inbox.bodies = [] }
        return (inbox.bodies, inbox.isStopped)
      }
      for body in bodies { body(fleet) }
      if isStopped { return }
    }
  }
}
