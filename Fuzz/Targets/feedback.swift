import Bytes
import RTCCore

/// Each four bytes are a packet: a step of the sequence number, and a step of time. Whatever arrives within the memory
/// of the builder must come out of the feedback with its time.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  var reader = ByteReader(UnsafeRawBufferPointer(data, size))
  var builder = TransportFeedbackBuilder()
  var sequence: UInt16 = 0xFFF0
  var now = Instant(nanoseconds: 5_000_000_000)
  while let step = reader.readUInt16(), let time = reader.readUInt16() {
    // Small steps are the usual ones; the top bit asks for a leap.
    sequence &+= step & 0x8000 == 0 ? step & 0x1F : step
    now = now + .microseconds(Int64(time & 0x7FFF) * (time & 0x8000 == 0 ? 10 : 1000))
    builder.record(sequence, at: now)
    if step & 0x7F00 == 0x4200 { drain(&builder, newest: sequence, at: now) }
  }
  drain(&builder, newest: sequence, at: now)
  return 0
}

private func drain(_ builder: inout TransportFeedbackBuilder, newest: UInt16, at now: Instant) {
  var packets = 0
  while builder.isPending {
    packets += 1
    promise(packets <= TransportFeedbackBuilder.capacity, "each feedback reports something")
    let datagram = written(capacity: TransportFeedbackBuilder.minimumRoom) { writer in
      promise(builder.write(sender: 1, media: 2, into: &writer), "what is pending can be written")
    }
    datagram.withUnsafeBytes { check($0, now) }
  }
}

private func check(_ datagram: UnsafeRawBufferPointer, _ now: Instant) {
  guard var reader = RTCPReader(datagram), case .transportFeedback(let feedback) = reader.next(), reader.next() == nil
  else { return promise(false, "a written feedback is a feedback") }
  var arrived = 0
  for status in feedback {
    guard let arrival = status.arrival else { continue }
    arrived += 1
    // The reference wraps at 2^24 times 64 ms.
    let age = (now.microseconds - arrival) % (64_000 << 24)
    promise(age >= 0, "nothing arrives in the future")
  }
  promise(arrived > 0, "a feedback reports an arrival")
}
