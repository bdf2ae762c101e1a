"""The start of a node that knows 1,000 rooms with 10,000 invitations: until it answers, beside one that knows none.

The node makes the database itself; the rooms are written into its tables between two starts.
"""

import os
import secrets
import sqlite3
import ssl
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from figures import AS_JSON, show
from released import Node, free_port

RUNS, ROOMS, INVITATIONS = 7, 1_000, 10
LIMIT_S = 1.0
METRICS_PORT = free_port()
CHAIN_BYTES, LABEL_BYTES = 176, 284  # of an invitation by the host, and of its sealed label


class TimedNode(Node):
    """Knows how long its last start took, in seconds."""

    took = 0.0

    def start(self) -> None:
        self._began = time.monotonic()
        super().start()

    def _wait_until_healthy(self) -> None:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        while time.monotonic() < self._began + 30:
            if self.process.poll() is not None:
                raise RuntimeError(f"the node ended at start:\n{self.log()}")
            try:
                with urllib.request.urlopen(f"{self.origin}/healthz", context=context, timeout=2):
                    self.took = time.monotonic() - self._began
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.002)
        raise RuntimeError(f"the node did not answer in 30 s:\n{self.log()}")

    def starts(self) -> list[float]:
        times = []
        for _ in range(RUNS):
            self.stop()
            self.start()
            times.append(self.took)
        self.stop()
        return times

    def fill(self) -> None:
        today = int(time.time() // 86_400)
        with sqlite3.connect(Path(self._data.name) / "tertulia.sqlite") as database:
            for _ in range(ROOMS):
                room = secrets.token_bytes(32)
                row = (room, secrets.token_bytes(32), secrets.token_bytes(10), today, today, 1)
                database.execute("INSERT INTO room VALUES (?, ?, ?, ?, ?, ?)", row)
                for position in range(INVITATIONS):
                    row = (room, secrets.token_bytes(16), position, secrets.token_bytes(CHAIN_BYTES))
                    row += (secrets.token_bytes(LABEL_BYTES), 1, secrets.token_bytes(16), 0)
                    database.execute("INSERT INTO invitation VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        database.close()

    def known(self) -> int:
        """Rooms that it has read, by its own word, which is exact for multiples of five."""
        with urllib.request.urlopen(f"http://127.0.0.1:{METRICS_PORT}/metrics", timeout=5) as page:
            lines = page.read().decode().splitlines()
        return next(int(float(line.split()[-1])) for line in lines if line.startswith("tertulia_kept_rooms "))


def main() -> int:
    if not AS_JSON:
        print(f"load of this machine before: {os.getloadavg()[0]:.1f}, of {os.cpu_count()} processors", file=sys.stderr)
    node = TimedNode("--metrics-port", str(METRICS_PORT))
    try:
        empty = node.starts()
        node.fill()
        filled = node.starts()
        node.start()
        known = node.known()
    finally:
        node.close()
    show("start", "ready_s", filled, "s", "limit", LIMIT_S)
    show("start", "ready_worst_s", [max(filled)], "s", "limit", LIMIT_S)
    show("start", "ready_without_rooms_s", empty, "s")
    show("start", "rooms", [known], "", "written", ROOMS)
    return 0 if max(filled) <= LIMIT_S and known == ROOMS else 1


if __name__ == "__main__":
    sys.exit(main())
