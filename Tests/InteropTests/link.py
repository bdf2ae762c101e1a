"""A meeting link and what follows from its secret, in Python: a second opinion on the Swift core."""

import base64
import hashlib
import unicodedata
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from media_keys import expand, extract


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def password_key(password: str, room: str) -> bytes:
    salt = hashlib.sha256(b"tertulia password 2" + room.encode()).digest()[:16]
    derive = Argon2id(salt=salt, length=32, iterations=3, lanes=1, memory_cost=64 * 1024).derive
    return derive(unicodedata.normalize("NFC", password).encode())


@dataclass
class Link:
    """`https://HOST/r/ROOM#` and `1S`, `1S.H`, `1S.H.I`, or with a password `2S.H`, `2S.H.I`."""

    origin: str
    room: str
    secret: bytes
    host: bytes | None = None
    invitation: bytes | None = None
    password: str | None = None

    @staticmethod
    def parse(link: str, password: str | None = None) -> "Link":
        parts = urlsplit(link)
        version, (secret, *more) = parts.fragment[0], map(unb64url, parts.fragment[1:].split("."))
        assert version == ("1" if password is None else "2")
        host, invitation = (more + [None, None])[:2]
        origin, room = f"{parts.scheme}://{parts.netloc}", parts.path.removeprefix("/r/")
        return Link(origin, room, secret, host, invitation, password)

    @property
    def root(self) -> bytes:
        if self.password is None:
            return extract(b"tertulia link 1", self.secret)
        return extract(b"tertulia link 2", self.secret + password_key(self.password, self.room))

    @property
    def gate(self) -> str:
        label = b"tertulia gate 1" if self.host is None else b"tertulia gate 2" + self.host
        return b64url(expand(self.root, label, 32))

    @property
    def knock_key(self) -> bytes:
        """Seals names at the door."""
        return expand(self.root, b"tertulia knock 1", 16)

    @property
    def invitation_key(self) -> Ed25519PrivateKey:
        seed = expand(extract(b"tertulia invitation 1", self.invitation), b"seed", 32)
        return Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def invitation_public_key(self) -> bytes:
        return self.invitation_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def room_psk(self) -> bytes:
        return expand(self.root, b"tertulia room psk 1", 32)
