"""CPU of the media thread per forwarded packet, beside udp-limit.c: the least that a forwarder on sockets can cost."""

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent))
from figures import show  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
RUNS = 3
RECEIVERS, BURST = 50, 5


def ours() -> dict:
    binary = os.environ.get("FORWARDING_BENCH", ROOT / ".build/release/forwarding-bench")
    output = subprocess.run([binary, str(RECEIVERS)], check=True, capture_output=True, text=True).stdout
    return json.loads(output.strip().splitlines()[-1])


def build_limit(folder: str) -> Path | None:
    source = Path(os.environ["TERTULIA_TOOLS"]) / "udp-limit.c"
    if not source.exists():
        print(f"skipped: {source} is not here, so there is nothing to compare with", file=sys.stderr)
        return None
    binary = Path(folder) / "udp-limit"
    subprocess.run(["cc", "-O2", "-w", "-o", binary, source, "-lcrypto"], check=True)
    return binary


def limit(binary: Path, mode: int) -> float:
    command = [binary, str(RECEIVERS), str(BURST), str(mode), "1500000", "1.6"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(re.search(r"([\d.]+) us cpu", output)[1])


def main():
    with tempfile.TemporaryDirectory() as folder:
        binary = build_limit(folder)
        runs, limits = [], {"limit_sendmmsg": [], "limit_gso": []}
        for _ in range(RUNS):
            runs.append(ours())
            if binary:
                limits["limit_sendmmsg"].append(limit(binary, 1))
                limits["limit_gso"].append(limit(binary, 2))
    cost = [run["cpu_us_per_packet"] for run in runs]
    for name, values in limits.items():
        if values:
            show("forwarding", "cpu_us_per_packet", cost, "us", name, statistics.median(values))
    if not binary:
        show("forwarding", "cpu_us_per_packet", cost, "us")
    show("forwarding", "packets", [run["packets"] for run in runs], "")
    show("forwarding", "loss", [run["lost"] for run in runs], "")


main()
