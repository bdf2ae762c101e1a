import RTCCore
package import SFU
import SFURuntime

/// The media plane as the server sees it: a description to answer offers with, and a place to post commands. Events come
/// back through `RoomDirectory.deliver`.
package protocol MediaService: Sendable {
  var description: LocalDescription { get }

  /// Takes effect soon, in the order of posting; never blocks.
  func post(_ command: MediaCommand, in room: RoomID)
}

extension MediaPlane: MediaService {}
