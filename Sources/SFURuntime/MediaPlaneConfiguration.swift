/// How the media plane meets the network.
package struct MediaPlaneConfiguration: Sendable {
  /// The literal address to bind. Nil binds every address, IPv6 and IPv4 if the machine has both.
  package var bindAddress: String?
  /// The UDP port; 0 lets the kernel choose.
  package var port: UInt16
  /// Literal addresses that the answers name, for machines behind a one-to-one NAT. Empty: those of the interfaces.
  package var advertisedAddresses: [String]
  /// Peers at most.
  package var maximumPeers: Int
  /// The CPU that the first media thread stays on, the others on those after it; best kept free of anything else. Nil leaves the
  /// choice to the kernel, which is right unless those CPUs are really free.
  package var cpu: Int?
  /// Media threads, 1...16.
  package var shards: Int
  /// False leaves it to the shards to hand over what the kernel's hash sends to the wrong one.
  package var usesKernelSteering: Bool

  package init(
    bindAddress: String? = nil, port: UInt16, advertisedAddresses: [String] = [], maximumPeers: Int = 2_048,
    cpu: Int? = nil, shards: Int = 1, usesKernelSteering: Bool = true
  ) {
    self.bindAddress = bindAddress
    self.port = port
    self.advertisedAddresses = advertisedAddresses
    self.maximumPeers = maximumPeers
    self.cpu = cpu
    self.shards = shards
    self.usesKernelSteering = usesKernelSteering
  }
}
