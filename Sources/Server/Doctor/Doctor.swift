import Foundation
import Glibc
import RTCCore
import SFURuntime

/// Examines what a node with these options would meet, and says in plain words what to do.
package struct Doctor {
  let options: ServeOptions
  let probes: any DoctorProbes

  package init(options: ServeOptions, probes: any DoctorProbes) {
    self.options = options
    self.probes = probes
  }

  /// Ports first, because nothing works without them.
  package func examine() -> [Finding] {
    [udpPort, tcpPort, metricsPort].compactMap { $0 } + network + certificates
      + [dataFolder, database, diskSpace, webFolder].compactMap { $0 } + machine
  }
}

// MARK: - Ports

extension Doctor {
  private var udpPort: Finding {
    guard let obstacle = probes.udpObstacle(bind: options.bind, port: UInt16(clamping: options.port)) else {
      return Finding("udp_port", .good, "UDP port \(options.port) is free.")
    }
    return Finding(
      "udp_port", .failure, "UDP port \(options.port) cannot be had: \(obstacle).",
      "If a node is running already, that is why: stop it and ask again.")
  }

  private var tcpPort: Finding {
    guard let error = probes.tcpError(bind: options.bind, port: UInt16(clamping: options.port)) else {
      return Finding("tcp_port", .good, "TCP port \(options.port) is free.")
    }
    return Finding(
      "tcp_port", .failure, "TCP port \(options.port) cannot be had: \(String(cString: strerror(error))).",
      error == EACCES
        ? "Let the program have it: setcap cap_net_bind_service=+ep .../tertulia, or AmbientCapabilities= in systemd."
        : "Stop the program that has it (ss -ltnp shows which), or choose another with --port.")
  }

  private var metricsPort: Finding? {
    guard options.metricsPort > 0 else { return nil }
    let port = options.metricsPort
    guard probes.tcpError(bind: options.metricsBind, port: UInt16(clamping: port)) != nil else {
      return Finding("metrics_port", .good, "TCP port \(port) for metrics is free.")
    }
    return Finding(
      "metrics_port", .warning, "TCP port \(port) for metrics cannot be had.",
      "The node runs without metrics. Choose another with --metrics-port, or 0 for none.")
  }
}

// MARK: - Network

extension Doctor {
  private var network: [Finding] { [buffers, segmentation, steering, publicAddress, ipv6].compactMap { $0 } }

  private var buffers: Finding {
    guard let buffers = probes.buffers else {
      return Finding("socket_buffers", .failure, "No UDP socket can be opened.", "Allow this user to open sockets.")
    }
    let sizes = "receive \(Self.size(buffers.receive)), send \(Self.size(buffers.send))"
    guard buffers.isShort else { return Finding("socket_buffers", .good, "Socket buffers are large enough: \(sizes).") }
    return Finding(
      "socket_buffers", .warning,
      "Socket buffers are small: \(sizes) of \(Self.size(buffers.asked)). Bursts will be lost.",
      "As root: printf 'net.core.rmem_max=\(buffers.asked)\\nnet.core.wmem_max=\(buffers.asked)\\n' "
        + "> /etc/sysctl.d/60-tertulia.conf && sysctl --system")
  }

  private var segmentation: Finding {
    probes.hasSegmentation
      ? Finding("gso", .good, "The kernel cuts bursts itself (UDP GSO).")
      : Finding(
        "gso", .warning, "The kernel has no UDP GSO: sending costs about twice as much CPU.", "Use Linux 4.18 or newer."
      )
  }

  private var steering: Finding? {
    let threads = options.mediaThreads ?? max(1, min(probes.cpuCount - 1, 16))
    guard threads > 1 else { return nil }
    return probes.acceptsSteering
      ? Finding("steering", .good, "The kernel steers datagrams to \(threads) media threads.")
      : Finding(
        "steering", .warning, "The kernel does not steer datagrams to media threads: they hand them over themselves.",
        "Containers that emulate the kernel do this. Nothing is lost; `--media-threads 1` avoids the detour.")
  }

  private var publicAddress: Finding {
    guard options.publicAddresses.isEmpty else {
      let wrong = options.publicAddresses.filter { TransportAddress.parse($0, port: 0) == nil }
      guard wrong.isEmpty else {
        return Finding(
          "public_address", .failure, "--public-address is no IP address.", "Write one like 203.0.113.7, not a name.")
      }
      return Finding("public_address", .good, "Clients are told the addresses given with --public-address.")
    }
    let addresses = probes.addresses(bind: options.bind)
    if addresses.publicCount > 0 {
      return Finding("public_address", .good, "This machine has a public address of its own.")
    }
    return Finding(
      "public_address", .warning,
      addresses.privateCount > 0
        ? "This machine has private addresses only: people outside its network get no sound and no picture."
        : "This machine has no address but its own loopback: only it can take part.",
      "Behind NAT, forward UDP and TCP port \(options.port) and give the public address with --public-address.")
  }

  private var ipv6: Finding {
    guard probes.hasIPv6 else {
      return Finding("ipv6", .good, "No IPv6 on this machine: IPv4 alone is served.")
    }
    return probes.addresses(bind: options.bind).hasPublicIPv6
      ? Finding("ipv6", .good, "IPv6 is served.") : Finding("ipv6", .good, "IPv6 is there, without a public address.")
  }

  private static func size(_ bytes: Int) -> String {
    bytes >= 1 << 20 ? "\(bytes >> 20) MB" : "\(bytes >> 10) kB"
  }
}
