import RTCCore
import SFU

private let local = LocalDescription(
  fingerprint: CertificateFingerprint(sdp: Array(repeating: "AB", count: 32).joined(separator: ":"))!,
  candidates: ["1 1 udp 2130706431 192.0.2.1 8443 typ host"])

/// What the node does with an offer: an answer that can be read, with the offer's sections in their order, or a refusal.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let text = String(decoding: UnsafeRawBufferPointer(data, size), as: UTF8.self)
  guard let offer = parse(text) else { return 0 }
  var random = Counter()
  do throws(NegotiationError) {
    let answer = try MediaNegotiator.negotiate(offer: text, mids: mids(of: offer), local: local, using: &random).answer
    guard let read = parse(answer) else { fatalError("an answer is SDP") }
    promise(read.media.map(\.mid) == offer.media.map(\.mid), "an answer has the offer's sections")
    for (answered, offered) in zip(read.media, offer.media) where !answered.isRejected {
      promise(answered.codecs.allSatisfy { offered.codec(payloadType: $0.payloadType) != nil }, "and its codecs")
    }
  } catch {}
  return 0
}

private func parse(_ text: String) -> SessionDescription? {
  do throws(SDPError) { return try SessionDescription(parsing: text) } catch { return nil }
}

/// Uses of the sections as a client would name them: what sends is the camera and the microphone, what receives a slot.
private func mids(of offer: SessionDescription) -> OfferedMids {
  var mids = OfferedMids()
  for section in offer.media {
    switch (section.kind, section.direction.sends) {
    case (.audio, true) where mids.microphone == nil: mids.microphone = section.mid
    case (.video, true) where mids.camera == nil: mids.camera = section.mid
    case (.video, true): mids.screen = section.mid
    case (.audio, false): mids.slots.append(SlotMids(audio: section.mid, video: nil))
    case (.video, false): mids.slots.append(SlotMids(audio: nil, video: section.mid))
    default: break
    }
  }
  return mids
}

/// Not random at all, so that an input does the same each time.
private struct Counter: RandomNumberGenerator {
  private var state: UInt64 = 0

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return state
  }
}
