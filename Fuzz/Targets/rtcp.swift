import Bytes
import RTCCore

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  guard var reader = RTCPReader(UnsafeRawBufferPointer(data, size)) else { return 0 }
  var packets = 0
  while let packet = reader.next() {
    packets += 1
    visit(packet, size)
  }
  promise(1...(size / 4) ~= packets, "each packet takes four bytes or more")
  return 0
}

private func visit(_ packet: RTCPPacket, _ size: Int) {
  switch packet {
  case .senderReport(let report, let blocks):
    let again = written(capacity: 2048) { writer in
      Array(blocks).withUnsafeBufferPointer { report.write(blocks: $0, into: &writer) }
    }
    again.withUnsafeBytes { bytes in
      guard var reader = RTCPReader(bytes), case .senderReport(report, let copied) = reader.next() else {
        return promise(false, "a written report is a report")
      }
      promise(copied.elementsEqual(blocks), "with the same blocks")
    }
  case .receiverReport(_, let blocks):
    for block in blocks { _ = block.roundTrip(at: NTPTime(rawValue: 1 << 40)) }
  case .sourceDescription(let items):
    promise(items.reduce(0) { $0 + $1.text.count } <= size, "text is inside")
  case .goodbye(let ssrcs):
    promise(ssrcs.reduce(0) { $0 | $1 } >= 0 && ssrcs.count <= 31, "at most 31 sources")
  case .nack(let nack):
    promise(nack.reduce(0) { count, _ in count + 1 } <= 17 * size / 4, "17 numbers in four bytes")
  case .pictureLossIndication: break
  case .fullIntraRequest(let entries):
    promise(entries.allSatisfy { $0.sequence <= 255 } && !entries.isEmpty, "at least one entry")
  case .receiverEstimatedMaximumBitrate(let remb):
    promise(remb.ssrcs.count <= 255, "at most 255 sources")
  case .transportFeedback(let feedback):
    promise(feedback.reduce(0) { count, _ in count + 1 } == feedback.statusCount, "one status for each packet")
  case .other, .malformed: break
  }
}
