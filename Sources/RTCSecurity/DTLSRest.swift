internal import COpenSSL

/// What stays of an association when its handshake will not be asked for again: the sealed record that ends it, and the key
/// that opens the record with which the peer does. Some 200 bytes instead of 45 kB, most of which OpenSSL keeps for
/// handshake messages as long as an SSL object lives.
final class DTLSRest {
  /// What a peer may still have to say.
  enum Alert { case close, fatal }

  /// A datagram with close_notify, sealed while there was something to seal it with.
  var goodbye: [UInt8] = []
  private let cipher: OpaquePointer
  private var key: [UInt8]
  /// The part of the nonce that is kept back: 4 bytes (RFC 5288 §3), or all 12 (RFC 7905 §2).
  private var salt: [UInt8]

  private static let headerLength = 13
  private static let tagLength = 16
  private static let alertLength = 2
  private static let alertType: UInt8 = 21

  /// `ssl` is connected; nil if its cipher suite is none of ours.
  init?(_ ssl: OpaquePointer) {
    guard let suite = SSL_get_current_cipher(ssl), let cipher = Self.cipher(of: suite) else { return nil }
    let keyLength = Int(EVP_CIPHER_get_key_length(cipher))
    let saltLength = SSL_CIPHER_get_cipher_nid(suite) == NID_chacha20_poly1305 ? 12 : 4
    // The keys of the client and of the server, and then their salts (RFC 5246 §6.3).
    guard var block = Self.keyBlock(ssl, suite, length: 2 * (keyLength + saltLength)) else { return nil }
    let peer = SSL_is_server(ssl) == 1 ? 0 : 1
    key = Array(block[(peer * keyLength)...].prefix(keyLength))
    salt = Array(block[(2 * keyLength + peer * saltLength)...].prefix(saltLength))
    OPENSSL_cleanse(&block, block.count)
    self.cipher = cipher
  }

  deinit {
    OPENSSL_cleanse(&key, key.count)
    OPENSSL_cleanse(&salt, salt.count)
  }

  /// The alert among the records of `datagram` that ends the association. Whatever else comes, such as the end of a
  /// handshake once more, or is not authentic, says nothing.
  func alert(in datagram: UnsafeRawBufferPointer) -> Alert? {
    var rest = datagram[...]
    while rest.count >= Self.headerLength {
      let record = UnsafeRawBufferPointer(rebasing: rest)
      let length = Int(record[11]) << 8 | Int(record[12])
      guard record.count >= Self.headerLength + length else { return nil }
      let body = UnsafeRawBufferPointer(rebasing: record[Self.headerLength..<(Self.headerLength + length)])
      if record[0] == Self.alertType, let (level, description) = open(body, header: record) {
        if description == SSL_AD_CLOSE_NOTIFY { return .close }
        if level == SSL3_AL_FATAL { return .fatal }
      }
      rest = rest.dropFirst(Self.headerLength + length)
    }
    return nil
  }

  /// The two bytes of an alert: RFC 6347 §4.1.2.1 over RFC 5246 §6.2.3.3.
  private func open(_ body: UnsafeRawBufferPointer, header: UnsafeRawBufferPointer) -> (Int32, Int32)? {
    // Epoch and number stand for the sequence number of TLS.
    let sequence = header[3..<11]
    let explicit = 12 - salt.count
    guard body.count == explicit + Self.alertLength + Self.tagLength else { return nil }
    let nonce =
      explicit > 0 ? salt + body[..<explicit] : zip(salt, [0, 0, 0, 0] + sequence).map { $0 ^ $1 }
    let clear = Array(sequence) + header[0..<3] + [0, UInt8(Self.alertLength)]
    let sealed = Array(body[explicit..<(explicit + Self.alertLength)])
    var tag = Array(body[(explicit + Self.alertLength)...])
    var alert: [UInt8] = [0, 0]
    var produced: CInt = 0
    guard let context = EVP_CIPHER_CTX_new() else { return nil }
    defer { EVP_CIPHER_CTX_free(context) }
    guard EVP_DecryptInit_ex(context, cipher, nil, key, nonce) == 1,
      EVP_DecryptUpdate(context, nil, &produced, clear, CInt(clear.count)) == 1,
      EVP_DecryptUpdate(context, &alert, &produced, sealed, CInt(sealed.count)) == 1,
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, CInt(tag.count), &tag) == 1,
      EVP_DecryptFinal_ex(context, nil, &produced) == 1
    else { return nil }
    return (Int32(alert[0]), Int32(alert[1]))
  }

  private static func cipher(of suite: OpaquePointer) -> OpaquePointer? {
    switch SSL_CIPHER_get_cipher_nid(suite) {
    case NID_aes_128_gcm: EVP_aes_128_gcm()
    case NID_aes_256_gcm: EVP_aes_256_gcm()
    case NID_chacha20_poly1305: EVP_chacha20_poly1305()
    default: nil
    }
  }

  private static func keyBlock(_ ssl: OpaquePointer, _ suite: OpaquePointer, length: Int) -> [UInt8]? {
    var (master, seed) = ([UInt8](repeating: 0, count: 48), Array("key expansion".utf8))
    defer { OPENSSL_cleanse(&master, master.count) }
    guard SSL_SESSION_get_master_key(SSL_get_session(ssl), &master, master.count) == master.count,
      let digest = SSL_CIPHER_get_handshake_digest(suite), let context = EVP_PKEY_CTX_new_id(NID_tls1_prf, nil)
    else { return nil }
    defer { EVP_PKEY_CTX_free(context) }
    for random in [SSL_get_server_random, SSL_get_client_random] {
      var bytes = [UInt8](repeating: 0, count: 32)
      guard random(ssl, &bytes, bytes.count) == bytes.count else { return nil }
      seed += bytes
    }
    var block = [UInt8](repeating: 0, count: length)
    var count = length
    guard EVP_PKEY_derive_init(context) == 1, EVP_PKEY_CTX_set_tls1_prf_md(context, digest) == 1,
      EVP_PKEY_CTX_set1_tls1_prf_secret(context, master, CInt(master.count)) == 1,
      EVP_PKEY_CTX_add1_tls1_prf_seed(context, seed, CInt(seed.count)) == 1,
      EVP_PKEY_derive(context, &block, &count) == 1, count == length
    else { return nil }
    return block
  }
}
