import RTCCore
import SFU

/// Where an address leads from now on: to a shard, or to none.
struct AddressRoute: Hashable, Sendable {
  let address: TransportAddress
  let shard: UInt8?
}

/// Which shard has validated which address. An address that two shards have validated stays with the first until that gives
/// it up: whoever can make others' addresses appear in checks of their own takes nothing away.
struct SteeringTable: Sendable {
  /// Oldest claim first; never empty.
  private var claims: [TransportAddress: [UInt8]] = [:]
  private(set) var routes: [TransportAddress: UInt8] = [:]

  /// A shard has validated an address or given it up. What follows from it; nil when nothing does.
  mutating func apply(_ change: AddressChange, of shard: UInt8) -> AddressRoute? {
    var claim = claims[change.address] ?? []
    let before = claim.first
    if change.isAdded {
      if !claim.contains(shard) { claim.append(shard) }
    } else {
      claim.removeAll { $0 == shard }
    }
    claims[change.address] = claim.isEmpty ? nil : claim
    guard claim.first != before else { return nil }
    routes[change.address] = claim.first
    return AddressRoute(address: change.address, shard: claim.first)
  }
}
