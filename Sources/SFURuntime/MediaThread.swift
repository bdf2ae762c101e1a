import CLinuxNet
import Synchronization

/// A thread of its own that runs `body` once.
final class MediaThread: Sendable {
  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private let handle: UInt64
  private let isJoined = Mutex(false)

  /// `name` shows in `top -H`. On `cpu` alone, if given; a number this process may not use is an error.
  init(name: String, cpu: Int?, _ run: @escaping @Sendable () -> Void) throws(MediaPlaneError) {
    let body = Unmanaged.passRetained(Body(run))
    var handle: UInt64 = 0
    let status = lnet_thread_start(
      &handle, name, Int32(cpu ?? -1), { Unmanaged<Body>.fromOpaque($0!).takeRetainedValue().run() }, body.toOpaque())
    guard status == 0 else {
      body.release()
      throw .resources(errno: -status)
    }
    self.handle = handle
  }

  /// Waits until `body` has returned. From the thread itself, which cannot wait for its own end, returns at once.
  func join() {
    isJoined.withLock { isJoined in
      guard !isJoined, !lnet_thread_is_current(handle) else { return }
      lnet_thread_join(handle)
      isJoined = true
    }
  }
}
