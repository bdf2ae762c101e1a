import Foundation
import Glibc

/// A file system in memory of a size of its own, gone with the value. Needs root.
package final class FullDisk: Sendable {
  package let path = FileManager.default.temporaryDirectory.appending(path: "tertulia-disk-\(UUID().uuidString)").path

  package struct NotMounted: Error {}

  /// Whether this machine lets us.
  package static let canBeMade: Bool = (try? FullDisk(bytes: 1 << 20)) != nil

  package init(bytes: Int) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    guard mount("tertulia", path, "tmpfs", 0, "size=\(bytes)") == 0 else {
      rmdir(path)
      throw NotMounted()
    }
  }

  package func grow(to bytes: Int) throws {
    guard mount("tertulia", path, "tmpfs", UInt(MS_REMOUNT), "size=\(bytes)") == 0 else { throw NotMounted() }
  }

  /// Takes what is left of it, to the last byte.
  package func fill() {
    let descriptor = open(filler, O_WRONLY | O_CREAT, 0o600)
    let zeros = [UInt8](repeating: 0, count: 4096)
    while write(descriptor, zeros, zeros.count) > 0 {}
    close(descriptor)
  }

  /// Gives it back.
  package func empty() { unlink(filler) }

  private var filler: String { path + "/filler" }

  deinit {
    umount2(path, Int32(MNT_DETACH))
    rmdir(path)
  }
}
