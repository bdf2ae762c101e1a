package import MLSWire

/// What a message, a tree or a request is refused for. Each case is one rule of RFC 9420.
package enum MLSError: Error, Equatable, Sendable {
  /// The bytes are not the syntax they should be.
  case malformed(WireError)
  /// A primitive refused a key or could not open a ciphertext.
  case primitive(PrimitiveError)
  case group(GroupRule)
  case framing(FramingRule)
  case tree(TreeRule)
  case leaf(LeafRule)
  case keyPackage(KeyPackageRule)
  case proposals(ProposalRule)
  case commit(CommitRule)
  case joining(JoiningRule)
  case psk(PSKRule)
}

package enum GroupRule: Equatable, Sendable {
  /// This client was removed: its state can do nothing more (§12.4.2).
  case removed
  /// A ReInit was committed: the group sends nothing more (§12.4.2).
  case reinitialized
  /// `deleteExporterSecret` was called for this epoch.
  case exporterDeleted
  /// A staged or pending change does not follow from the state that it is merged into.
  case staleChange
  /// Proposals that were received have to be committed before application data is sent (§12.4).
  case proposalsPending
}

package enum FramingRule: Equatable, Sendable {
  case wrongGroup
  /// The epoch of the message is not the current one (§6, §12.4.2).
  case wrongEpoch
  /// The leaf of the sender is blank or outside the tree (§6.3.2).
  case unknownMember
  case unknownExternalSender
  /// A type of sender may not send this content (§6.1, §12.1.8).
  case contentNotAllowed
  case badSignature
  case badMembershipTag
  case badConfirmationTag
  /// Application data in a PublicMessage (§6).
  case applicationDataInClear
  /// The sender data do not decrypt, or the content does not.
  case undecryptable
  /// The key of this generation was used before, or was dropped (§9.2).
  case generationConsumed
  /// The generation is further ahead than the ratchet may be moved (§15.3).
  case generationTooFar
  /// A welcome, a group info or a key package where a group message was expected.
  case notAGroupMessage
  /// Our own message came back: its keys are gone.
  case ownMessage
}

package enum TreeRule: Equatable, Sendable {
  /// Leaves and parents are not at their places, or the last node is blank (§12.4.3.3).
  case badShape
  /// The tree hash is not that of the group context (§12.4.3.1).
  case badTreeHash
  /// A parent node does not chain to a leaf by parent hashes (§7.9.2).
  case badParentHash
  /// An unmerged leaf is blank, out of order, no descendant, or missing below (§12.4.3.1).
  case badUnmergedLeaves
  /// An encryption key occurs twice (§7.3, §12.4.2, §12.4.3.1).
  case duplicateEncryptionKey
  /// A signature key occurs twice (§7.3).
  case duplicateSignatureKey
  /// A tree may not have more leaves.
  case full
}

/// RFC 9420 §7.3.
package enum LeafRule: Equatable, Sendable {
  case badSignature
  case wrongSource
  /// The group's version or cipher suite is not among the capabilities.
  case suiteNotSupported
  /// Something that `required_capabilities` asks for is missing (§11.1).
  case requiredCapabilityMissing
  /// A member uses a credential type that another does not support.
  case credentialNotSupported
  /// An extension of the leaf or of the group context is not among the capabilities (§7.3, §13.4).
  case extensionNotSupported
  case duplicateExtension
  case outsideLifetime
  /// An Update or a commit keeps the encryption key of the leaf that it replaces.
  case encryptionKeyNotReplaced
}

/// RFC 9420 §10.1.
package enum KeyPackageRule: Equatable, Sendable {
  case wrongSuite
  case badSignature
  case initKeyIsEncryptionKey
  case duplicateExtension
}

/// RFC 9420 §12.2 and the rules for each type in §12.1.
package enum ProposalRule: Equatable, Sendable {
  /// A reference to a proposal that was not received in this epoch.
  case unknownReference
  case updateByCommitter
  /// An Update that is not a member's own.
  case updateNotByMember
  case removesCommitter
  /// Two of Update and Remove for one leaf.
  case severalForOneLeaf
  case removesNobody
  case duplicatePSK
  case severalGroupContextExtensions
  case duplicateExtension
  case reInitNotAlone
  case reInitLowersVersion
  case externalInitByMember
  /// An external commit with something else than one ExternalInit, at most one Remove, and PSKs.
  case notAllowedInExternalCommit
  /// An external commit may not refer to proposals (§12.4.3.2).
  case referenceInExternalCommit
  /// `required_capabilities` or `external_senders` do not parse.
  case badGroupContextExtension
}

/// RFC 9420 §12.4 and §7.5.
package enum CommitRule: Equatable, Sendable {
  case pathRequired
  /// As many nodes as the filtered direct path has.
  case wrongPathLength
  /// As many ciphertexts as the resolution has (§7.6).
  case wrongCiphertextCount
  /// A public key of the path is in the tree already.
  case pathKeyReused
  /// The parent hash of the committer's leaf is not that of the path (§7.5).
  case badParentHash
  /// A path secret does not give the public key of its node (§7.5).
  case pathSecretMismatch
  /// No key of ours opens a path secret that is addressed to us.
  case noPrivateKey
}

/// RFC 9420 §12.4.3.
package enum JoiningRule: Equatable, Sendable {
  /// No entry of the Welcome is for this key package.
  case notForThisKeyPackage
  case wrongSuite
  case wrongVersion
  /// The group secrets or the group info do not decrypt.
  case undecryptable
  /// The tree is neither in the group info nor beside it.
  case treeMissing
  case signerUnknown
  case badGroupInfoSignature
  case badConfirmationTag
  /// No leaf is the one of this key package.
  case leafNotInTree
  case pathSecretMismatch
  /// A group info without `external_pub`.
  case noExternalPub
  /// Already a member of a group with this id.
  case groupIDInUse
  /// A reinit or branch PSK is not alone, or the epoch is not 1.
  case badReInitOrBranch
}

/// RFC 9420 §8.4 and §12.1.4.
package enum PSKRule: Equatable, Sendable {
  case missing(PreSharedKeyID.Kind)
  case badNonceLength
  /// `reinit` and `branch` belong to the first commit of a group alone.
  case usageNotAllowed
}

/// Runs a parser, and says what it refuses in terms of this module.
func parsing<Value>(_ body: () throws(WireError) -> Value) throws(MLSError) -> Value {
  do {
    return try body()
  } catch {
    throw .malformed(error)
  }
}

/// Runs a primitive; `failure` names the rule when the default does not say enough.
func primitive<Value>(
  _ failure: MLSError? = nil, _ body: () throws(PrimitiveError) -> Value
) throws(MLSError) -> Value {
  do {
    return try body()
  } catch {
    throw failure ?? .primitive(error)
  }
}
