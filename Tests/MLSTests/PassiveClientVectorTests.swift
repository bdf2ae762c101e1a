import MLS
import MLSWire
import Testing

@Suite("Official vectors of a client that follows a group", .enabled(if: VectorFiles.arePresent, VectorFiles.hint))
struct PassiveClientVectorTests {
  @Test("joins by Welcome and follows every commit", arguments: VectorFiles.load("passive-client"))
  func passiveClient(_ vector: Vector) throws { try vector.withSuite(Client(vector: vector)) }

  private struct Client: SuiteBody {
    let vector: Vector

    func run<Suite: CipherSuiteProvider>(_ suite: Suite.Type) throws {
      guard case .welcome(let welcome) = try MLSMessage(wire: vector["welcome"].bytes),
        case .keyPackage(let keyPackage) = try MLSMessage(wire: vector["key_package"].bytes)
      else {
        Issue.record("not a Welcome and a key package")
        return
      }
      let bundle = KeyPackageBundle<Suite>(
        keyPackage: keyPackage, initPrivateKey: vector["init_priv"].bytes,
        encryptionPrivateKey: vector["encryption_priv"].bytes, signatureKey: vector["signature_priv"].bytes)
      var psks = PreSharedKeys()
      for psk in vector["external_psks"].array { psks.add(external: psk["psk_id"].bytes, secret: psk["psk"].bytes) }
      let tree = try vector["ratchet_tree"].optionalBytes.map { try RatchetTreeExtension(wire: $0) }
      var group = try Group<Suite>(joining: welcome, as: bundle, tree: tree, psks: psks)
      #expect(group.epochAuthenticator == vector["initial_epoch_authenticator"].bytes)
      for epoch in vector["epochs"].array {
        for proposal in epoch["proposals"].array {
          _ = try group.receive(try MLSMessage(wire: proposal.bytes), psks: psks)
        }
        guard case .commit(let staged) = try group.receive(try MLSMessage(wire: epoch["commit"].bytes), psks: psks)
        else {
          Issue.record("not a commit")
          return
        }
        try group.merge(staged)
        #expect(group.epochAuthenticator == epoch["epoch_authenticator"].bytes)
      }
    }
  }
}
