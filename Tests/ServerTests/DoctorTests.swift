import Foundation
import SFURuntime
import Store
import Testing

@testable import Server
@testable import Signaling

@Suite("Doctor")
struct DoctorTests {
  /// A machine as a test describes it; a good one at first.
  struct Machine: DoctorProbes {
    var udp: String?
    var tcp: [UInt16: Int32] = [:]
    var buffers: SocketBuffers? = SocketBuffers(asked: 8 << 20, receive: 8 << 20, send: 8 << 20)
    var hasSegmentation = true
    var acceptsSteering = true
    var fileLimit = 65_536
    var facts: CertificateFacts? = CertificateFacts(
      names: ["meet.example.org"], notBefore: Machine.now - 100, notAfter: Machine.now + 60 * 86_400)
    var isPair = true
    var data: FolderFacts? = FolderFacts(isWritable: true, mode: 0o700)
    var database: Result<Store.Facts?, StoreError> = .success(Store.Facts(bytes: 40_960, isOlder: false))
    var freeSpace: Int? = 8 << 30
    var missing: [String] = []
    var web: String?
    var time = Machine.now
    var isClockSynchronized: Bool? = true
    var hasIPv6 = true
    var addresses = KernelProbe.Addresses(publicCount: 2, privateCount: 0, hasPublicIPv6: true)
    var cpuCount = 4
    var hasAES: Bool? = true
    var memory: (total: Int, available: Int)? = (8 << 30, 4 << 30)

    static let now = 1_800_000_000.0

    func udpObstacle(bind: String?, port: UInt16) -> String? { udp }
    func tcpError(bind: String?, port: UInt16) -> Int32? { tcp[port] }
    func certificate(_ chain: String) -> CertificateFacts? { facts }
    func isPair(chain: String, key: String) -> Bool { isPair }
    func folder(_ path: String) -> FolderFacts? { data }
    func database(_ folder: String) throws(StoreError) -> Store.Facts? { try database.get() }
    func freeSpace(_ folder: String) -> Int? { freeSpace }
    func hasFile(_ path: String) -> Bool { !missing.contains { path.hasSuffix($0) } }
    func webObstacle(_ path: String) -> String? { web }
    func addresses(bind: String?) -> KernelProbe.Addresses { addresses }
  }

  private static var options: ServeOptions {
    var options = ServeOptions()
    options.host = "meet.example.org"
    options.tlsCertificate = "chain.pem"
    options.tlsKey = "key.pem"
    return options
  }

  private func examine(_ machine: Machine, _ options: ServeOptions = Self.options) -> [Finding] {
    Doctor(options: options, probes: machine).examine()
  }

  @Test("a good machine has nothing to mend")
  func good() {
    let findings = examine(Machine())
    #expect(findings.allSatisfy { $0.verdict == .good && $0.advice == nil })
    #expect(findings.count == 19)
    #expect(findings.exitCode == 0)
    #expect(findings.text.hasSuffix("All is well.\n"))
  }

  struct Case: CustomTestStringConvertible {
    var check: String
    var verdict: Finding.Verdict
    /// What the advice must say.
    var advice: String
    var change: @Sendable (inout Machine, inout ServeOptions) -> Void

    var testDescription: String { "\(check): \(advice)" }

    init(
      _ check: String, _ verdict: Finding.Verdict, _ advice: String,
      _ change: @escaping @Sendable (inout Machine, inout ServeOptions) -> Void
    ) {
      self.check = check
      self.verdict = verdict
      self.advice = advice
      self.change = change
    }
  }

  static let cases = [
    Case("udp_port", .failure, "stop it") { machine, _ in machine.udp = "the UDP port is in use" },
    Case("tcp_port", .failure, "ss -ltnp") { machine, _ in machine.tcp = [8443: EADDRINUSE] },
    Case("tcp_port", .failure, "setcap") { machine, _ in machine.tcp = [8443: EACCES] },
    Case("metrics_port", .warning, "--metrics-port") { machine, _ in machine.tcp = [9464: EADDRINUSE] },
    Case("socket_buffers", .warning, "net.core.rmem_max=8388608") { machine, _ in
      machine.buffers = SocketBuffers(asked: 8 << 20, receive: 212_992, send: 8 << 20)
    },
    Case("socket_buffers", .warning, "net.core.wmem_max=8388608") { machine, _ in
      machine.buffers = SocketBuffers(asked: 8 << 20, receive: 8 << 20, send: 212_992)
    },
    Case("socket_buffers", .failure, "sockets") { machine, _ in machine.buffers = nil },
    Case("gso", .warning, "4.18") { machine, _ in machine.hasSegmentation = false },
    Case("steering", .warning, "--media-threads 1") { machine, _ in machine.acceptsSteering = false },
    Case("public_address", .warning, "--public-address") { machine, _ in
      machine.addresses = .init(publicCount: 0, privateCount: 1, hasPublicIPv6: false)
    },
    Case("public_address", .failure, "203.0.113.7") { _, options in options.publicAddresses = ["meet.example.org"] },
    Case("certificate", .warning, "--tls-cert") { _, options in
      options.tlsCertificate = nil
      options.tlsKey = nil
    },
    Case("certificate", .failure, "PEM") { machine, _ in machine.facts = nil },
    Case("certificate", .failure, "Renew") { machine, _ in machine.facts?.notAfter = Machine.now - 1 },
    Case("certificate", .failure, "clock") { machine, _ in machine.facts?.notBefore = Machine.now + 60 },
    Case("certificate", .warning, "Renew") { machine, _ in machine.facts?.notAfter = Machine.now + 13 * 86_400 },
    Case("certificate_names", .failure, "--host") { machine, _ in machine.facts?.names = ["other.example.org"] },
    Case("certificate_key", .failure, "--tls-key") { machine, _ in machine.isPair = false },
    Case("data_folder", .failure, "--data") { machine, _ in machine.data = FolderFacts(isWritable: false, mode: 0o700)
    },
    Case("data_folder", .warning, "chmod") { machine, _ in machine.data = FolderFacts(isWritable: true, mode: 0o777) },
    Case("database", .failure, "tertulia restore FILE") { machine, _ in
      machine.database = .failure(.damaged(path: "data/tertulia.sqlite", finding: "wrong # of entries"))
    },
    Case("database", .failure, "newer version") { machine, _ in
      machine.database = .failure(.newer(path: "data/tertulia.sqlite"))
    },
    Case("disk_space", .warning, "Make room") { machine, _ in machine.freeSpace = 100 << 20 },
    Case("web_folder", .failure, "--build-only") { machine, _ in machine.web = "There is no folder." },
    Case("web_folder", .failure, "--build-only") { machine, _ in machine.missing = ["client.wasm"] },
    Case("file_limit", .warning, "LimitNOFILE") { machine, _ in machine.fileLimit = 1_024 },
    Case("clock", .failure, "timedatectl") { machine, _ in machine.time = 0 },
    Case("clock", .warning, "timedatectl") { machine, _ in machine.isClockSynchronized = false },
    Case("cpu", .warning, "cpu type host") { machine, _ in machine.hasAES = false },
    Case("cpu", .warning, "--media-threads 3") { _, options in options.mediaThreads = 4 },
    Case("memory", .warning, "half a gigabyte") { machine, _ in machine.memory = (1 << 30, 100 << 20) },
  ]

  @Test("what is wrong is found, and what to do about it said", arguments: cases)
  func wrong(_ example: Case) throws {
    var (machine, options) = (Machine(), Self.options)
    example.change(&machine, &options)
    let findings = examine(machine, options)
    let found = try #require(findings.first { $0.check == example.check && $0.verdict != .good })
    #expect(found.verdict == example.verdict)
    #expect(found.advice?.contains(example.advice) == true)
    #expect(findings.exitCode == (example.verdict == .failure ? 2 : 1) || machine.time == 0)
    #expect(findings.text.contains(found.found))
  }

  @Test("what a machine does not have is no fault of it")
  func absent() {
    var machine = Machine()
    machine.data = nil
    machine.hasIPv6 = false
    machine.addresses.hasPublicIPv6 = false
    machine.isClockSynchronized = nil
    machine.hasAES = nil
    machine.memory = nil
    machine.cpuCount = 1
    machine.acceptsSteering = false
    var options = Self.options
    options.metricsPort = 0
    options.publicAddresses = ["203.0.113.7"]
    let findings = examine(machine, options)
    #expect(findings.exitCode == 0)
    #expect(!findings.contains { $0.check == "steering" || $0.check == "metrics_port" })
  }

  @Test("a wildcard is for one label, and names are compared without case")
  func names() {
    let facts = CertificateFacts(names: ["*.example.org", "192.0.2.1"], notBefore: 0, notAfter: 1)
    for host in ["meet.example.org", "MEET.Example.ORG", "192.0.2.1"] { #expect(facts.covers(host)) }
    for host in ["example.org", "a.b.example.org", "meet.example.com", "192.0.2.2"] { #expect(!facts.covers(host)) }
  }

  @Test("for programs it is one JSON object, with a word for each check")
  func json() throws {
    var machine = Machine()
    machine.udp = "the UDP port is in use"
    let value = try JSONReader.read(examine(machine).json.encoded())
    #expect(value.number("exit") == 2)
    guard case .array(let checks)? = value["checks"] else {
      Issue.record("no checks")
      return
    }
    #expect(checks.first?.text("check") == "udp_port" && checks.first?.text("verdict") == "failure")
    #expect(checks.last?["advice"] == .null)
  }

  @Test("this machine can be examined, and a certificate of the node's own is read with its names")
  func real() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tertulia-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    _ = try CertificateStore.selfSigned(names: ["localhost", "127.0.0.1", "::1"], folder: folder.path)
    var options = ServeOptions()
    options.bind = "127.0.0.1"
    options.data = folder.path
    options.tlsCertificate = folder.appending(path: "tls/certificate.pem").path
    options.tlsKey = folder.appending(path: "tls/key.pem").path
    let probes = MachineProbes()
    let facts = try #require(probes.certificate(options.tlsCertificate ?? ""))
    #expect(facts.names == ["localhost", "127.0.0.1", "::1"])
    let findings = examineReal(options)
    for check in ["certificate", "certificate_names", "certificate_key", "data_folder", "clock"] {
      #expect(findings.contains { $0.check == check && $0.verdict != .failure }, "\(check)")
    }
    #expect(findings.contains { $0.check == "web_folder" })
    #expect(probes.fileLimit > 0 && probes.cpuCount > 0 && probes.memory?.total ?? 0 > 0)
    #expect(probes.buffers?.asked == 8 << 20)
  }

  private func examineReal(_ options: ServeOptions) -> [Finding] {
    Doctor(options: options, probes: MachineProbes()).examine()
  }
}
