"""From the media secret of an epoch to an opened frame, in Python and from docs/sealing.md alone: a second opinion on the
Swift core. `media_keys.json` has the same numbers for both."""

import struct
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

EXPORTER_LABEL = "tertulia sframe 1"
CONTEXTS = {"mic": 0, "camera0": 1, "camera1": 2, "camera2": 3, "screen": 4, "screenAudio": 5}
TAG_LENGTH = 16


def extract(salt: bytes, secret: bytes) -> bytes:
    mac = hmac.HMAC(salt, hashes.SHA256())
    mac.update(secret)
    return mac.finalize()


def expand(key: bytes, info: bytes, length: int) -> bytes:
    return HKDFExpand(hashes.SHA256(), length, info).derive(key)


def base_key(media_secret: bytes, leaf: int) -> bytes:
    """`media_secret` is MLS-Exporter("tertulia sframe 1", "", 32) of the epoch."""
    return expand(media_secret, b"tertulia sender 1" + struct.pack(">I", leaf), 32)


def key_id(context: int, leaf: int, epoch: int) -> int:
    return context << 18 | leaf << 8 | epoch & 0xFF


def key_and_salt(base: bytes, kid: int) -> tuple[bytes, bytes]:
    """RFC 9605 §4.4.2, AES_128_GCM_SHA256_128 (suite 4)."""
    suffix = struct.pack(">QH", kid, 4)
    secret = extract(b"", base)
    return expand(secret, b"SFrame 1.0 Secret key " + suffix, 16), expand(
        secret, b"SFrame 1.0 Secret salt " + suffix, 12
    )


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
    def leaf(self) -> int:
        """The sender in the KID of RFC 9605 §5.2, with E = 8 and S = 10."""
        return self.kid >> 8 & 0x3FF

    @property
    def context(self) -> int:
        return self.kid >> 18

    @property
    def epoch_bits(self) -> int:
        return self.kid & 0xFF


def sframe_open(base: bytes, frame: bytes, aad: bytes) -> bytes:
    """`frame` begins with its header; raises InvalidTag."""
    header = SFrameHeader.parse(frame)
    key, salt = key_and_salt(base, header.kid)
    nonce = bytes(a ^ b for a, b in zip(salt, header.counter.to_bytes(12, "big"), strict=True))
    return AESGCM(key).decrypt(nonce, frame[header.size :], frame[: header.size] + aad)


def open_frame(media_secret: bytes, frame: bytes, clear: int) -> bytes:
    """A whole frame as it travels: clear bytes, header, ciphertext, tag. `clear` is 0, 1 or 10."""
    header = SFrameHeader.parse(frame[clear:])
    base = base_key(media_secret, header.leaf)
    return frame[:clear] + sframe_open(base, frame[clear:], bytes([clear]) + frame[:clear])
