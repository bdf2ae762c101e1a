"""Calls with joins, leaves, simulcast that comes and goes and speakers who turn, for SOAK_MINUTES (default 20). The node's memory
must stay flat, its descriptors and threads must come back, and no drop may be unexplained.

SOAK_GROWTH_KB is how much memory may grow in a minute, by a line through the second half of the samples."""

import os
import re
import statistics
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "Tests/BrowserTests"))
WEB = tempfile.TemporaryDirectory(prefix="tertulia-web-")
(Path(WEB.name) / "index.html").write_text("<!doctype html>")
os.environ.setdefault("TERTULIA_WEB", WEB.name)
os.environ.setdefault("TERTULIA_BINARY", str(ROOT / ".build/release/tertulia"))
from figures import show  # noqa: E402
from generator import descriptors, load, resident_kb, threads  # noqa: E402
from node import Node, free_port  # noqa: E402

MINUTES = float(os.environ.get("SOAK_MINUTES", "20"))
GROWTH_KB = float(os.environ.get("SOAK_GROWTH_KB", "400"))
INTERVAL_S = 10 if MINUTES > 3 else 2
# What a process keeps for itself, such as threads that come with its first work.
SPARE_DESCRIPTORS, SPARE_THREADS = 4, 4
# Reasons for drops that a call of sound clients on a sound path never gives. The others are explained: who leaves is
# still sent to and still sends for a moment, sound falls silent, probes are padding.
FAULTS = {
    "malformed_stun", "bad_stun_integrity", "malformed_dtls", "malformed_srtp", "bad_tag", "unencrypted_srtcp",
    "too_many_streams", "malformed_rtp", "malformed_rtcp", "foreign_ssrc", "unknown_payload_type", "malformed_payload",
    "protect_failed", "oversized", "send_buffer_full", "handover_full",
}  # fmt: skip
CALL = ["--senders", "3", "--receivers", "7", "--rooms", "4", "--video", "400", "--speakers", "1", "--turn", "3"]


class Watch(threading.Thread):
    """Samples a process until it is told to stop."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self.pid = pid
        self.samples: list[tuple[float, float]] = []
        self.stopped = threading.Event()

    def run(self):
        start = time.monotonic()
        while not self.stopped.wait(INTERVAL_S):
            self.samples.append(((time.monotonic() - start) / 60, resident_kb(self.pid)))

    def growth(self) -> float:
        """kB a minute by least squares over the second half."""
        half = self.samples[len(self.samples) // 2 :]
        if len(half) < 3:
            return 0
        minutes, memory = zip(*half)
        return statistics.linear_regression(minutes, memory).slope


def drops(port: int) -> dict[str, float]:
    """What the node dropped since its start, by the reason."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    found = dict(re.findall(r'^tertulia_drops_total\{reason="(\w+)"\} (\S+)$', text, re.MULTILINE))
    assert FAULTS <= found.keys(), f"the node does not count {FAULTS - found.keys()}"
    return {reason: float(count) for reason, count in found.items()}


def settle(pid: int, wanted: tuple[int, int]) -> tuple[int, int]:
    """Descriptors and threads once the node has let everybody go, or after a minute."""
    deadline = time.monotonic() + 60
    while True:
        found = descriptors(pid), threads(pid)
        if all(a <= b for a, b in zip(found, wanted)) or time.monotonic() > deadline:
            return found
        time.sleep(1)


def main() -> int:
    metrics = free_port()
    node = Node("--metrics-port", str(metrics))
    pid = node.process.pid
    server = [f"localhost:{node.port}", "--insecure"]
    try:
        # What is made once, is made now.
        load(pid, *server, *CALL, "--duration", "5", "--leave-rate", "120")
        start = descriptors(pid), threads(pid)
        watch = Watch(pid)
        watch.start()
        seconds = str(max(10, min(3600, round(60 * MINUTES))))
        found = load(pid, *server, *CALL, "--duration", seconds, "--leave-rate", "60")
        watch.stopped.set()
        watch.join()
        wanted = start[0] + SPARE_DESCRIPTORS, start[1] + SPARE_THREADS
        end = settle(pid, wanted)
        dropped = drops(metrics)
        alive = node.process.poll() is None
    finally:
        node.close()
    growth = watch.growth()
    report = found.report
    show("soak", "growth_kb_per_minute", [growth], "kB", "limit", GROWTH_KB)
    show("soak", "memory_mb", [kb / 1000 for _, kb in watch.samples] or [0], "MB")
    show("soak", "descriptors_kept", [end[0] - start[0]], "")
    show("soak", "threads_kept", [end[1] - start[1]], "")
    show("soak", "lives", [report["clients"] + report["rejoined"]], "")
    show("soak", "faults", [sum(report["faults"].values())], "")
    show("soak", "violations", [report["violations"]], "")
    show("soak", "loss_percent", [100 * report["video_lost"] / max(1, report["video_expected"])], "%")
    show("soak", "drops_explained", [sum(dropped.values()) - sum(dropped[reason] for reason in FAULTS)], "")
    show("soak", "drops_unexplained", [sum(dropped[reason] for reason in FAULTS)], "")
    complaints = [line for line in found.said if line.startswith("Failed")]
    if growth > GROWTH_KB:
        complaints.append(f"memory grew by {growth:.0f} kB a minute")
    if end[0] > wanted[0] or end[1] > wanted[1]:
        complaints.append(f"descriptors and threads were {start} before and {end} after")
    if report["faults"] or report["violations"] or not alive:
        complaints.append(f"faults {report['faults']}, {report['violations']} out of step, node alive: {alive}")
    complaints += [f"dropped {dropped[reason]:.0f}: {reason}" for reason in sorted(FAULTS) if dropped[reason]]
    print("\n".join(complaints), file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
