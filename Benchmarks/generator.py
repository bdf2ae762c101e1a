"""Runs `tertulia load` and watches the process of a server meanwhile."""

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BINARY = os.environ.get("TERTULIA_BINARY", str(ROOT / ".build/release/tertulia"))
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGESIZE")


def cpu_seconds(pid: int) -> float:
    """Processor time of a process, from /proc/PID/stat: what follows the name in brackets."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_kb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / 1000


def descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def threads(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/task"))


@dataclass
class Found:
    """What the generator reports, and what the server used while it measured."""

    report: dict
    status: int
    cpu_seconds: float = 0
    resident_kb: float = 0
    said: list = field(default_factory=list)

    @property
    def us_per_packet(self) -> float:
        """Processor time of the server for each RTP packet that clients received."""
        return 1e6 * self.cpu_seconds / max(1, self.report["packets_in"])

    @property
    def cpu_percent(self) -> float:
        return 100 * self.cpu_seconds / max(1e-9, self.report["seconds"])


def load(pid: int, *options: str) -> Found:
    """`options` of `tertulia load`; `pid` is the server's."""
    command = [BINARY, "load", "--json", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    output = []
    reader = threading.Thread(target=lambda: output.append(process.stdout.read()))
    reader.start()
    found = Found({}, 0)
    before = 0.0
    for line in process.stderr:
        found.said.append(line.strip())
        if "measuring" in line:
            before = cpu_seconds(pid)
        if line.startswith("Measured"):
            found.cpu_seconds = cpu_seconds(pid) - before
            found.resident_kb = resident_kb(pid)
    found.status = process.wait()
    reader.join()
    if not output[0].strip():
        sys.exit("tertulia load: " + " ".join(found.said))
    found.report = json.loads(output[0])
    return found
