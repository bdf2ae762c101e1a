import Bytes
import RTCCore

private let map: RTPExtensionMap = {
  var map = RTPExtensionMap()
  for (index, kind) in RTPExtensionKind.allCases.enumerated() { map[kind] = UInt8(index + 1) }
  // One id that forces the two-byte form.
  map[.playoutDelay] = 200
  return map
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let packet = UnsafeRawBufferPointer(data, size)
  guard let header = RTPHeader(packet) else { return 0 }
  promise(12...size ~= header.length, "the header lies inside the packet")
  for index in 0..<Int(header.csrcCount) { _ = header.csrc(index, in: packet) }
  let extensions = RTPExtensions(packet, header: header, map: map)
  if let extensions { rewrite(header, extensions) }
  guard let range = header.payloadRange(in: packet) else { return 0 }
  promise(header.length <= range.lowerBound && range.upperBound <= size, "the payload lies behind the header")
  video(packet.slice(range))
  retransmission(header, packet)
  return 0
}

/// What is written fresh reads back.
private func rewrite(_ header: RTPHeader, _ extensions: RTPExtensions) {
  written(capacity: 256) { header.write(extensions: extensions, map: map, into: &$0) }.withUnsafeBytes { bytes in
    guard let again = RTPHeader(bytes) else { return promise(false, "a written header is a header") }
    promise(again.length == bytes.count && again.sequenceNumber == header.sequenceNumber, "and says the same")
    promise(again.marker == header.marker && again.ssrc == header.ssrc, "in all its fields")
    promise(RTPExtensions(bytes, header: again, map: map) == extensions, "with its extensions")
  }
}

private func video(_ payload: UnsafeRawBufferPointer) {
  scalable(payload)
  guard var descriptor = VP8Descriptor(payload) else { return }
  promise(1...6 ~= descriptor.length && descriptor.length < payload.count, "a descriptor has something behind it")
  _ = descriptor.startsKeyFrame(in: payload)
  _ = descriptor.keyFrameSize(in: payload)
  var copy = Array(payload)
  copy.withUnsafeMutableBytes { bytes in
    descriptor.numbers.rewrite(pictureID: 0x5AA5, tl0PictureIndex: 0x3C, in: bytes)
    promise(VP8Descriptor(UnsafeRawBufferPointer(bytes)) == descriptor, "a rewritten descriptor reads back")
  }
}

private func scalable(_ payload: UnsafeRawBufferPointer) {
  guard var descriptor = VP9Descriptor(payload) else { return }
  promise(1..<payload.count ~= descriptor.numbers.length, "a descriptor has something behind it")
  promise(descriptor.layerCount <= 8 && descriptor.spatialID < 8, "layers are few")
  promise(!descriptor.startsKeyPicture || descriptor.spatialID == 0, "a picture begins with its lowest layer")
  var copy = Array(payload)
  copy.withUnsafeMutableBytes { bytes in
    descriptor.numbers.rewrite(pictureID: 0x5AA5, tl0PictureIndex: 0x3C, in: bytes)
    promise(
      VP9Descriptor(UnsafeRawBufferPointer(bytes))?.numbers == descriptor.numbers, "a rewritten descriptor reads back")
  }
}

private func retransmission(_ header: RTPHeader, _ packet: UnsafeRawBufferPointer) {
  var original = header
  guard RTX.unwrap(&original, in: packet, ssrc: 1, payloadType: 96), let range = original.payloadRange(in: packet)
  else { return }
  promise(!range.isEmpty, "a retransmission repeats something")
  let again = written(capacity: packet.count + 16) { writer in
    RTX.wrap(
      header: header, extensions: RTPExtensions(), map: map, originalSequence: original.sequenceNumber,
      payload: packet.slice(range), into: &writer)
  }
  again.withUnsafeBytes { bytes in
    var header = RTPHeader(bytes)!
    promise(RTX.unwrap(&header, in: bytes, ssrc: 1, payloadType: 96), "what is wrapped is unwrapped")
    promise(header.sequenceNumber == original.sequenceNumber, "to the packet that it was")
    promise(header.payloadRange(in: bytes)?.count == range.count, "in full")
  }
}
