import MLS

/// The official files, by the names that the MLS working group and the CFRG give them.
enum VectorKind: String, CaseIterable, Sendable {
  case treeMath = "tree-math"
  case deserialization
  case messages
  case cryptoBasics = "crypto-basics"
  case hpke = "rfc9180"
  case keySchedule = "key-schedule"
  case pskSecret = "psk_secret"
  case secretTree = "secret-tree"
  case transcriptHashes = "transcript-hashes"
  case messageProtection = "message-protection"
  case welcome
  case treeOperations = "tree-operations"
  case treeValidation = "tree-validation"
  case treeKEM = "treekem"
  case passiveClient = "passive-client"

  /// The kind of a file: the one whose name its own starts with.
  init?(fileName: [UInt8]) {
    guard let kind = Self.allCases.first(where: { fileName.starts(with: $0.rawValue.utf8) }) else { return nil }
    self = kind
  }

  /// Whether a vector is of suite 1 or 2, or of none: those of other suites are left out.
  func applies(to vector: Vector) -> Bool {
    if self == .hpke {
      // Base mode, HKDF-SHA256 and AES-128-GCM with the KEMs of suites 1 and 2.
      return vector["mode"].int == 0 && vector["kdf_id"].int == 1 && vector["aead_id"].int == 1
        && [16, 32].contains(vector["kem_id"].int)
    }
    return [1, 2].contains(vector["cipher_suite"].optionalInt ?? 1)
  }

  /// Checks a vector with the conformances for suites 1 and 2 that are at hand.
  func check<First: CipherSuiteProvider, Second: CipherSuiteProvider>(
    _ vector: Vector, _ first: First.Type, _ second: Second.Type
  ) throws(VectorFailure) {
    if vector["cipher_suite"].int == 2 || vector["kem_id"].int == 16 {
      try check(vector, second)
    } else {
      try check(vector, first)
    }
  }

  private func check<Suite: CipherSuiteProvider>(_ vector: Vector, _ suite: Suite.Type) throws(VectorFailure) {
    switch self {
    case .treeMath: try SyntaxVectors.treeMath(vector)
    case .deserialization: try SyntaxVectors.deserialization(vector)
    case .messages: try SyntaxVectors.messages(vector)
    case .cryptoBasics: try CryptoVectors<Suite>.basics(vector)
    case .hpke: try CryptoVectors<Suite>.hpke(vector)
    case .keySchedule: try KeyScheduleVectors<Suite>.keySchedule(vector)
    case .pskSecret: try KeyScheduleVectors<Suite>.pskSecret(vector)
    case .secretTree: try KeyScheduleVectors<Suite>.secretTree(vector)
    case .transcriptHashes: try KeyScheduleVectors<Suite>.transcriptHashes(vector)
    case .messageProtection: try MessageProtectionVectors<Suite>(vector: vector).check()
    case .welcome: try GroupVectors<Suite>.welcome(vector)
    case .treeOperations: try TreeVectors<Suite>.operations(vector)
    case .treeValidation: try TreeVectors<Suite>.validation(vector)
    case .treeKEM: try TreeKEMVectors<Suite>(vector: vector).check()
    case .passiveClient: try GroupVectors<Suite>.passiveClient(vector)
    }
  }
}
