internal import COpenSSL
internal import RTCCore

/// A master key and salt, as the DTLS exporter or a test vector gives them.
package struct SRTPMasterKey: Sendable {
  package let key: [UInt8]
  package let salt: [UInt8]

  /// `key` has 16 bytes, `salt` 12 or 14.
  package init(key: [UInt8], salt: [UInt8]) {
    precondition(key.count == 16 && (12...14).contains(salt.count))
    self.key = key
    self.salt = salt
  }

  /// The session key for `label`: AES in counter mode over label and salt (RFC 3711 §4.3), key derivation rate 0. A
  /// salt of 12 bytes is padded with zeros at its end (RFC 7714 §11).
  func derive(_ label: SRTPKeyLabel, length: Int) -> [UInt8] {
    var counter = [UInt8](repeating: 0, count: 16)
    for (index, byte) in salt.enumerated() { counter[index] = byte }
    counter[7] ^= label.rawValue
    let context = EVP_CIPHER_CTX_new()
    defer { EVP_CIPHER_CTX_free(context) }
    let zeros = [UInt8](repeating: 0, count: length)
    var keystream = zeros
    var produced: CInt = 0
    let succeeded =
      EVP_EncryptInit_ex(context, EVP_aes_128_ctr(), nil, key, counter) == 1
      && EVP_EncryptUpdate(context, &keystream, &produced, zeros, CInt(length)) == 1
    precondition(succeeded && produced == length, "AES-128-CTR is not available")
    return keystream
  }
}

/// The keys of one direction of RTP or of RTCP (RFC 3711 §4.3.2).
struct SRTPSessionKeys {
  let encryption: [UInt8]
  /// For HMAC-SHA1; GCM has no use for it.
  let authentication: [UInt8]
  let salt: [UInt8]

  enum Purpose { case rtp, rtcp }

  init(encryption: [UInt8], authentication: [UInt8], salt: [UInt8]) {
    self.encryption = encryption
    self.authentication = authentication
    self.salt = salt
  }

  init(_ master: SRTPMasterKey, profile: SRTPProfile, purpose: Purpose) {
    let isRTP = purpose == .rtp
    encryption = master.derive(isRTP ? .rtpEncryption : .rtcpEncryption, length: profile.keyLength)
    authentication = master.derive(isRTP ? .rtpAuthentication : .rtcpAuthentication, length: HMACSHA1.length)
    salt = master.derive(isRTP ? .rtpSalt : .rtcpSalt, length: profile.saltLength)
  }
}
