import RTCCore

@testable import SFURuntime

/// A datagram as a reuseport program sees it: the payload at offset 0, the IP header at SKF_NET_OFF.
struct BPFPacket {
  let network: [UInt8]
  let payload: [UInt8]

  /// `options` are 32-bit words of IPv4 options.
  init(from source: TransportAddress, options: Int = 0, payload: [UInt8]) {
    func bytes(_ value: UInt64, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - $0))) }
    }
    var header: [UInt8]
    if source.isIPv6 {
      header = [0x60] + Array(repeating: 0xEE, count: 7) + bytes(source.high, 8) + bytes(source.low, 8)
      header += Array(repeating: 0xDD, count: 16)
    } else {
      header = [UInt8(0x45 + options)] + Array(repeating: 0xEE, count: 11) + bytes(source.low, 4)
      header += Array(repeating: 0xDD, count: 4 + 4 * options)
    }
    network = header + bytes(UInt64(source.port), 2) + [0x20, 0xFB, 0, 0, 0, 0] + payload
    self.payload = payload
  }
}

/// Classic BPF as the kernel runs it (net/core/filter.c), for the instructions that steering uses; anything else, and any
/// jump out of the program, is an error.
enum BPFMachine {
  enum Fault: Error {
    case instruction(UInt16)
    case end
  }

  static func run(_ program: [SteeringInstruction], on packet: BPFPacket) throws -> UInt32 {
    var (accumulator, index): (UInt32, UInt32) = (0, 0)
    var memory = [UInt32](repeating: 0, count: 16)
    var counter = 0
    while program.indices.contains(counter) {
      let step = program[counter]
      counter += 1
      switch step.code {
      case 0x80: accumulator = UInt32(packet.payload.count)
      case 0x20, 0x28, 0x30, 0x48:
        let size = step.code == 0x20 ? 4 : step.code == 0x30 ? 1 : 2
        let offset = step.code == 0x48 ? step.k &+ index : step.k
        // A load beyond the packet ends the program with 0.
        guard let value = load(packet, offset, size) else { return 0 }
        accumulator = value
      case 0xB1:
        guard let value = load(packet, step.k, 1) else { return 0 }
        index = (value & 15) * 4
      case 0x61: index = memory[Int(step.k)]
      case 0x02: memory[Int(step.k)] = accumulator
      case 0x0C: accumulator &+= index
      case 0x14: accumulator &-= step.k
      case 0x24: accumulator &*= step.k
      case 0x74: accumulator >>= step.k
      case 0x05: counter += Int(step.k)
      case 0x15: counter += Int(accumulator == step.k ? step.jumpTrue : step.jumpFalse)
      case 0x35: counter += Int(accumulator >= step.k ? step.jumpTrue : step.jumpFalse)
      case 0x06: return step.k
      case 0x16: return accumulator
      default: throw Fault.instruction(step.code)
      }
    }
    throw Fault.end
  }

  private static func load(_ packet: BPFPacket, _ offset: UInt32, _ size: Int) -> UInt32? {
    let signed = Int(Int32(bitPattern: offset))
    let isNetwork = signed < 0
    let start = isNetwork ? signed + 0x10_0000 : signed
    let bytes = isNetwork ? packet.network : packet.payload
    guard start >= 0, start + size <= bytes.count else { return nil }
    return bytes[start..<(start + size)].reduce(0) { $0 << 8 | UInt32($1) }
  }
}
