import CLinuxNet
import RTCCore

/// Which addresses of this machine the answers name.
enum LocalCandidates {
  private static var maximumAddresses: Int { 64 }

  /// Addresses of the interfaces that are up, that `socket` can be reached at.
  static func interfaceAddresses(for bound: TransportAddress) -> [TransportAddress] {
    guard bound.isUnspecified else { return [bound] }
    let found = [lnet_address](unsafeUninitializedCapacity: maximumAddresses) { buffer, count in
      count = max(0, Int(lnet_interface_addresses(buffer.baseAddress, Int32(buffer.count))))
    }
    return found.map(TransportAddress.init).filter { bound.isIPv6 || !$0.isIPv6 }
  }

  /// Public addresses alone, if there are any: the others say something about the network behind and help nobody outside.
  /// A machine without any serves its own network: private addresses, then loopback.
  static func advertised(of addresses: [TransportAddress]) -> [TransportAddress] {
    let publicOnes = addresses.filter { !$0.isPrivate && !$0.isLoopback }
    guard publicOnes.isEmpty else { return publicOnes }
    return addresses.filter { !$0.isLoopback } + addresses.filter(\.isLoopback)
  }

  /// Host candidates at `port`, the first address preferred.
  static func candidates(_ addresses: [TransportAddress], port: UInt16) -> [ICECandidate] {
    addresses.enumerated().map { index, address in
      var candidate = ICECandidate.host(address.withPort(port), localPreference: .max - UInt16(clamping: index))
      candidate.foundation = "\(index + 1)"
      return candidate
    }
  }
}
