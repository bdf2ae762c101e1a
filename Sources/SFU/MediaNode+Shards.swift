package import RTCCore

/// Whose a datagram was.
package enum DatagramOwner: Sendable {
  case ours
  /// A check for a fragment that nobody here has, or anything from an address that nobody here has validated.
  case stranger
}

/// An address that leads to a peer of this node from now on, or no longer.
package struct AddressChange: Hashable, Sendable {
  package let address: TransportAddress
  package let isAdded: Bool

  package init(_ address: TransportAddress, isAdded: Bool) {
    self.address = address
    self.isAdded = isAdded
  }
}

/// What has changed since it was last asked for; nothing while nobody asks.
struct AddressChanges {
  var isKept = false
  private(set) var list: [AddressChange] = []

  /// Control path: a few times in a peer's life.
  mutating func append(_ address: TransportAddress, isAdded: Bool) {
    if isKept { list.append(AddressChange(address, isAdded: isAdded)) }
  }

  mutating func take() -> [AddressChange] {
    defer { list.removeAll(keepingCapacity: true) }
    return list
  }
}

extension MediaNode {
  package var hasAddressChanges: Bool { !addressChanges.list.isEmpty }

  /// The addresses that were validated or given up since the last call, in order.
  package mutating func takeAddressChanges() -> [AddressChange] { addressChanges.take() }

  /// A datagram of `bytes` that `handle` called a stranger was another shard's: takes back what was counted.
  package mutating func forget(stranger bytes: UnsafeRawBufferPointer) {
    router.counters.packetsIn &-= 1
    router.counters.bytesIn &-= UInt64(bytes.count)
    let isSTUN = DatagramKind.classify(bytes) == .stun
    router.counters.takeBack(isSTUN ? .unknownUfrag : .unvalidatedAddress)
  }
}
