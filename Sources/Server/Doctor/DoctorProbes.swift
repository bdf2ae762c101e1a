package import SFURuntime
package import Store

/// What the doctor asks the machine. Answers are facts; what they mean is said by `Doctor`.
package protocol DoctorProbes: Sendable {
  /// Nil when the port can be had; otherwise why not, in words.
  func udpObstacle(bind: String?, port: UInt16) -> String?
  /// Nil when the port can be had; otherwise the system's error.
  func tcpError(bind: String?, port: UInt16) -> Int32?
  /// Nil when no socket can be opened.
  var buffers: SocketBuffers? { get }
  var hasSegmentation: Bool { get }
  var acceptsSteering: Bool { get }
  /// Files that may be open, as far as this process can raise it.
  var fileLimit: Int { get }
  /// Of a PEM file; nil when there is none that can be read.
  func certificate(_ chain: String) -> CertificateFacts?
  /// Whether `key` is the private key of the first certificate in `chain`.
  func isPair(chain: String, key: String) -> Bool
  /// Nil when there is no such folder.
  func folder(_ path: String) -> FolderFacts?
  /// The database in that folder; nil when there is none yet.
  func database(_ folder: String) throws(StoreError) -> Store.Facts?
  /// Bytes that are free for this user on the disk of that folder, or of the one that it will be made in; nil when unknown.
  func freeSpace(_ folder: String) -> Int?
  /// Whether a file is there.
  func hasFile(_ path: String) -> Bool
  /// Nil when the page can be served; otherwise why not, in words.
  func webObstacle(_ path: String) -> String?
  /// Seconds since 1970.
  var time: Double { get }
  /// Whether the kernel says that something keeps the clock right; nil when it does not say.
  var isClockSynchronized: Bool? { get }
  var hasIPv6: Bool { get }
  func addresses(bind: String?) -> KernelProbe.Addresses
  var cpuCount: Int { get }
  /// Whether the processor has instructions for AES; nil when it does not say.
  var hasAES: Bool? { get }
  /// Bytes of memory, and how many are free for use.
  var memory: (total: Int, available: Int)? { get }
}

package struct CertificateFacts: Equatable, Sendable {
  /// DNS names and addresses that it is for.
  package var names: [String]
  /// Seconds since 1970.
  package var notBefore: Double
  package var notAfter: Double

  package init(names: [String], notBefore: Double, notAfter: Double) {
    self.names = names
    self.notBefore = notBefore
    self.notAfter = notAfter
  }

  /// Whether a browser that goes to `host` believes it: exactly, or by a wildcard for the first label (RFC 6125 §6.4.3).
  package func covers(_ host: String) -> Bool {
    let host = host.lowercased()
    return names.contains { name in
      let name = name.lowercased()
      if name == host { return true }
      guard name.hasPrefix("*."), let dot = host.firstIndex(of: ".") else { return false }
      return host[dot...] == name.dropFirst()
    }
  }
}

package struct FolderFacts: Equatable, Sendable {
  package var isWritable: Bool
  /// POSIX permission bits.
  package var mode: Int

  package init(isWritable: Bool, mode: Int) {
    self.isWritable = isWritable
    self.mode = mode
  }
}
