import NIOCore
import NIOPosix
import NIOSSL

/// A TLS connection that sends and receives bytes as a test says, honest or not.
struct LiveClient {
  private let channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>

  /// Connects to the node on this machine, runs `body`, and closes.
  static func connected<Result: Sendable>(
    port: Int, _ body: (LiveConnection) async throws -> Result
  ) async throws -> Result {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.certificateVerification = .none
    let tls = try NIOSSLContext(configuration: configuration)
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: tls, serverHostname: nil))
          return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    return try await channel.executeThenClose { inbound, outbound in
      let connection = LiveConnection(input: inbound.makeAsyncIterator(), output: outbound)
      return try await body(connection)
    }
  }
}

/// The two directions of a `LiveClient`.
final class LiveConnection {
  private var input: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
  private let output: NIOAsyncChannelOutboundWriter<ByteBuffer>
  private var buffer = ByteBuffer()

  init(
    input: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
    output: NIOAsyncChannelOutboundWriter<ByteBuffer>
  ) {
    self.input = input
    self.output = output
  }

  func send(_ bytes: [UInt8]) async throws { try await output.write(ByteBuffer(bytes: bytes)) }

  /// A request without body, answered. The answer's end is known by its Content-Length.
  func request(
    _ line: String, _ headers: [(String, String)] = [], hasBody: Bool = true
  ) async throws -> LiveResponse {
    let lines = ["\(line) HTTP/1.1", "Host: localhost"] + headers.map { "\($0): \($1)" }
    try await send(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8))
    return try await response(hasBody: hasBody)
  }

  func response(hasBody: Bool = true) async throws -> LiveResponse {
    let separator = Array("\r\n\r\n".utf8)
    var head: [UInt8] = []
    while !head.suffix(4).elementsEqual(separator) { head += try await read(1) }
    var response = LiveResponse(head: String(decoding: head, as: UTF8.self))
    if hasBody, let length = response["content-length"].flatMap({ Int($0) }) { response.body = try await read(length) }
    return response
  }

  /// Sends a masked frame (RFC 6455 §5.2).
  func sendFrame(_ payload: [UInt8], opcode: UInt8 = 1, fin: Bool = true) async throws {
    var bytes: [UInt8] = [(fin ? 0x80 : 0) | opcode]
    switch payload.count {
    case ..<126: bytes.append(0x80 | UInt8(payload.count))
    case ..<65_536: bytes += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
    default: bytes += [0x80 | 127] + (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
    }
    let mask: [UInt8] = [1, 2, 3, 4]
    bytes += mask
    bytes += payload.enumerated().map { $0.element ^ mask[$0.offset % 4] }
    try await send(bytes)
  }

  /// The next frame of the node, which never masks and never fragments; nil when it closed the connection.
  func frame() async throws -> (opcode: UInt8, payload: [UInt8])? {
    guard let head = try? await read(2) else { return nil }
    var length = Int(head[1])
    if length == 126 { length = try await read(2).reduce(0) { $0 << 8 | Int($1) } }
    if length == 127 { length = try await read(8).reduce(0) { $0 << 8 | Int($1) } }
    return (head[0] & 15, try await read(length))
  }

  /// The payload of the next text frame, pings passed over; the status code of a close; nil at the end.
  func next() async throws -> LiveEvent? {
    while let (opcode, payload) = try await frame() {
      switch opcode {
      case 1: return .text(payload)
      case 8: return .close(payload.prefix(2).reduce(0) { $0 << 8 | Int($1) })
      default: continue
      }
    }
    return nil
  }

  private func read(_ count: Int) async throws -> [UInt8] {
    while buffer.readableBytes < count {
      guard var more = try await input.next() else { throw ConnectionEnded() }
      buffer.writeBuffer(&more)
    }
    return buffer.readBytes(length: count) ?? []
  }
}

enum LiveEvent: Equatable {
  case text([UInt8])
  case close(Int)
}

struct ConnectionEnded: Error {}

struct LiveResponse {
  let status: Int
  private let headers: [String: String]
  var body: [UInt8] = []

  init(head: String) {
    let lines = head.split(separator: "\r\n")
    status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    headers = Dictionary(
      lines.dropFirst().compactMap { line in
        guard let colon = line.firstIndex(of: ":") else { return nil }
        return (line[..<colon].lowercased(), String(line[line.index(after: colon)...].drop { $0 == " " }))
      }, uniquingKeysWith: { "\($0), \($1)" })
  }

  subscript(name: String) -> String? { headers[name] }
}
