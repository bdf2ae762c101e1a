import Foundation
import NIOSSL
import RTCSecurity

/// Why there is no certificate to serve with.
package enum CertificateError: Error, CustomStringConvertible {
  case unreadable(path: String)
  case unusableName(String)
  case unwritable(path: String)
  case library(String)

  package var description: String {
    switch self {
    case .unreadable(let path): "Cannot read a PEM certificate or key from \(path)."
    case .unusableName(let name): "“\(name)” cannot stand in a certificate: give --host a DNS name or an IP address."
    case .unwritable(let path): "Cannot write to \(path). Give a folder of your own with --data."
    case .library(let text): "OpenSSL cannot make a certificate: \(text)"
    }
  }
}

/// Certificates for HTTPS: the files that were given, or one of the node's own that it keeps in its data folder.
package enum CertificateStore {
  private static let renewal: TimeInterval = 30 * 86_400

  /// Of files in PEM, the chain in the first.
  package static func load(chain: String, key: String) throws(CertificateError) -> NodeCertificate {
    guard let certificates = try? NIOSSLCertificate.fromPEMFile(chain), !certificates.isEmpty else {
      throw .unreadable(path: chain)
    }
    guard let privateKey = try? NIOSSLPrivateKey(file: key, format: .pem) else { throw .unreadable(path: key) }
    return NodeCertificate(configuration: configuration(certificates, privateKey), isPublic: true)
  }

  /// For `names`, DNS names and addresses. Made on the first start, and again when it runs out or the names have changed.
  package static func selfSigned(names: [String], folder: String) throws(CertificateError) -> NodeCertificate {
    let tls = URL(filePath: folder, directoryHint: .isDirectory).appending(path: "tls")
    let chain = tls.appending(path: "certificate.pem").path
    let key = tls.appending(path: "key.pem").path
    let list = tls.appending(path: "names").path
    let wanted = names.joined(separator: "\n") + "\n"
    if (try? String(contentsOfFile: list, encoding: .utf8)) != wanted || !isFresh(chain) {
      let made = try make(names)
      try write("", to: list, in: tls)
      try write(made.privateKeyPEM, to: key, in: tls)
      try write(made.certificatePEM, to: chain, in: tls)
      // Last: half a pair is made again.
      try write(wanted, to: list, in: tls)
    }
    var certificate = try load(chain: chain, key: key)
    certificate.isPublic = false
    return certificate
  }

  private static func make(_ names: [String]) throws(CertificateError) -> SelfSignedCertificate {
    do throws(SecurityError) {
      return try SelfSignedCertificate(names: names)
    } catch {
      switch error {
      case .invalidName(let name): throw .unusableName(name)
      case .library(let text): throw .library(text)
      }
    }
  }

  private static func isFresh(_ chain: String) -> Bool {
    guard let certificate = try? NIOSSLCertificate.fromPEMFile(chain).first else { return false }
    return TimeInterval(certificate.notValidAfter) > Date.now.timeIntervalSince1970 + renewal
  }

  /// For the owner's eyes only.
  private static func write(_ text: String, to path: String, in folder: URL) throws(CertificateError) {
    let files = FileManager.default
    do {
      try files.createDirectory(
        at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw .unwritable(path: folder.path)
    }
    guard files.createFile(atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600]) else {
      throw .unwritable(path: path)
    }
  }

  private static func configuration(
    _ certificates: [NIOSSLCertificate], _ key: NIOSSLPrivateKey
  ) -> TLSConfiguration {
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    return configuration
  }
}
