import NIOCore
package import Signaling
import Synchronization

/// One thing to be written to a WebSocket.
package enum OutgoingFrame: Equatable, Sendable {
  case text([UInt8])
  case ping
  case pong([UInt8])
  /// The last one: status code of RFC 6455 §7.4.
  case close(code: UInt16)
}

/// What waits to be written to one connection. Bounded: whoever does not read is cut off, and nobody waits for them.
package final class Outbox: Sendable {
  /// Frames and bytes that may wait. A room of a hundred people that all join at once makes a few hundred small messages.
  static let maximumFrames = 1024
  static let maximumBytes = 4 * 1024 * 1024

  private struct State {
    var waitingBytes = 0
    var isClosed = false
  }

  private let state = Mutex(State())
  let stream: AsyncStream<OutgoingFrame>
  private let continuation: AsyncStream<OutgoingFrame>.Continuation
  private let cut: @Sendable (CutReason) -> Void

  /// Why a connection is cut without a word.
  package enum CutReason: Sendable {
    /// The other side has fallen too far behind.
    case slow
    case aborted
  }

  /// `cut` must end the connection at once, from any thread; it may be called more than once.
  package init(cut: @escaping @Sendable (CutReason) -> Void) {
    self.cut = cut
    (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.maximumFrames))
  }

  package func send(_ message: ServerMessage) { send(.text(message.encoded())) }

  /// Does nothing once closed.
  package func send(_ frame: OutgoingFrame) {
    let size = frame.size
    let fits: Bool? = state.withLock { state in
      if state.isClosed { return nil }
      guard state.waitingBytes + size <= Self.maximumBytes, case .enqueued = continuation.yield(frame) else {
        state.isClosed = true
        return false
      }
      state.waitingBytes += size
      if case .close = frame { state.isClosed = true }
      return true
    }
    guard let fits else { return }
    if !fits { cut(.slow) }
    if case .close = frame { continuation.finish() }
  }

  /// Says why, then closes.
  package func refuse(_ code: ErrorCode, detail: Word? = nil) {
    send(.error(code, fatal: true, detail: detail))
    send(.close(code: 1008))
  }

  /// Ends the connection without waiting for what is still to be written.
  package func abort() {
    state.withLock { $0.isClosed = true }
    continuation.finish()
    cut(.aborted)
  }

  /// The frames in order, ending after `close`. For one reader; each element counts as written when the next is asked for.
  package var frames: some AsyncSequence<OutgoingFrame, Never> & Sendable {
    stream.map { frame in
      self.state.withLock { $0.waitingBytes -= frame.size }
      return frame
    }
  }
}

extension OutgoingFrame {
  fileprivate var size: Int {
    switch self {
    case .text(let bytes), .pong(let bytes): bytes.count
    case .ping, .close: 0
    }
  }
}
