"""A meeting link and what follows from its secret, in Python: a second opinion on the Swift core."""

import base64
from dataclasses import dataclass
from urllib.parse import urlsplit

from media_keys import expand, extract


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


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

    @property
    def room_psk(self) -> bytes:
        return expand(self.root, b"tertulia room psk 1", 32)
