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
  /// The CPU that the media thread stays on, best kept free of anything else. Nil leaves the choice to the kernel, which
  /// is right unless that CPU is really free.
  package var cpu: Int?

  package init(
    bindAddress: String? = nil, port: UInt16, advertisedAddresses: [String] = [], maximumPeers: Int = 2_048,
    cpu: Int? = nil
  ) {
    self.bindAddress = bindAddress
    self.port = port
    self.advertisedAddresses = advertisedAddresses
    self.maximumPeers = maximumPeers
    self.cpu = cpu
  }
}
