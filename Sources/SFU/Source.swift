internal import Bytes
internal import RTCCore

/// One thing that a peer may send, as negotiated, with the up tracks that it turned out to have and the receivers that
/// follow it.
struct Source {
  static var maximumLayers: Int { 3 }
  static var maximumDeclared: Int { 4 }

  /// False for a kind that the peer's offer does not have.
  let isNegotiated: Bool
  let mid: StreamToken?
  let payloadType: UInt8
  let rtxPayloadType: UInt8?
  let vp9: VP9PayloadTypes?
  let layerCount: Int
  private var rids = InlineArray<3, StreamToken?>(repeating: nil)
  private var declared = InlineArray<4, DeclaredSSRC?>(repeating: nil)
  let hasSimulcast: Bool

  /// What comes is one VP9 stream, on the up track of the first layer, whose spatial layers are the source's.
  var isScalable = false
  /// What the sender was told last.
  var mayScale = false
  /// Places of the up tracks by layer; -1 until a packet came. See `track(of:)`.
  var layers = InlineArray<3, Int32>(repeating: -1)
  /// What the server says; see `MediaCommand.setSource`.
  var isEnabled = true
  /// Layers that the sender was told nobody takes, as bits.
  var pausedLayers: UInt8 = 0
  /// When somebody last took a layer.
  var lastNeeded = InlineArray<3, Instant>(repeating: .zero)
  /// Until when a layer that was asked for again may take to come; see `isAwaited`.
  private var awaitedUntil = InlineArray<3, Instant>(repeating: .zero)
  /// Head of the list of down tracks that follow this source; -1 when empty.
  var firstSubscriber: Int32 = -1

  init() {
    isNegotiated = false
    mid = nil
    payloadType = 0
    rtxPayloadType = nil
    vp9 = nil
    layerCount = 0
    hasSimulcast = false
  }

  init(_ configuration: SourceConfiguration) {
    isNegotiated = true
    mid = StreamToken(configuration.mid)
    payloadType = configuration.payloadType
    rtxPayloadType = configuration.rtxPayloadType
    vp9 = configuration.vp9
    hasSimulcast = !configuration.rids.isEmpty
    layerCount = max(1, min(configuration.rids.count, Self.maximumLayers))
    for (index, rid) in configuration.rids.prefix(Self.maximumLayers).enumerated() { rids[index] = StreamToken(rid) }
    for (index, ssrc) in configuration.ssrcs.prefix(Self.maximumDeclared).enumerated() { declared[index] = ssrc }
  }

  /// Place of the up track that a layer comes on; -1 until a packet came.
  @inline(__always)
  func track(of layer: Int) -> Int32 { isScalable ? layers[0] : layers[layer] }

  /// Whether anything of it ever came.
  var hasSent: Bool { (0..<layerCount).contains { layers[$0] >= 0 } }

  /// The sender is told that somebody takes a paused layer again. The word goes by the signalling, and its encoder begins anew.
  mutating func resume(_ layer: Int, now: Instant) { awaitedUntil[layer] = now + Self.patience }

  /// Whether a layer was asked for again so lately that it may still be on its way.
  func isAwaited(_ layer: Int, at now: Instant) -> Bool { now < awaitedUntil[layer] }

  private static var patience: TimeDelta { .seconds(2) }

  /// Whether the offer named `ssrc`, as primary or as RTX.
  func declares(_ ssrc: UInt32) -> Bool {
    for index in 0..<Self.maximumDeclared {
      guard let pair = declared[index] else { return false }
      if pair.primary == ssrc || pair.rtx == ssrc { return true }
    }
    return false
  }

  /// The primary SSRC that the offer grouped with an RTX SSRC.
  func declaredPrimary(ofRTX ssrc: UInt32) -> UInt32? {
    for index in 0..<Self.maximumDeclared {
      guard let pair = declared[index] else { return nil }
      if pair.rtx == ssrc { return pair.primary }
    }
    return nil
  }

  /// The layer of a primary stream: its rid; without one, its place among the declared SSRCs, which browsers list in
  /// the order of their encodings; without simulcast, 0.
  func layer(rid: StreamToken?, ssrc: UInt32) -> Int? {
    guard hasSimulcast else { return 0 }
    if let rid { return layer(rid: rid) }
    for index in 0..<layerCount where declared[index]?.primary == ssrc { return index }
    return nil
  }

  func layer(rid: StreamToken) -> Int? {
    for index in 0..<layerCount where rids[index] == rid { return index }
    return nil
  }
}
