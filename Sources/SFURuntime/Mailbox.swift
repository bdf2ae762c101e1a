import CLinuxNet
import SFU
import Synchronization

/// What other threads may ask of a shard.
enum ShardCommand: Sendable {
  case media(MediaCommand)
  /// Where addresses lead, on a port that several shards share.
  case routes([AddressRoute])
  /// Answered on the shard's thread with a snapshot.
  case report(@Sendable (MediaPlaneCounters) -> Void)
  case stop
}

/// The one way from other threads to a shard: commands in order, and a wake-up. Locked, because people join and leave a few
/// times a second; packets never come near it.
final class Mailbox: Sendable {
  private struct State {
    var commands: [ShardCommand] = []
    /// Set when the shard has ended.
    var last: MediaPlaneCounters?
  }

  /// Readable while commands wait.
  let event: Int32
  private let state = Mutex(State())

  init() throws(MediaPlaneError) {
    event = lnet_event_create()
    guard event >= 0 else { throw .resources(errno: -event) }
  }

  /// Once the shard has ended, reports are answered with its last counters and everything else is forgotten.
  func post(_ command: ShardCommand) {
    let (isFirst, last) = state.withLock { state in
      if state.last == nil { state.commands.append(command) }
      return (state.commands.count == 1, state.last)
    }
    if let last {
      if case .report(let answer) = command { answer(last) }
    } else if isFirst {
      lnet_event_signal(event)
    }
  }

  /// Everything posted since the last call, oldest first.
  func drain() -> [ShardCommand] {
    lnet_event_clear(event)
    return state.withLock { state in
      defer { state.commands = [] }
      return state.commands
    }
  }

  /// The shard has ended with these counters.
  func close(with counters: MediaPlaneCounters) {
    let rest = state.withLock { state in
      state.last = counters
      defer { state.commands = [] }
      return state.commands
    }
    for case .report(let answer) in rest { answer(counters) }
  }

  deinit { lnet_close(event) }
}
