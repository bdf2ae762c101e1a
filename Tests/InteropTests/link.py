"""The link secret and SFrame once more, in Python and from the specification alone: a second opinion on the Swift core."""

import base64
import struct
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def extract(salt: bytes, secret: bytes) -> bytes:
    mac = hmac.HMAC(salt, hashes.SHA256())
    mac.update(secret)
    return mac.finalize()


def expand(key: bytes, info: bytes, length: int) -> bytes:
    return HKDFExpand(hashes.SHA256(), length, info).derive(key)


@dataclass
class Link:
    """`https://HOST/r/ROOM#1SECRET`."""

    origin: str
    room: str
    secret: bytes

    @staticmethod
    def parse(link: str) -> "Link":
        parts = urlsplit(link)
        assert parts.fragment[0] == "1"
        return Link(f"{parts.scheme}://{parts.netloc}", parts.path.removeprefix("/r/"), unb64url(parts.fragment[1:23]))

    @property
    def root(self) -> bytes:
        return extract(b"tertulia link 1", self.secret)

    @property
    def gate(self) -> str:
        return b64url(expand(self.root, b"tertulia gate 1", 32))

    def sender_key(self, index: int, join: bytes) -> bytes:
        return expand(self.root, b"tertulia sender 1" + struct.pack(">H", index) + join, 16)


@dataclass
class SFrameHeader:
    """RFC 9605 §4.3."""

    kid: int
    counter: int
    size: int

    @staticmethod
    def parse(frame: bytes) -> "SFrameHeader":
        config, offset = frame[0], 1

        def value(extended: bool, bits: int) -> int:
            nonlocal offset
            if not extended:
                return bits
            read = int.from_bytes(frame[offset : offset + bits + 1], "big")
            offset += bits + 1
            return read

        kid = value(bool(config & 0x80), config >> 4 & 7)
        counter = value(bool(config & 0x08), config & 7)
        return SFrameHeader(kid, counter, offset)

    @property
    def index(self) -> int:
        """The participant in the KID of RFC 9605 §5.2, with E = 8 and S = 10."""
        return self.kid >> 8 & 0x3FF

    @property
    def context(self) -> int:
        return self.kid >> 18


def sframe_open(base_key: bytes, frame: bytes, aad: bytes) -> bytes:
    """AES_128_GCM_SHA256_128 (suite 4); raises InvalidTag."""
    header = SFrameHeader.parse(frame)
    suffix = struct.pack(">QH", header.kid, 4)
    secret = extract(b"", base_key)
    key = expand(secret, b"SFrame 1.0 Secret key " + suffix, 16)
    salt = expand(secret, b"SFrame 1.0 Secret salt " + suffix, 12)
    nonce = bytes(a ^ b for a, b in zip(salt, header.counter.to_bytes(12, "big"), strict=True))
    return AESGCM(key).decrypt(nonce, frame[header.size :], frame[: header.size] + aad)
