import Foundation
import Glibc
import NIOSSL
package import SFURuntime
package import Store

/// The machine that this program runs on.
package struct MachineProbes: DoctorProbes {
  package init() {}

  package func udpObstacle(bind: String?, port: UInt16) -> String? {
    KernelProbe.udpObstacle(bind: bind, port: port)
  }

  package func tcpError(bind: String?, port: UInt16) -> Int32? { KernelProbe.tcpError(bind: bind, port: port) }

  package var buffers: SocketBuffers? { KernelProbe.buffers() }
  package var hasSegmentation: Bool { KernelProbe.hasSegmentation }
  package var acceptsSteering: Bool { KernelProbe.acceptsSteering }

  package var fileLimit: Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
    return Int(clamping: limit.rlim_max)
  }

  package func certificate(_ chain: String) -> CertificateFacts? {
    guard let certificate = try? NIOSSLCertificate.fromPEMFile(chain).first else { return nil }
    return CertificateFacts(
      names: certificate._subjectAlternativeNames().compactMap(Self.text),
      notBefore: Double(certificate.notValidBefore),
      notAfter: Double(certificate.notValidAfter))
  }

  private static func text(_ name: _SubjectAlternativeName) -> String? {
    switch name.nameType {
    case .dnsName: String(decoding: name.contents.withUnsafeBufferPointer { Array($0) }, as: UTF8.self)
    case .ipAddress: name.contents.withUnsafeBufferPointer { CertificateFacts.addressText(Array($0)) }
    default: nil
    }
  }

  package func isPair(chain: String, key: String) -> Bool {
    guard let certificate = try? NIOSSLCertificate.fromPEMFile(chain).first,
      let privateKey = try? NIOSSLPrivateKey(file: key, format: .pem)
    else { return false }
    // BoringSSL refuses a context whose key is another's.
    let configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: [.certificate(certificate)], privateKey: .privateKey(privateKey))
    return (try? NIOSSLContext(configuration: configuration)) != nil
  }

  package func folder(_ path: String) -> FolderFacts? {
    var isFolder: ObjCBool = false
    let files = FileManager.default
    guard files.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else { return nil }
    let mode = (try? files.attributesOfItem(atPath: path)[.posixPermissions] as? Int) ?? 0
    return FolderFacts(isWritable: files.isWritableFile(atPath: path), mode: mode)
  }

  package func database(_ folder: String) throws(StoreError) -> Store.Facts? { try Store.facts(folder: folder) }

  package func freeSpace(_ folder: String) -> Int? {
    var facts = statvfs()
    var path = URL(filePath: folder).standardizedFileURL
    while statvfs(path.path, &facts) != 0 {
      guard errno == ENOENT, path.path != "/" else { return nil }
      path.deleteLastPathComponent()
    }
    return Int(clamping: UInt64(facts.f_bavail) * UInt64(facts.f_frsize))
  }

  package func hasFile(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  package func webObstacle(_ path: String) -> String? {
    do {
      _ = try StaticFiles(folder: path)
      return nil
    } catch {
      return "\(error)"
    }
  }

  package var time: Double { Date.now.timeIntervalSince1970 }

  package var isClockSynchronized: Bool? { KernelProbe.isClockSynchronized }

  package var hasIPv6: Bool {
    let descriptor = socket(AF_INET6, Int32(SOCK_DGRAM.rawValue), 0)
    if descriptor >= 0 { close(descriptor) }
    return descriptor >= 0
  }

  package func addresses(bind: String?) -> KernelProbe.Addresses { KernelProbe.advertised(bind: bind) }

  package var cpuCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  package var hasAES: Bool? {
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else { return nil }
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("flags") || $0.hasPrefix("Features") }
    return lines.first.map { $0.split(separator: " ").contains("aes") }
  }

  package var memory: (total: Int, available: Int)? {
    guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8) else { return nil }
    func bytes(_ name: String) -> Int? {
      let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
      return line.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) }.map { $0 << 10 }
    }
    guard let total = bytes("MemTotal:"), let available = bytes("MemAvailable:") else { return nil }
    return (total, available)
  }
}

extension CertificateFacts {
  /// Four or sixteen bytes of a certificate as people write the address.
  static func addressText(_ bytes: [UInt8]) -> String? {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let family = bytes.count == 4 ? AF_INET : AF_INET6
    guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return nil }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
