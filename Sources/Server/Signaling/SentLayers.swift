import SFU
import Signaling

/// Which layers of one participant's pictures somebody takes, as the media plane said last. All of them until it says so.
struct SentLayers {
  /// How many layers the offer had.
  private var counts: [Picture: Int] = [:]
  /// In the order of the offer; absent while nothing was said.
  private var taken: [Picture: [Bool]] = [:]

  init(_ sources: [SourceConfiguration]) {
    for source in sources {
      if let picture = Picture(source.kind) { counts[picture] = max(1, source.rids.count) }
    }
  }

  /// What the participant is to be told; nil for what is no picture of theirs, or no change.
  mutating func set(_ layers: UInt8, of kind: SourceKind) -> ServerMessage? {
    guard let picture = Picture(kind), let count = counts[picture] else { return nil }
    let flags = (0..<count).map { $0 < 8 && layers & 1 << UInt8($0) != 0 }
    guard flags != taken[picture] else { return nil }
    taken[picture] = flags
    return .layers(picture, flags)
  }

  /// All layers are taken again. What the participant is to be told.
  mutating func reset() -> [ServerMessage] {
    for (picture, flags) in taken { taken[picture] = Array(repeating: true, count: flags.count) }
    defer { taken = [:] }
    return messages
  }

  /// All that was said, again.
  var messages: [ServerMessage] {
    [Picture.camera, .screen].compactMap { picture in taken[picture].map { .layers(picture, $0) } }
  }
}

extension Picture {
  fileprivate init?(_ kind: SourceKind) {
    switch kind {
    case .camera: self = .camera
    case .screen: self = .screen
    case .microphone, .screenAudio: return nil
    }
  }
}
