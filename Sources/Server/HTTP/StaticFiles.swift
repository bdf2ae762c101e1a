import Crypto
import Foundation
package import NIOCore

/// A content coding that files may have been compressed with beforehand (RFC 9110 §8.4.1), the smallest result first.
package enum ContentCoding: String, CaseIterable, Sendable {
  /// Brotli (RFC 7932).
  case br
  case gzip

  /// What the compressed twin of a file ends with.
  var suffix: String { self == .br ? ".br" : ".gz" }
}

/// A file of the client, in memory.
package struct StaticFile: Sendable {
  package let type: String
  package let plain: ByteBuffer
  /// The same, compressed beforehand, where there was a twin beside it.
  package let compressed: [ContentCoding: ByteBuffer]
  /// Hexadecimal digest of the plain content. Each encoding needs a tag of its own (RFC 9110 §8.8.3.3).
  private let digest: String

  init(type: String, plain: [UInt8], compressed: [ContentCoding: [UInt8]]) {
    self.type = type
    self.plain = ByteBuffer(bytes: plain)
    self.compressed = compressed.mapValues { ByteBuffer(bytes: $0) }
    digest = SHA256.hash(data: plain).prefix(16).map { byte in
      String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }.joined()
  }

  /// The content in a coding, nil for the plain one.
  package func content(_ coding: ContentCoding?) -> ByteBuffer { coding.flatMap { compressed[$0] } ?? plain }

  /// Strong entity tag, quotes included.
  package func tag(_ coding: ContentCoding?) -> String {
    coding.map { "\"\(digest)-\($0.rawValue)\"" } ?? "\"\(digest)\""
  }
}

/// Why the client cannot be served.
package enum StaticFilesError: Error, Equatable, CustomStringConvertible {
  case missing(folder: String)
  case noIndex(folder: String)
  case tooLarge(folder: String)

  package var description: String {
    switch self {
    case .missing(let folder): "There is no folder \(folder). Give the folder of the web client with --web."
    case .noIndex(let folder): "\(folder) has no index.html. Give the folder of the web client with --web."
    case .tooLarge(let folder):
      "\(folder) holds more than \(StaticFiles.maximumBytes >> 20) MiB: is it the folder of the web client?"
    }
  }
}

/// The client's files, read once: no request reaches the disk, and no path leaves the folder.
package struct StaticFiles: Sendable {
  static let maximumBytes = 64 << 20

  private let files: [String: StaticFile]
  package let index: StaticFile
  /// The client's own page for addresses where nothing is, if it has one.
  package let notFound: StaticFile?

  /// Reads every file below `folder` but the hidden ones.
  package init(folder: String) throws {
    let root = URL(filePath: folder, directoryHint: .isDirectory).resolvingSymlinksInPath()
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: root.path, isDirectory: &isFolder), isFolder.boolValue,
      let paths = FileManager.default.enumerator(atPath: root.path)
    else { throw StaticFilesError.missing(folder: folder) }
    var contents: [String: [UInt8]] = [:]
    var total = 0
    while let path = paths.nextObject() as? String {
      guard paths.fileAttributes?[.type] as? FileAttributeType == .typeRegular, !Self.isHidden(path) else { continue }
      let data = try Data(contentsOf: root.appending(path: path))
      total += data.count
      guard total <= Self.maximumBytes else { throw StaticFilesError.tooLarge(folder: folder) }
      contents["/" + path] = Array(data)
    }
    var files: [String: StaticFile] = [:]
    for (path, bytes) in contents where !ContentCoding.allCases.contains(where: { path.hasSuffix($0.suffix) }) {
      var compressed: [ContentCoding: [UInt8]] = [:]
      for coding in ContentCoding.allCases { compressed[coding] = contents[path + coding.suffix] }
      files[path] = StaticFile(type: Self.type(of: path), plain: bytes, compressed: compressed)
    }
    guard let index = files["/index.html"] else { throw StaticFilesError.noIndex(folder: folder) }
    self.files = files
    self.index = index
    notFound = files["/404.html"]
  }

  package subscript(path: String) -> StaticFile? { files[path] }

  private static func isHidden(_ path: String) -> Bool {
    path.split(separator: "/").contains { $0.hasPrefix(".") }
  }

  private static func type(of path: String) -> String {
    let types = [
      "css": "text/css; charset=utf-8", "html": "text/html; charset=utf-8", "ico": "image/x-icon",
      "js": "text/javascript; charset=utf-8", "json": "application/json", "mjs": "text/javascript; charset=utf-8",
      "png": "image/png", "svg": "image/svg+xml", "txt": "text/plain; charset=utf-8", "wasm": "application/wasm",
      "webmanifest": "application/manifest+json", "webp": "image/webp", "woff2": "font/woff2",
    ]
    return path.split(separator: ".").last.flatMap { types[String($0)] } ?? "application/octet-stream"
  }
}
