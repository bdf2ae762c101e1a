internal import COpenSSL

/// The two ends of OpenSSL's I/O for one association: a BIO that reads the one datagram being handled and keeps each
/// write, which is a datagram, apart; and the retransmission timer, which it would otherwise run on the wall clock.
///
/// A memory BIO would not do: it glues datagrams together.
final class DTLSChannel {
  /// The datagram that OpenSSL may read, once; set only while it is borrowed from the caller.
  var incoming: UnsafeRawBufferPointer?
  /// Datagrams to send, oldest first.
  var outgoing: [[UInt8]] = []
  /// Whether a flight waits for its answer.
  private(set) var isTimerRunning = false
  /// Set whenever the timer is started anew; the reader clears it.
  var wasTimerStarted = false
  /// Where OpenSSL keeps the time at which its timer expires.
  private var timerPlace: UnsafeMutableRawPointer?

  /// A BIO whose callbacks come here. Whoever owns it must free it before this channel goes.
  func makeBIO() -> OpaquePointer? {
    guard let bio = BIO_new(Self.method) else { return nil }
    BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
    BIO_set_init(bio, 1)
    return bio
  }

  /// Lets the timer be due, whatever the wall clock says, so that the next `DTLSv1_handle_timeout` acts.
  func expireTimer() {
    if let timerPlace, isTimerRunning { copenssl_timer_set(timerPlace, 1) }
  }

  private func timerChanged(_ place: UnsafeMutableRawPointer) {
    isTimerRunning = copenssl_timer_is_set(place) != 0
    wasTimerStarted = isTimerRunning
    guard Self.exposesTimer else { return }
    timerPlace = place
    if isTimerRunning { copenssl_timer_set(place, 1 << 40) }
  }

  /// OpenSSL 3.0 and 3.1 hand out the very place of their timer, which lives as long as the SSL object: moved out of
  /// reach here and into the past by `expireTimer`, it follows the time we are handed, so a simulation repeats exactly.
  /// Later versions hand out a copy; there `OpenSSLDTLS.nextTimeout` gives the wall clock the same durations.
  private static let exposesTimer = OPENSSL_version_major() == 3 && OPENSSL_version_minor() < 2

  /// Made once, never changed or freed.
  nonisolated(unsafe) private static let method: OpaquePointer? = {
    let method = BIO_meth_new(BIO_get_new_index() | CInt(BIO_TYPE_SOURCE_SINK), "datagrams")
    BIO_meth_set_read(method) { bio, target, capacity in
      guard let bio, let target else { return -1 }
      return channel(bio).read(bio, target, Int(capacity))
    }
    BIO_meth_set_write(method) { bio, source, count in
      guard let bio, let source else { return -1 }
      copenssl_bio_clear_retry(bio)
      channel(bio).outgoing.append(Array(UnsafeRawBufferPointer(start: source, count: Int(count))))
      return count
    }
    BIO_meth_set_ctrl(method) { bio, command, _, argument in
      switch command {
      case BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT:
        if let bio, let argument { channel(bio).timerChanged(argument) }
        return 1
      case BIO_CTRL_FLUSH: return 1
      default: return 0
      }
    }
    return method
  }()

  private static func channel(_ bio: OpaquePointer) -> DTLSChannel {
    Unmanaged<DTLSChannel>.fromOpaque(BIO_get_data(bio)).takeUnretainedValue()
  }

  private func read(_ bio: OpaquePointer, _ target: UnsafeMutablePointer<CChar>, _ capacity: Int) -> CInt {
    copenssl_bio_clear_retry(bio)
    guard let datagram = incoming, let source = datagram.baseAddress else {
      copenssl_bio_set_retry_read(bio)
      return -1
    }
    incoming = nil
    let count = min(capacity, datagram.count)
    UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: count)
    return CInt(count)
  }
}
