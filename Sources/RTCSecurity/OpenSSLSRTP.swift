internal import COpenSSL
package import RTCCore

/// `SRTPSession` over OpenSSL, with GCM by BoringSSL: a handle to keys, contexts and windows. After it was made only new SSRCs allocate.
package struct OpenSSLSRTP: SRTPSession {
  /// One direction: what this end seals with, or what it opens with. What a packet needs comes first.
  struct Direction {
    let rtp: SRTPCipher
    var rtpStreams: SRTPStreams
    let rtcp: SRTPCipher
    /// Of what is opened only: see `nextRTCPIndex`.
    var rtcpStreams: SRTPStreams
    /// Next SRTCP index to send; one counter for all SSRCs keeps every pair of SSRC and index unique.
    var nextRTCPIndex: UInt32 = 0

    init(rtp: SRTPCipher, rtcp: SRTPCipher, streamLimit: Int) {
      self.rtp = rtp
      self.rtcp = rtcp
      rtpStreams = SRTPStreams(limit: streamLimit)
      rtcpStreams = SRTPStreams(limit: streamLimit)
    }

    init(_ master: SRTPMasterKey, profile: SRTPProfile, streamLimit: Int) {
      let rtp = SRTPSessionKeys(master, profile: profile, purpose: .rtp)
      let rtcp = SRTPSessionKeys(master, profile: profile, purpose: .rtcp)
      self.init(
        rtp: SRTPCipher(rtp, profile: profile), rtcp: SRTPCipher(rtcp, profile: profile), streamLimit: streamLimit)
    }

    func destroy() {
      rtp.destroy()
      rtcp.destroy()
      rtpStreams.destroy()
      rtcpStreams.destroy()
    }
  }

  struct State {
    var outbound: Direction
    var inbound: Direction
  }

  package let profile: SRTPProfile
  let state: UnsafeMutablePointer<State>

  /// `streamLimit` bounds the SSRCs of each direction, of RTP and of RTCP.
  package init(profile: SRTPProfile, inbound: SRTPMasterKey, outbound: SRTPMasterKey, streamLimit: Int = 256) {
    self.init(
      profile: profile, inbound: Direction(inbound, profile: profile, streamLimit: streamLimit),
      outbound: Direction(outbound, profile: profile, streamLimit: streamLimit))
  }

  init(profile: SRTPProfile, inbound: Direction, outbound: Direction) {
    self.profile = profile
    state = .allocate(capacity: 1)
    state.initialize(to: State(outbound: outbound, inbound: inbound))
  }

  package var rtpOverhead: Int { profile.rtpOverhead }
  package var rtcpOverhead: Int { profile.rtcpOverhead }
  package var hasOpened: Bool {
    !state.pointee.inbound.rtpStreams.isEmpty || !state.pointee.inbound.rtcpStreams.isEmpty
  }

  @inline(__always)
  package func prefetch() {
    copenssl_prefetch(state)
    copenssl_prefetch(UnsafeRawPointer(state) + 64)
  }

  /// All of a table of few streams.
  @inline(__always)
  package func prefetchStreams() {
    state.pointee.outbound.rtp.prefetch()
    guard let memory = state.pointee.outbound.rtpStreams.memory else { return }
    for line in 0..<8 { copenssl_prefetch(memory + 64 &* line) }
  }

  package func destroy() {
    state.pointee.inbound.destroy()
    state.pointee.outbound.destroy()
    state.deinitialize(count: 1)
    state.deallocate()
  }
}

extension UnsafeRawBufferPointer {
  /// The bytes from `start` up to `end`, which lie within.
  @inline(__always)
  func slice(_ start: Int, _ end: Int) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: self[start..<end]) }

  @inline(__always)
  func word(at offset: Int) -> UInt32 { UInt32(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }
}
