import Bytes
import Foundation
import NativeCrypto
import SFrame
import Testing

/// The official vectors of RFC 9605, as far as they concern headers and the AES-GCM suites.
@Suite(
  "RFC 9605 vectors",
  .enabled(if: Vectors.available, "set TERTULIA_VECTORS to the folder with sframe/test-vectors.json"))
struct SFrameVectorTests {
  @Test("every header vector is written and read back")
  func headers() throws {
    let headers = try Vectors.load().header
    #expect(headers.count > 200)
    for vector in headers {
      let header = SFrameHeader(keyID: vector.kid, counter: vector.ctr)
      let encoded = try #require([UInt8](hex: vector.encoded))
      #expect(header.encoded() == encoded)
      #expect(header.length == encoded.count)
      #expect(try read(encoded) == header)
    }
  }

  @Test("key derivation, nonce, additional data and ciphertext match", arguments: SFrameSuite.allCases)
  func ciphertexts(_ suite: SFrameSuite) throws {
    let vectors = try Vectors.load().sframe.filter { $0.cipherSuite == suite.rawValue }
    #expect(!vectors.isEmpty)
    for vector in vectors {
      let key = try SFrameKey.derive(
        suite, keyID: vector.kid, baseKey: bytes(vector.baseKey), with: NativeCrypto.self)
      #expect(key.key == bytes(vector.sframeKey))
      #expect(key.salt.bytes == bytes(vector.sframeSalt))
      #expect(key.salt.nonce(vector.ctr) == bytes(vector.nonce))
      let header = SFrameHeader(keyID: vector.kid, counter: vector.ctr)
      #expect(header.encoded() + bytes(vector.metadata) == bytes(vector.aad))
      let sealed = try key.seal(
        bytes(vector.pt), counter: vector.ctr, metadata: bytes(vector.metadata), with: NativeCrypto.self)
      #expect(sealed == bytes(vector.ct))
      let opened = try key.open(sealed, header: header, metadata: bytes(vector.metadata), with: NativeCrypto.self)
      #expect(opened == bytes(vector.pt))
    }
  }

  private func bytes(_ hex: String) -> [UInt8] { [UInt8](hex: hex) ?? [] }
}

func read(_ bytes: [UInt8]) throws(SFrameError) -> SFrameHeader {
  let result = bytes.withUnsafeBytes { buffer -> Result<SFrameHeader, SFrameError> in
    var reader = ByteReader(buffer)
    return Result { () throws(SFrameError) in try SFrameHeader.read(from: &reader) }
  }
  return try result.get()
}

/// The vector file's shape.
struct Vectors: Decodable {
  struct Header: Decodable {
    let kid: UInt64
    let ctr: UInt64
    let encoded: String
  }
  struct Ciphertext: Decodable {
    let cipherSuite: UInt16
    let kid: UInt64
    let ctr: UInt64
    let baseKey, sframeKey, sframeSalt, nonce, metadata, aad, pt, ct: String
  }
  let header: [Header]
  let sframe: [Ciphertext]

  static var file: URL {
    let folder = ProcessInfo.processInfo.environment["TERTULIA_VECTORS"] ?? "../shared/vectors"
    return URL(fileURLWithPath: folder).appendingPathComponent("sframe/test-vectors.json")
  }
  static var available: Bool { FileManager.default.isReadableFile(atPath: file.path) }
  static func load() throws -> Vectors {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Vectors.self, from: Data(contentsOf: file))
  }
}

extension [UInt8] {
  init?(hex: String) {
    let digits = Array(hex.utf8).compactMap { UInt8(String(UnicodeScalar($0)), radix: 16) }
    guard digits.count == hex.utf8.count, digits.count.isMultiple(of: 2) else { return nil }
    self = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}
