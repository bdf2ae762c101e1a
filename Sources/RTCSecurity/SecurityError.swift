/// What can go wrong while certificates and contexts are made, none of it while packets flow.
package enum SecurityError: Error, Hashable, Sendable {
  /// OpenSSL refused; the text is its own last error.
  case library(String)
  /// Neither a DNS name nor an IP address that can stand in a certificate.
  case invalidName(String)
}
