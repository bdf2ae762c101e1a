"""Starts and stops a node for a test: the debug build, a data folder of its own, a free port on loopback."""

import os
import random
import re
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("TERTULIA_BINARY", ROOT / ".build/debug/tertulia"))
WEB = Path(os.environ.get("TERTULIA_WEB", ROOT / ".build/web"))
FIRST_PORT, LAST_PORT = 10_000, 65_535
# One abstract socket for each port that was given out, held as long as this process runs: no other worker takes it.
_claims: list[socket.socket] = []


def free_port() -> int:
    """A port that is free for TCP and for UDP, as a node needs both, and that no other caller of this network namespace
    was given. It is below those that the kernel gives to connections: one of them could take it before the node does.
    Where the kernel was told to give them from low on, there is no such port, and any has to do."""
    end = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    for _ in range(1_000):
        port = random.randrange(FIRST_PORT, end if end > FIRST_PORT + 1_000 else LAST_PORT)
        claim = socket.socket(socket.AF_UNIX)
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            try:
                claim.bind(f"\0tertulia-port-{port}")
                tcp.bind(("127.0.0.1", port))
                udp.bind(("127.0.0.1", port))
            except OSError:
                claim.close()
                continue
        _claims.append(claim)
        return port
    raise RuntimeError("of 1,000 ports tried none is free")


class Node:
    """One running `tertulia serve`. `kill()` is what a crash does, `stop()` what an operator does."""

    def __init__(self, *options: str, address: str = "127.0.0.1"):
        self.port = free_port()
        self.address = address
        self.options = options
        self._data = tempfile.TemporaryDirectory(prefix="tertulia-data-")
        self.log_path = Path(self._data.name) / "node.log"
        self.process: subprocess.Popen | None = None
        self.start()

    @property
    def database(self) -> Path:
        return Path(self._data.name) / "tertulia.sqlite"

    @property
    def origin(self) -> str:
        return f"https://{self.host}:{self.port}"

    @property
    def host(self) -> str:
        return "localhost" if self.address == "127.0.0.1" else self.address

    def start(self) -> None:
        log = self.log_path.open("ab")
        command = [BINARY, "serve", "--port", str(self.port), "--data", self._data.name, "--web", WEB]
        command += ["--host", self.host, "--public-address", self.address, *self.options]
        self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self._wait_until_healthy()

    def _wait_until_healthy(self) -> None:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the node ended at start:\n{self.log()}")
            try:
                with urllib.request.urlopen(f"{self.origin}/healthz", context=context, timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise RuntimeError(f"the node did not answer in 30 s:\n{self.log()}")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Asks the node to end and returns its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)

    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def close(self) -> None:
        if self.process.poll() is None:
            self.kill()
        self._data.cleanup()

    def fresh_link(self) -> str:
        command = [BINARY, "link", "--without-host", "--host", self.host, "--port", str(self.port)]
        link = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        assert re.fullmatch(r"https://[\w.]+:\d+/r/[0-9A-HJKMNP-TV-Z]{12,}#1[\w-]{22}(\.[\w-]+)?", link), link
        return link
