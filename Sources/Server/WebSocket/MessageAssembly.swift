import NIOCore
import NIOWebSocket
import Signaling

/// Puts frames together into messages (RFC 6455 §5.4), never more than a limit of them.
struct MessageAssembly {
  /// Fragments of one message. Browsers send one; thousands of empty ones are an attack.
  private static let maximumFragments = 64

  private var bytes: [UInt8] = []
  private var fragments = 0
  private var share: InboundShare

  init(budget: InboundBudget) { share = InboundShare(budget) }

  /// To be called when nothing more is to come.
  mutating func release() { share.release() }

  enum Outcome: Equatable {
    case incomplete
    case text([UInt8])
    case ping([UInt8])
    case closed
    case refused(ErrorCode, Word)
  }

  mutating func take(_ frame: WebSocketFrame, limit: Int) -> Outcome {
    // RFC 6455 §5.1: a client that does not mask is no browser, and extensions were not agreed on.
    guard frame.maskKey != nil, !frame.rsv1, !frame.rsv2, !frame.rsv3 else { return .refused(.badMessage, "frame") }
    switch frame.opcode {
    case .text:
      guard fragments == 0 else { return .refused(.badMessage, "fragment") }
      return append(frame, limit)
    case .continuation:
      guard fragments > 0 else { return .refused(.badMessage, "fragment") }
      return append(frame, limit)
    case .ping:
      return frame.length <= 125 && frame.fin
        ? .ping(Array(buffer: frame.unmaskedData)) : .refused(.badMessage, "frame")
    case .pong: return .incomplete
    case .connectionClose: return .closed
    default: return .refused(.badMessage, "binary")
    }
  }

  private mutating func append(_ frame: WebSocketFrame, _ limit: Int) -> Outcome {
    fragments += 1
    guard bytes.count + frame.length <= limit else { return .refused(.tooLarge, "message") }
    guard fragments <= Self.maximumFragments else { return .refused(.badMessage, "fragment") }
    guard frame.fin || share.hold(bytes.count + frame.length) else { return .refused(.tooLarge, "message") }
    bytes += Array(buffer: frame.unmaskedData)
    guard frame.fin else { return .incomplete }
    defer {
      bytes = []
      fragments = 0
      share.release()
    }
    return .text(bytes)
  }
}
