import Bytes
import RTCCore
import RTCSecurity
import Testing

/// Firefox's hello with post-quantum key shares is longer than a datagram: it comes as several records, in one datagram
/// or several, in whatever order the network likes.
@Suite("DTLS hello in pieces")
struct DTLSFragmentationTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    let size: Int
    let recordsInDatagram: Int
    let reversed: Bool
    var testDescription: String {
      "\(size) bytes, \(recordsInDatagram) a datagram, \(reversed ? "backwards" : "in order")"
    }
  }

  static let shapes = [8, 40, 100].flatMap { size in
    [1, 3].flatMap { count in [false, true].map { Shape(size: size, recordsInDatagram: count, reversed: $0) } }
  }

  @Test("a server puts the pieces together and connects", arguments: shapes)
  func pieces(_ shape: Shape) throws {
    var pair = try DTLSPair()
    let hello = try #require(pair.start().first)
    var records = Self.fragments(of: hello, size: shape.size)
    if shape.reversed { records.reverse() }
    let datagrams = stride(from: 0, to: records.count, by: shape.recordsInDatagram).map { start in
      Array(records[start..<min(start + shape.recordsInDatagram, records.count)].joined())
    }
    var flight: [[UInt8]] = []
    for datagram in datagrams {
      #expect(flight.isEmpty)
      flight = pair.deliver(datagram, to: pair.server).answer
    }
    while !flight.isEmpty {
      let answer = flight.flatMap { pair.deliver($0, to: pair.client).answer }
      flight = answer.flatMap { pair.deliver(Self.renumbered($0, by: records.count), to: pair.server).answer }
    }
    #expect(pair.client.state == .connected)
    #expect(pair.server.state == .connected)
  }

  /// The records of `datagram` that come before encryption, numbered on from those that the hello became.
  private static func renumbered(_ datagram: [UInt8], by count: Int) -> [UInt8] {
    var datagram = datagram
    var offset = 0
    while offset + 13 <= datagram.count {
      if datagram[offset + 4] == 0 { datagram[offset + 10] += UInt8(count) }
      offset += 13 + Int(datagram[offset + 11]) << 8 + Int(datagram[offset + 12])
    }
    return datagram
  }

  /// The one handshake message of `datagram` as records of at most `size` bytes of it (RFC 6347 §4.2.3).
  private static func fragments(of datagram: [UInt8], size: Int) -> [[UInt8]] {
    let body = Array(datagram[25...])
    return stride(from: 0, to: body.count, by: size).enumerated().map { number, offset in
      let piece = body[offset..<min(offset + size, body.count)]
      var handshake = Array(datagram[13..<19])
      handshake += [0, UInt8(offset >> 8), UInt8(offset & 0xFF), 0, UInt8(piece.count >> 8), UInt8(piece.count & 0xFF)]
      handshake += piece
      var record = Array(datagram[..<5])
      record += [0, 0, 0, 0, UInt8(number >> 8), UInt8(number & 0xFF)]
      record += [UInt8(handshake.count >> 8), UInt8(handshake.count & 0xFF)]
      return record + handshake
    }
  }
}
