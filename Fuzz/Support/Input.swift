import Bytes
import RTCCore

/// Stops the fuzzer when `condition` is false: an input that breaks a promise is a finding like a crash.
@inline(never)
func promise(_ condition: Bool, _ text: StaticString) {
  if !condition { fatalError("\(text)") }
}

extension UnsafeRawBufferPointer {
  /// What libFuzzer hands over, which is exactly as long in memory: AddressSanitizer sees a read past it.
  init(_ data: UnsafePointer<UInt8>?, _ size: Int) {
    self.init(start: data, count: size)
  }
}

/// What `body` writes into memory of exactly `capacity` bytes.
func written(capacity: Int, _ body: (inout ByteWriter) -> Void) -> [UInt8] {
  let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 1)
  defer { memory.deallocate() }
  var writer = ByteWriter(memory)
  body(&writer)
  promise(!writer.overflowed, "what was written did not fit")
  return Array(memory[..<writer.offset])
}

enum Fuzzing {
  /// Takes instructions to change recorded bytes off the front of an input: their number, then for each a place (two
  /// bytes) and a value. Past the end the value is appended.
  static func edited(_ bytes: [UInt8], by input: inout ArraySlice<UInt8>) -> [UInt8] {
    var result = bytes
    for _ in 0..<Int(input.popFirst() ?? 0) % 16 {
      guard let high = input.popFirst(), let low = input.popFirst(), let value = input.popFirst() else { break }
      let place = Int(high) << 8 | Int(low)
      if place < result.count { result[place] = value } else { result.append(value) }
    }
    return result
  }
}
