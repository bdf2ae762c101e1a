internal import COpenSSL
internal import RTCCore

/// A fresh ECDSA P-256 key and a certificate for it, signed by itself.
final class KeyedCertificate {
  let certificate: OpaquePointer
  let key: OpaquePointer

  /// `extensions` are pairs of an OpenSSL extension number and its value in the syntax of x509v3_config(5). The serial
  /// number has 127 random bits; validity starts a day ago, for clocks that are behind.
  init(commonName: String, days: Int, extensions: [(CInt, String)] = []) throws(SecurityError) {
    key = try check(copenssl_generate_p256_key())
    do {
      certificate = try check(X509_new())
    } catch {
      EVP_PKEY_free(key)
      throw error
    }
    try check(X509_set_version(certificate, 2))
    try setSerialNumber()
    try setValidity(days: days)
    let name = try check(X509_get_subject_name(certificate))
    let added = commonName.withCString {
      X509_NAME_add_entry_by_txt(
        name, "CN", MBSTRING_FLAG | 0, UnsafeRawPointer($0).assumingMemoryBound(to: UInt8.self), -1, -1, 0)
    }
    try check(added)
    try check(X509_set_issuer_name(certificate, name))
    try check(X509_set_pubkey(certificate, key))
    for (number, value) in extensions { try add(number, value) }
    try check(X509_sign(certificate, key, EVP_sha256()))
  }

  deinit {
    X509_free(certificate)
    EVP_PKEY_free(key)
  }

  var fingerprint: CertificateFingerprint {
    guard let fingerprint = CertificateFingerprint(certificate: certificate) else {
      preconditionFailure("SHA-256 of a certificate that was just signed")
    }
    return fingerprint
  }

  private func setSerialNumber() throws(SecurityError) {
    var serial = randomBytes(16)
    serial[0] = serial[0] & 0x7F | 0x40
    let number = BN_bin2bn(serial, CInt(serial.count), nil)
    defer { BN_free(number) }
    _ = try check(
      number.flatMap { BN_to_ASN1_INTEGER($0, X509_get_serialNumber(certificate)) }.map { OpaquePointer($0) })
  }

  private func setValidity(days: Int) throws(SecurityError) {
    let day = 86_400
    guard X509_gmtime_adj(X509_getm_notBefore(certificate), -day) != nil,
      X509_gmtime_adj(X509_getm_notAfter(certificate), days * day) != nil
    else { throw .fromLibrary() }
  }

  private func add(_ number: CInt, _ value: String) throws(SecurityError) {
    var context = X509V3_CTX()
    X509V3_set_ctx(&context, certificate, certificate, nil, nil, 0)
    let made = try check(X509V3_EXT_conf_nid(nil, &context, number, value))
    defer { X509_EXTENSION_free(made) }
    try check(X509_add_ext(certificate, made, -1))
  }
}

extension CertificateFingerprint {
  /// Of an X509 object; nil when hashing fails.
  init?(certificate: OpaquePointer) {
    var digest: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    let written = withUnsafeMutableBytes(of: &digest) { bytes -> CUnsignedInt in
      var length: CUnsignedInt = 0
      let target = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
      return X509_digest(certificate, EVP_sha256(), target, &length) == 1 ? length : 0
    }
    guard written == CertificateFingerprint.length else { return nil }
    guard let value = withUnsafeBytes(of: digest, CertificateFingerprint.init(digest:)) else { return nil }
    self = value
  }
}
