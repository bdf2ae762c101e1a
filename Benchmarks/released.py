"""The released node with an empty page, for benches in which no browser takes part."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "Tests/BrowserTests"))
WEB = tempfile.TemporaryDirectory(prefix="tertulia-web-")
(Path(WEB.name) / "index.html").write_text("<!doctype html>")
os.environ["TERTULIA_WEB"] = WEB.name
os.environ.setdefault("TERTULIA_BINARY", str(ROOT / ".build/release/tertulia"))
from generator import cpu_seconds  # noqa: E402
from node import Node, free_port  # noqa: E402, F401

CROWD = os.environ.get("TERTULIA_CROWD_BENCH", ROOT / ".build/release/crowd-bench")


def rested(*options: str) -> Node:
    """A node that has tried out how much memory a password may take. It does so after its start, for some seconds of processor."""
    node = Node(*options)
    calm, before = 0, cpu_seconds(node.process.pid)
    while calm < 6:
        time.sleep(1)
        now = cpu_seconds(node.process.pid)
        calm = calm + 1 if now - before < 0.015 else 0
        before = now
    return node


def crowd(mode: str, *arguments: int, options: tuple[str, ...] = ()) -> dict | None:
    """What crowd-bench finds at a node of its own, which has `options`; None when people did not come together."""
    node = Node(*options)
    try:
        command = [CROWD, mode, node.origin, str(node.process.pid), *map(str, arguments)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    finally:
        node.close()
    return json.loads(done.stdout) if done.returncode == 0 else None
