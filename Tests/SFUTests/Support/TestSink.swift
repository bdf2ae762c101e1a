import RTCCore

/// Collects what a node or a peer sends.
struct TestSink: DatagramSink {
  private let slot = UnsafeMutableRawBufferPointer.allocate(byteCount: 1_500, alignment: 16)
  private(set) var datagrams: [(to: TransportAddress, bytes: [UInt8])] = []

  mutating func reserve() -> UnsafeMutableRawBufferPointer { slot }

  mutating func commit(length: Int, to address: TransportAddress) {
    datagrams.append((address, Array(slot[..<length])))
  }

  mutating func take() -> [(to: TransportAddress, bytes: [UInt8])] {
    defer { datagrams = [] }
    return datagrams
  }
}
