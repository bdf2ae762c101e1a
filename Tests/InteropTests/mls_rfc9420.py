"""A client over rfc9420, the MLS library in pure Python: messages in and out as bytes."""

import hashlib
from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from mls_peer import KEY_PACKAGE, PRIVATE_MESSAGE, PUBLIC_MESSAGE, WELCOME, bare, seconds_now, wrapped
from rfc9420 import DefaultCryptoProvider, ProtocolMLSGroup, get_commit_sender_leaf_index
from rfc9420.extensions.extensions import build_capabilities_data
from rfc9420.messages.data_structures import (
    CipherSuite,
    Credential,
    PreSharedKeyID,
    PSKType,
    Sender,
    SenderType,
    Signature,
    Welcome,
)
from rfc9420.messages.key_packages import KeyPackage, LeafNode
from rfc9420.messages.messages import MLSCiphertext, MLSPlaintext


class Pythonist:
    """One client of one group. `psks` are the external PSKs that it has, by name."""

    def __init__(self, name: bytes, suite: int = 1):
        self.crypto = DefaultCryptoProvider(suite)
        self.signing_key, public = signature_key_pair(suite)
        self.leaf_key, leaf_public = self.crypto.generate_key_pair()
        self.init_key, init_public = self.crypto.generate_key_pair()
        leaf = LeafNode(
            encryption_key=leaf_public,
            signature_key=public,
            capabilities=build_capabilities_data([suite], [], include_grease=False),
            credential=Credential(name, public),
            lifetime_not_before=seconds_now() - 60,
            lifetime_not_after=seconds_now() + 3600,
        )
        leaf = replace(leaf, signature=self.signed(b"LeafNodeTBS", leaf))
        mine = KeyPackage(
            cipher_suite=CipherSuite.deserialize(bytes([0, suite])), init_key=init_public, leaf_node=leaf
        )
        self.offer = replace(mine, signature=self.signed(b"KeyPackageTBS", mine))
        self.psks: dict[bytes, bytes] = {}
        self.group = None

    def signed(self, label: bytes, structure) -> Signature:
        return Signature(self.crypto.sign_with_label(self.signing_key, label, structure.tbs_serialize()))

    @property
    def key_package(self) -> bytes:
        return wrapped(self.offer.serialize(), KEY_PACKAGE)

    @property
    def authenticator(self) -> bytes:
        return self.group.get_epoch_authenticator()

    def psk(self, identity: PreSharedKeyID) -> bytes | None:
        return self.psks.get(identity.psk_id)

    def create(self, group: bytes):
        self.group = ProtocolMLSGroup.create(group, self.offer, self.crypto)
        self._prepare()

    def join(self, welcome: bytes):
        self.group = ProtocolMLSGroup.from_welcome(
            Welcome.deserialize(bare(welcome)),
            self.init_key,
            self.crypto,
            key_package=self.offer,
            welcome_psk_resolver=self.psk,
            encryption_private_key=self.leaf_key,
        )
        self._prepare()

    def _prepare(self):
        self.group.set_external_psk_provider(self.psk)
        self.group.set_strict_psk_binders(False)  # no part of RFC 9420

    def propose_add(self, key_package: bytes) -> bytes:
        offer = KeyPackage.deserialize(bare(key_package))
        return self._proposed(self.group.create_add_proposal(offer, self.signing_key))

    def propose_remove(self, leaf: int) -> bytes:
        return self._proposed(self.group.create_remove_proposal(leaf, self.signing_key))

    def propose_psk(self, name: bytes) -> bytes:
        identity = PreSharedKeyID(PSKType.EXTERNAL, psk_id=name)
        return self._proposed(self.group.create_psk_proposal(identity, self.signing_key))

    def _proposed(self, message: MLSPlaintext) -> bytes:
        self.group.process_proposal(message, Sender(self.group.get_own_leaf_index(), SenderType.MEMBER))
        return wrapped(message.serialize(), PUBLIC_MESSAGE)

    def commit(self) -> tuple[bytes, bytes | None]:
        """Everything proposed. RFC 9420 §12.4 asks for a path unless all are Adds and PSKs."""
        pending = self.group.create_commit(self.signing_key)
        self.group.apply_own_commit(pending)
        welcome = wrapped(pending.welcomes[0].serialize(), WELCOME) if pending.welcomes else None
        return wrapped(pending.commit_message.serialize(), PUBLIC_MESSAGE), welcome

    def receive_proposal(self, message: bytes, sender: int, kind: SenderType = SenderType.MEMBER):
        self.group.process_proposal(MLSPlaintext.deserialize(bare(message)), Sender(sender, kind))

    def receive_commit(self, message: bytes):
        self.group.process_commit(MLSPlaintext.deserialize(bare(message)), get_commit_sender_leaf_index(bare(message)))

    def receive_external_commit(self, message: bytes):
        self.group.process_external_commit(MLSPlaintext.deserialize(bare(message)))

    def seal(self, data: bytes) -> bytes:
        return wrapped(self.group.protect(data, signing_key=self.signing_key).serialize(), PRIVATE_MESSAGE)

    def open(self, message: bytes) -> bytes:
        return self.group.unprotect(MLSCiphertext.deserialize(bare(message)))[1]

    def export(self, label: str, context: bytes, length: int = 32) -> bytes:
        """RFC 9420 §8.5 hashes the context; this library leaves that to its caller."""
        return self.group.export_secret(label.encode(), hashlib.sha256(context).digest(), length)


def signature_key_pair(suite: int) -> tuple[bytes, bytes]:
    if suite == 1:
        key = ed25519.Ed25519PrivateKey.generate()
        return key.private_bytes_raw(), key.public_key().public_bytes_raw()
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return key.private_numbers().private_value.to_bytes(32, "big"), public
