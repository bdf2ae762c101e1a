/// Where everything that sends writes its datagrams. The memory is the sink's: a packet is built in the place it leaves
/// from, so sending copies nothing and allocates nothing.
package protocol DatagramSink: ~Copyable {
  /// Room for one datagram, at least 1,500 bytes, whose content is undefined. Valid until `commit` or the next `reserve`;
  /// a reservation that is not committed sends nothing.
  mutating func reserve() -> UnsafeMutableRawBufferPointer

  /// Sends the first `length` bytes of the last reservation. A sink that has no room left drops and counts: sending
  /// never blocks.
  mutating func commit(length: Int, to address: TransportAddress)
}
