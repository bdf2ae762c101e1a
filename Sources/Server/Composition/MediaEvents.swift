package import SFU
import Synchronization

/// Carries events from the media plane's threads to the rooms, in order and in batches: what has gathered is taken at once, so
/// that two halves of one change arrive together.
package final class MediaEvents: Sendable {
  private let waiting = Mutex<[MediaEvent]>([])
  private let signals: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation

  package init() {
    (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// From any thread; never blocks for longer than an append.
  package func post(_ events: [MediaEvent]) {
    waiting.withLock { $0 += events }
    signal.yield()
  }

  /// Hands batches to `body` until the task is cancelled. For one caller.
  package func forEachBatch(_ body: ([MediaEvent]) async -> Void) async {
    for await _ in signals {
      let batch = waiting.withLock { waiting in
        defer { waiting = [] }
        return waiting
      }
      if !batch.isEmpty { await body(batch) }
    }
  }
}
