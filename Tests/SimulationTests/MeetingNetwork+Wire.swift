import Delivery

@testable import ClientCore

extension MeetingInput {
  /// As the page reads it from the wire.
  init(_ event: DeliveryEvent) {
    switch event {
    case .createGroup: self = .createGroup
    case .commitRequest(let packages): self = .commitRequest(packages)
    case .proposal(let box): self = .proposal(box)
    case .commit(let epoch, _, let box): self = .commit(epoch: epoch, box)
    case .commitRefused(let epoch): self = .commitRefused(epoch: epoch)
    case .groupWelcome(let welcome, let tree): self = .groupWelcome(welcome: welcome, tree: tree)
    case .groupInfo(let info, let tree): self = .groupInfo(info: info, tree: tree)
    case .resync: self = .resync
    case .ready(let epoch): self = .ready(epoch: epoch)
    }
  }

  /// Bytes of MLS in it.
  var size: Int {
    switch self {
    case .commitRequest(let packages): packages.reduce(0) { $0 + $1.count }
    case .proposal(let box), .commit(_, let box), .message(let box, _), .frozen(let box): box.count
    case .groupWelcome(let a, let b), .groupInfo(let a, let b): a.count + b.count
    default: 0
    }
  }
}

extension MeetingMessage {
  /// Bytes of MLS in it.
  var size: Int {
    switch self {
    case .keyPackage(let box), .group(let box), .commit(let box), .message(let box, _, _), .freeze(let box): box.count
    case .sync, .ready, .refuse: 8
    }
  }
}
