import Foundation

/// A vector with the file and place that it has there.
struct NamedVector: Sendable {
  let vector: Vector
  let name: String
}

/// The official vectors: every file of a kind that we know in the folder that `TERTULIA_VECTORS` names, or in its
/// folders `mls` and `hpke`.
enum VectorFiles {
  private static let folder = URL(
    fileURLWithPath: ProcessInfo.processInfo.environment["TERTULIA_VECTORS"] ?? "../shared/vectors")

  static func vectors(of kind: VectorKind) -> [NamedVector] { byKind[kind] ?? [] }

  private static let byKind: [VectorKind: [NamedVector]] = {
    var found: [VectorKind: [NamedVector]] = [:]
    for file in files {
      guard let kind = VectorKind(fileName: Array(file.lastPathComponent.utf8)) else { continue }
      found[kind, default: []] += read(file).filter { kind.applies(to: $0.vector) }
    }
    return found
  }()

  private static var files: [URL] {
    ["mls", "hpke", "."].map { folder.appendingPathComponent($0) }.flatMap { folder in
      (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
    }.filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }
  }

  private static func read(_ file: URL) -> [NamedVector] {
    guard let data = try? Data(contentsOf: file), let list = try? JSONSerialization.jsonObject(with: data) as? [Any]
    else { return [] }
    let name = file.deletingPathExtension().lastPathComponent
    return list.enumerated().map { NamedVector(vector: Vector(json: $1), name: "\(name)[\($0)]") }
  }
}

extension Vector {
  init(json: Any) {
    switch json {
    case let members as [String: Any]:
      self = .members(members.map { (name: Array($0.utf8), value: Vector(json: $1)) })
    case let list as [Any]: self = .list(list.map { Vector(json: $0) })
    case let text as String: self = .text(Array(text.utf8))
    case let number as NSNumber: self = .integer(number.uint64Value)
    default: self = .null
    }
  }
}
