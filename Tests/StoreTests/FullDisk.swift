import Foundation
import Glibc

/// A file system in memory of a size of its own, gone with the value. Needs root.
final class FullDisk: Sendable {
  let path = FileManager.default.temporaryDirectory.appending(path: "tertulia-disk-\(UUID().uuidString)").path

  struct NotMounted: Error {}

  static let canBeMade: Bool = (try? FullDisk(bytes: 1 << 20)) != nil

  init(bytes: Int) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    guard mount("tertulia", path, "tmpfs", 0, "size=\(bytes)") == 0 else {
      rmdir(path)
      throw NotMounted()
    }
  }

  func grow(to bytes: Int) throws {
    guard mount("tertulia", path, "tmpfs", UInt(MS_REMOUNT), "size=\(bytes)") == 0 else { throw NotMounted() }
  }

  deinit {
    umount2(path, Int32(MNT_DETACH))
    rmdir(path)
  }
}
