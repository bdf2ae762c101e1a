import SFU
import Signaling

/// Which layers of one participant's pictures somebody takes, as the media plane said last, and whether they may come in
/// one stream. All of them, and as streams of their own, until it says so.
struct SentLayers {
  /// How many layers the offer had.
  private var counts: [Picture: Int] = [:]
  /// In the order of the offer; absent while nothing was said.
  private var taken: [Picture: Taken] = [:]

  private struct Taken: Equatable {
    var layers: [Bool]
    var isScalable: Bool
  }

  init(_ sources: [SourceConfiguration]) {
    for source in sources {
      if let picture = Picture(source.kind) { counts[picture] = max(1, source.rids.count) }
    }
  }

  /// What the participant is to be told; nil for what is no picture of theirs, or no change.
  mutating func set(_ layers: UInt8, isScalable: Bool, of kind: SourceKind) -> ServerMessage? {
    guard let picture = Picture(kind), let count = counts[picture] else { return nil }
    let flags = (0..<count).map { $0 < 8 && layers & 1 << UInt8($0) != 0 }
    let now = Taken(layers: flags, isScalable: isScalable)
    guard now != taken[picture] else { return nil }
    taken[picture] = now
    return .layers(picture, flags, isScalable: isScalable)
  }

  /// All layers are taken again. What the participant is to be told.
  mutating func reset() -> [ServerMessage] {
    for (picture, said) in taken {
      taken[picture] = Taken(layers: Array(repeating: true, count: said.layers.count), isScalable: false)
    }
    defer { taken = [:] }
    return messages
  }

  /// All that was said, again.
  var messages: [ServerMessage] {
    [Picture.camera, .screen].compactMap { picture in
      taken[picture].map { .layers(picture, $0.layers, isScalable: $0.isScalable) }
    }
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
