"""Tertulia's MLS library as a process of its own: commands of Sources/mls-peer, bytes in and out."""

import json
import os
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("TERTULIA_MLS_PEER", ROOT / ".build/debug/mls-peer"))

PUBLIC_MESSAGE, PRIVATE_MESSAGE, WELCOME, GROUP_INFO, KEY_PACKAGE = range(1, 6)


class Refused(Exception):
    """Our library refused; the text names the rule."""


class MLSPeer:
    """One client of one group. Messages are whole `MLSMessage`s; `wrapped` and `bare` convert."""

    def __init__(self, name: bytes, suite: int = 1, **capabilities):
        self.process = subprocess.Popen(
            [BINARY, str(suite)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self.signature_key = bytes.fromhex(self.ask("client", name=name, **capabilities)["data"])

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=10)
        self.process.stdout.close()

    def ask(self, command: str, **fields) -> dict:
        self.process.stdin.write(json.dumps({command: digits(fields)}) + "\n")
        reply = json.loads(self.process.stdout.readline())
        if "error" in reply:
            raise Refused(reply["error"])
        return reply

    def key_package(self, **lifetime) -> bytes:
        return self._message("keyPackage", **lifetime)

    def create(self, group: bytes, extensions=()):
        self.ask("create", group=group, extensions=[{"type": kind, "data": data} for kind, data in extensions])

    def store_psk(self, name: bytes, secret: bytes):
        self.ask("storePSK", id=name, secret=secret)

    def propose(self, proposal: dict, private: bool = False) -> bytes:
        return self._message("propose", proposal=proposal, isPrivate=private)

    def propose_externally(self, proposal: dict, group: bytes, epoch: int, index: int = 0) -> bytes:
        return self._message("proposeExternally", proposal=proposal, group=group, epoch=epoch, index=index)

    def commit(self, *proposals: dict, merge: bool = True, **options) -> tuple[bytes, bytes | None]:
        """The commit and its Welcome; `merge=False` waits for the delivery service."""
        reply = self.ask("commit", byValue=list(proposals), **options)
        if merge:
            self.merge()
        return bytes.fromhex(reply["message"]), bytes.fromhex(reply["welcome"]) if "welcome" in reply else None

    def merge(self):
        self.ask("merge")

    def receive(self, message: bytes) -> dict:
        return self.ask("receive", message=message)

    def open(self, message: bytes) -> bytes:
        reply = self.receive(message)
        assert reply["kind"] == "application"
        return bytes.fromhex(reply["data"])

    def seal(self, data: bytes, padding: int = 0) -> bytes:
        return self._message("seal", data=data, padding=padding)

    def join(self, welcome: bytes, tree: bytes | None = None):
        self.ask("join", welcome=welcome, tree=tree)

    def join_externally(self, group_info: bytes, tree: bytes | None = None, psks=(), replacing=None) -> bytes:
        return self._message("joinExternally", groupInfo=group_info, tree=tree, psks=list(psks), replacing=replacing)

    def group_info(self, with_tree: bool = True, with_external_pub: bool = True) -> bytes:
        return self._message("groupInfo", withTree=with_tree, withExternalPub=with_external_pub)

    @property
    def tree(self) -> bytes:
        return bytes.fromhex(self.ask("tree")["data"])

    @property
    def external_sender(self) -> bytes:
        return bytes.fromhex(self.ask("externalSender")["data"])

    @property
    def state(self) -> dict:
        return self.ask("state")["state"]

    @property
    def epoch(self) -> int:
        return self.state["epoch"]

    @property
    def authenticator(self) -> bytes:
        return bytes.fromhex(self.state["authenticator"])

    @property
    def members(self) -> dict[int, bytes]:
        return {int(leaf): bytes.fromhex(name) for leaf, name in self.state["members"].items()}

    def export(self, label: str, context: bytes = b"", length: int = 32) -> bytes:
        return bytes.fromhex(self.ask("export", label=label, context=context, length=length)["data"])

    def _message(self, command: str, **fields) -> bytes:
        return bytes.fromhex(self.ask(command, **fields)["message"])


def digits(value):
    """Bytes anywhere inside as hexadecimal; absent fields are left out."""
    match value:
        case bytes():
            return value.hex()
        case dict():
            return {key: digits(one) for key, one in value.items() if one is not None}
        case list() | tuple():
            return [digits(one) for one in value]
    return value


def add(key_package: bytes) -> dict:
    return {"add": {"keyPackage": key_package}}


def remove(leaf: int) -> dict:
    return {"remove": {"leaf": leaf}}


def psk(name: bytes) -> dict:
    return {"psk": {"id": name}}


UPDATE = {"update": {}}


def wrapped(structure: bytes, wire_format: int) -> bytes:
    """A bare structure as an `MLSMessage` (RFC 9420 §6)."""
    return bytes([0, 1, 0, wire_format]) + structure


def bare(message: bytes) -> bytes:
    return message[4:]


def vector(content: bytes) -> bytes:
    """`opaque content<V>` (RFC 9420 §2.1.2)."""
    for prefix, size in ((0, 1), (1, 2), (2, 4)):
        if len(content) < 1 << (8 * size - 2):
            return (len(content) | prefix << (8 * size - 2)).to_bytes(size, "big") + content
    raise ValueError("too long")


def seconds_now() -> int:
    return int(time.time())
