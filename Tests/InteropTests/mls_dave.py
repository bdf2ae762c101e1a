"""OpenMLS and mlspp as PyPI has them: inside DAVE, the end-to-end encryption of Discord's calls, suite 2.

The protocol is at https://daveprotocol.com. A client acts only on what the delivery service hands it: proposals of an
external sender, the winning commit, a Welcome. Its epoch's exporter shows in the media keys.
"""

import dave
import davey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from mls_peer import KEY_PACKAGE, WELCOME, bare, vector, wrapped

CHANNEL = 1_234_567_890
GROUP = CHANNEL.to_bytes(8, "big")
EXPORTER = "Discord Secure Frames v0"
APPEND, MARKER = b"\x00", b"\xfa\xfa"


def identity(user: int) -> bytes:
    return user.to_bytes(8, "big")


class OpenMLS:
    """A DAVE client over OpenMLS (davey)."""

    def __init__(self, user: int, external_sender: bytes):
        self.user = user
        self.session = davey.DaveSession(davey.DAVE_PROTOCOL_VERSION, user, CHANNEL)
        self.session.set_external_sender(external_sender)

    def key_package(self) -> bytes:
        return wrapped(self.session.get_serialized_key_package(), KEY_PACKAGE)

    def propose(self, proposals: list[bytes], users: set[int]) -> tuple[bytes, bytes | None] | None:
        """What it answers proposals with: a commit and a Welcome."""
        kind = davey.ProposalsOperationType.append
        made = self.session.process_proposals(kind, vector(b"".join(proposals)), list(users))
        return made and (made.commit, made.welcome and wrapped(made.welcome, WELCOME))

    def receive(self, commit: bytes):
        self.session.process_commit(commit)

    def join(self, welcome: bytes, users: set[int]):
        self.session.process_welcome(bare(welcome))

    @property
    def authenticator(self) -> bytes:
        return self.session.get_epoch_authenticator()

    def seal_frame(self, frame: bytes) -> bytes:
        return self.session.encrypt_opus(frame)

    def open_frame(self, user: int, frame: bytes) -> bytes:
        return self.session.decrypt(user, davey.MediaType.audio, frame)


class MLSpp:
    """A DAVE client over mlspp (dave.py)."""

    def __init__(self, user: int, external_sender: bytes):
        self.user = user
        self.failures: list[tuple[str, str]] = []
        self.session = dave.Session(lambda source, reason: self.failures.append((source, reason)))
        self.session.init(dave.get_max_supported_protocol_version(), CHANNEL, str(user))
        self.session.set_external_sender(external_sender)

    def key_package(self) -> bytes:
        return wrapped(self.session.get_marshalled_key_package(), KEY_PACKAGE)

    def propose(self, proposals: list[bytes], users: set[int]) -> tuple[bytes, bytes | None] | None:
        made = self.session.process_proposals(APPEND + vector(b"".join(proposals)), names(users))
        return made and split(made)

    def receive(self, commit: bytes):
        verdict = self.session.process_commit(commit)
        assert isinstance(verdict, dict), (verdict, self.failures)

    def join(self, welcome: bytes, users: set[int]):
        assert self.session.process_welcome(bare(welcome), names(users)) is not None, self.failures

    @property
    def authenticator(self) -> bytes:
        return self.session.get_last_epoch_authenticator()

    def seal_frame(self, frame: bytes) -> bytes:
        encryptor = dave.Encryptor()
        encryptor.set_key_ratchet(self.session.get_key_ratchet(str(self.user)))
        encryptor.assign_ssrc_to_codec(1, dave.Codec.opus)
        return encryptor.encrypt(dave.MediaType.audio, 1, frame)

    def open_frame(self, user: int, frame: bytes) -> bytes:
        decryptor = dave.Decryptor()
        decryptor.transition_to_key_ratchet(self.session.get_key_ratchet(str(user)))
        return decryptor.decrypt(dave.MediaType.audio, frame)


def names(users: set[int]) -> set[str]:
    return {str(user) for user in users}


class Cursor:
    """Walks over RFC 9420 structures that have no length of their own."""

    def __init__(self, structure: bytes):
        self.structure, self.place = structure, 0

    def skip(self, count: int) -> bytes:
        self.place += count
        return self.structure[self.place - count : self.place]

    def vector(self):
        size = 1 << (self.structure[self.place] >> 6)
        header = int.from_bytes(self.skip(size), "big")
        self.skip(header & (1 << (8 * size - 2)) - 1)

    def leaf_node_of_commit(self):
        for _ in range(2):  # encryption key, signature key
            self.vector()
        self.skip(2)
        for _ in range(6):  # identity, capabilities
            self.vector()
        self.skip(1)
        for _ in range(3):  # parent hash, extensions, signature
            self.vector()


def split(answer: bytes) -> tuple[bytes, bytes | None]:
    """A commit in a PublicMessage of a member (RFC 9420 §6.2, §12.4) and the bare Welcome behind it."""
    cursor = Cursor(answer)
    cursor.skip(4)
    cursor.vector()  # group
    cursor.skip(8 + 5)  # epoch, sender
    cursor.vector()  # authenticated data
    cursor.skip(1)
    cursor.vector()  # proposals
    if cursor.skip(1) == b"\x01":
        cursor.leaf_node_of_commit()
        cursor.vector()
    for _ in range(3):  # signature, confirmation tag, membership tag
        cursor.vector()
    welcome = answer[cursor.place :]
    return answer[: cursor.place], wrapped(welcome, WELCOME) if welcome else None


def frame_cipher(sender_key: bytes, nonce: int, tag: bytes | None) -> Cipher:
    """AES-128-GCM with 8 bytes of tag under the first key of a sender's ratchet (RFC 9420 §9.1)."""
    label = (16).to_bytes(2, "big") + vector(b"MLS 1.0 key") + vector(bytes(4))
    key = HKDFExpand(SHA256(), 16, label).derive(sender_key)
    return Cipher(algorithms.AES128(key), modes.GCM(bytes(8) + nonce.to_bytes(4, "little"), tag, min_tag_length=8))


def seal_frame(sender_key: bytes, nonce: int, frame: bytes) -> bytes:
    """An Opus frame as DAVE sends it; `nonce` below 128, so that it is one byte of ULEB128."""
    encryptor = frame_cipher(sender_key, nonce, None).encryptor()
    sealed = encryptor.update(frame) + encryptor.finalize()
    return sealed + encryptor.tag[:8] + bytes([nonce, 8 + 1 + 1 + 2]) + MARKER


def open_frame(sender_key: bytes, sealed: bytes) -> bytes:
    body, size = sealed[: -sealed[-3]], sealed[-3]
    tag, nonce = sealed[-size : 8 - size], sealed[8 - size]
    assert sealed.endswith(MARKER) and nonce < 128
    decryptor = frame_cipher(sender_key, nonce, tag).decryptor()
    return decryptor.update(body) + decryptor.finalize()
