import NativeMLSCrypto
import Testing

/// Suites 1 and 2. The checks are in Vectors/; Tests/WasmTests runs the same ones on the WebAssembly build.
@Suite("Official vectors of MLS and HPKE")
struct OfficialVectorTests {
  @Test("tree math", .vectors(.treeMath)) func treeMath() { check(.treeMath) }
  @Test("vector length headers", .vectors(.deserialization)) func deserialization() { check(.deserialization) }
  @Test("messages are written back as they were", .vectors(.messages)) func messages() { check(.messages) }
  @Test("labelled functions", .vectors(.cryptoBasics)) func cryptoBasics() { check(.cryptoBasics) }
  @Test("HPKE in base mode", .vectors(.hpke)) func hpke() { check(.hpke) }
  @Test("key schedule", .vectors(.keySchedule)) func keySchedule() { check(.keySchedule) }
  @Test("PSK secret", .vectors(.pskSecret)) func pskSecret() { check(.pskSecret) }
  @Test("secret tree", .vectors(.secretTree)) func secretTree() { check(.secretTree) }
  @Test("transcript hashes", .vectors(.transcriptHashes)) func transcriptHashes() { check(.transcriptHashes) }
  @Test("message protection", .vectors(.messageProtection)) func messageProtection() { check(.messageProtection) }
  @Test("Welcome", .vectors(.welcome)) func welcome() { check(.welcome) }
  @Test("tree operations", .vectors(.treeOperations)) func treeOperations() { check(.treeOperations) }
  @Test("tree validation", .vectors(.treeValidation)) func treeValidation() { check(.treeValidation) }
  @Test("TreeKEM", .vectors(.treeKEM)) func treeKEM() { check(.treeKEM) }
  @Test("a client that joins and follows every commit", .vectors(.passiveClient))
  func passiveClient() { check(.passiveClient) }

  private func check(_ kind: VectorKind) {
    for one in VectorFiles.vectors(of: kind) {
      do throws(VectorFailure) {
        try kind.check(one.vector, NativeX25519Suite.self, NativeP256Suite.self)
      } catch {
        Issue.record("\(one.name): \(error.file):\(error.line): \(error.reason)")
      }
    }
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips a test whose vectors are not there.
  fileprivate static func vectors(_ kind: VectorKind) -> Self {
    .disabled(
      if: VectorFiles.vectors(of: kind).isEmpty,
      "no \(kind.rawValue)*.json in the folder that TERTULIA_VECTORS names, or in its mls or hpke")
  }
}
