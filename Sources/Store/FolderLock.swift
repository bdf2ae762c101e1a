internal import Foundation
internal import Glibc

/// Says to other processes that a node works on a folder. The system takes it back when the process ends, however it ends.
final class FolderLock: Sendable {
  private let descriptor: Int32

  /// Throws `inUse` when another process, or another lock of this one, has it.
  init(folder: String) throws(StoreError) {
    let path = folder + "/tertulia.lock"
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .unwritable(path: path, reason: String(cString: strerror(errno))) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw .inUse(folder: folder)
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}
