import CLinuxNet
import Glibc
import Testing

/// Datagrams on their way out, over loopback sockets.
@Suite struct EgressTests {
  /// A sender and its receivers, and what was handed to the sender in order: (receiver, first byte, length).
  private struct Network: ~Copyable {
    let sender: Int32
    let receivers: [Int32]
    let egress: OpaquePointer
    let batch: OpaquePointer
    var used = 0
    var count = 0
    var sent = lnet_sent()

    static let loopback = lnet_address(high: 0, low: 0x7F00_0001, port: 0, is_ipv6: false)

    init(receivers count: Int, joins: Bool = true) {
      sender = lnet_udp_open(Self.loopback, false, 1 << 20)
      receivers = (0..<count).map { _ in lnet_udp_open(Self.loopback, false, 1 << 20) }
      egress = lnet_egress_create(sender, AF_INET, joins)
      batch = lnet_batch_create()
    }

    mutating func add(_ mark: UInt8, length: Int, to address: lnet_address) {
      let memory = lnet_egress_memory(egress)! + used
      for index in 0..<length { memory[index] = mark }
      lnet_egress_datagrams(egress)[count] = lnet_outgoing(data: memory, address: address, length: UInt32(length))
      used += length
      count += 1
    }

    func address(of receiver: Int) -> lnet_address {
      var address = Self.loopback
      address.port = UInt16(lnet_local_port(receivers[receiver]))
      return address
    }

    mutating func flush() {
      lnet_egress_send(egress, Int32(count), &sent)
      (used, count) = (0, 0)
    }

    /// First bytes and lengths of what waits at a receiver.
    func received(at receiver: Int) -> [[Int]] {
      var found: [[Int]] = []
      while case let count = lnet_receive(batch, receivers[receiver]), count > 0 {
        for index in 0..<Int(count) {
          let datagram = lnet_batch_datagrams(batch)[index]
          found.append([Int(datagram.data[0]), datagram.length])
        }
      }
      return found
    }

    deinit {
      lnet_egress_destroy(egress)
      lnet_batch_destroy(batch)
      for socket in receivers + [sender] { lnet_close(socket) }
    }
  }

  @Test("packets of one size to one receiver leave together, whatever goes to others in between")
  func joins() {
    var network = Network(receivers: 3)
    for mark in UInt8(1)...5 {
      for receiver in 0..<3 { network.add(mark, length: 1_000 + receiver, to: network.address(of: receiver)) }
    }
    network.flush()
    for receiver in 0..<3 {
      #expect(network.received(at: receiver) == (1...5).map { [$0, 1_000 + receiver] })
    }
    #expect(network.sent.datagrams == 15)
    #expect(network.sent.joined == 15)
    #expect(network.sent.calls == 1)
    #expect(network.sent.bytes == UInt64(5 * (1_000 + 1_001 + 1_002)))
  }

  @Test("each receiver gets its packets in order, of whatever sizes they are")
  func keepsOrder() {
    var network = Network(receivers: 1)
    let lengths = [700, 700, 300, 700, 800, 800, 100, 100, 100, 900]
    for (index, length) in lengths.enumerated() {
      network.add(UInt8(index), length: length, to: network.address(of: 0))
    }
    network.flush()
    #expect(network.received(at: 0) == lengths.enumerated().map { [$0.offset, $0.element] })
    // 700 700 300, 700, 800 800 100, 100 100, 900
    #expect(network.sent.joined == 8)
  }

  @Test("a frame cut as libwebrtc cuts it, smaller packets first, leaves as two messages")
  func twoSizes() {
    var network = Network(receivers: 1)
    let lengths = [1_100, 1_100, 1_101, 1_101, 1_101]
    for (index, length) in lengths.enumerated() {
      network.add(UInt8(index), length: length, to: network.address(of: 0))
    }
    network.flush()
    #expect(network.received(at: 0) == lengths.enumerated().map { [$0.offset, $0.element] })
    #expect(network.sent.joined == 5)
  }

  @Test("more than fits one message becomes several", arguments: [(100, 60), (150, 1_200)])
  func keepsLimits(count: Int, length: Int) {
    var network = Network(receivers: 1)
    for index in 0..<count { network.add(UInt8(index), length: length, to: network.address(of: 0)) }
    network.flush()
    #expect(network.received(at: 0) == (0..<count).map { [$0, length] })
    #expect(network.sent.datagrams == UInt64(count))
  }

  @Test("without joining, each datagram is a message of its own")
  func doesNotJoin() {
    var network = Network(receivers: 1, joins: false)
    for mark in UInt8(1)...5 { network.add(mark, length: 500, to: network.address(of: 0)) }
    network.flush()
    #expect(network.received(at: 0).count == 5)
    #expect(network.sent.joined == 0)
  }

  @Test("an address that cannot be reached costs only its own datagrams")
  func unreachable() {
    var network = Network(receivers: 1)
    let foreign = lnet_address(high: 1, low: 1, port: 9, is_ipv6: true)
    network.add(1, length: 100, to: network.address(of: 0))
    network.add(2, length: 100, to: foreign)
    network.add(3, length: 100, to: foreign)
    network.add(4, length: 90, to: network.address(of: 0))
    network.add(5, length: 100, to: network.address(of: 0))
    network.flush()
    #expect(network.received(at: 0) == [[1, 100], [4, 90], [5, 100]])
    #expect(network.sent.unreachable == 2)
    #expect(network.sent.datagrams == 3)
  }

  @Test("where segments are refused they leave one by one")
  func refusedSegments() {
    var network = Network(receivers: 1)
    // The kernel divides nothing that it computes no checksums for.
    var isOff: Int32 = 1
    setsockopt(network.sender, SOL_SOCKET, SO_NO_CHECK, &isOff, socklen_t(MemoryLayout<Int32>.size))
    for mark in UInt8(1)...4 { network.add(mark, length: 400, to: network.address(of: 0)) }
    network.flush()
    #expect(network.received(at: 0) == (1...4).map { [$0, 400] })
    #expect(network.sent.joined == 0)
    #expect(network.sent.datagrams == 4)
  }
}
