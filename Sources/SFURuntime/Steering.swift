import CLinuxNet
import RTCCore
import RTCSecurity
import SFU
import Synchronization

/// What has become of the kernel's steering.
package struct SteeringStatus: Equatable, Sendable {
  /// Programs that the kernel has taken, and refused.
  package var programs: UInt64 = 0
  package var refusals: UInt64 = 0
  /// Addresses that are steered now.
  package var routes = 0

  package init() {}
}

/// Keeps the kernel, and the shards among themselves, informed of which address belongs to which shard. A thread of its own:
/// no packet waits for it. Changes are gathered for some milliseconds, because people come in numbers.
final class Steering: Sendable {
  private struct State {
    var changes: [(shard: UInt8, change: AddressChange)] = []
    var isStopping = false
    var status = SteeringStatus()
  }

  /// Milliseconds without a change before the kernel is told, and how often they may begin anew.
  private static var patience: Int32 { 20 }
  private static var renewals: Int { 10 }

  private let event: Int32
  private let socket: UDPSocket
  private let mailboxes: [Mailbox]
  private let key: SteeringKey
  private let usesKernel: Bool
  private let state = Mutex(State())

  /// `socket` is any of the port's; `usesKernel` false leaves the spreading to the kernel's hash.
  init(_ socket: UDPSocket, _ mailboxes: [Mailbox], _ usesKernel: Bool) throws(MediaPlaneError) {
    event = lnet_event_create()
    guard event >= 0 else { throw .resources(errno: -event) }
    self.socket = socket
    self.mailboxes = mailboxes
    self.usesKernel = usesKernel
    var random = SecureRandom()
    key = SteeringKey(using: &random)
    steer([:])
  }

  deinit { lnet_close(event) }

  var status: SteeringStatus { state.withLock { $0.status } }

  /// From a shard's thread.
  func post(_ changes: [AddressChange], of shard: UInt8) {
    state.withLock { $0.changes += changes.map { (shard, $0) } }
    lnet_event_signal(event)
  }

  func stop() {
    state.withLock { $0.isStopping = true }
    lnet_event_signal(event)
  }

  /// The body of the thread; returns after `stop`.
  func run() {
    var table = SteeringTable()
    while lnet_event_wait(event, -1) >= 0 {
      lnet_event_clear(event)
      // The shards are told at once, and the kernel when no more comes.
      var isChanged = tell(&table)
      for _ in 0..<Self.renewals {
        guard !state.withLock({ $0.isStopping }), lnet_event_wait(event, Self.patience) > 0 else { break }
        lnet_event_clear(event)
        isChanged = tell(&table) || isChanged
      }
      guard !state.withLock({ $0.isStopping }) else { return }
      if isChanged { steer(table.routes) }
    }
  }

  /// Takes what was posted to the table and to the shards. False when nothing follows from it.
  private func tell(_ table: inout SteeringTable) -> Bool {
    let changes = state.withLock { state in
      defer { state.changes = [] }
      return state.changes
    }
    let routes = changes.compactMap { table.apply($0.change, of: $0.shard) }
    guard !routes.isEmpty else { return false }
    for mailbox in mailboxes { mailbox.post(.routes(routes)) }
    return true
  }

  private func steer(_ routes: [TransportAddress: UInt8]) {
    var isTaken = false
    if usesKernel {
      let program = SteeringProgram(routes: routes, shards: mailboxes.count, key: key).instructions.map(\.linux)
      isTaken = lnet_steer(socket.descriptor, program, Int32(program.count)) == 0
    }
    state.withLock { state in
      state.status.routes = routes.count
      if isTaken { state.status.programs += 1 } else { state.status.refusals += 1 }
    }
  }
}

extension SteeringInstruction {
  var linux: lnet_instruction { lnet_instruction(code: code, jt: jumpTrue, jf: jumpFalse, k: k) }
}
