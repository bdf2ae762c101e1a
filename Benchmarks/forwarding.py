"""CPU of the media thread per forwarded packet and time inside the node, beside udp-limit.c (the least that a forwarder
on sockets can cost); CPU of the whole node beside Janus, under `tertulia load` for both; two media threads beside one.
Fails over the limits."""

import contextlib
import json
import os
import re
import statistics
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from figures import show
from generator import load
from janus import Janus
from queueing import late
from released import ROOT, rested

TOOLS = Path(os.environ.get("TERTULIA_TOOLS", ROOT / "../shared/tools"))
BINARY = os.environ.get("FORWARDING_BENCH", ROOT / ".build/release/forwarding-bench")
RUNS = int(os.environ.get("FORWARDING_RUNS", 5))
SECONDS = 5
# Name, senders, people, receivers of a packet; rooms that load a core by about three quarters, where the cost of a packet is
# measured, as udp-limit.c loads it whole; and by about half, where its stay is.
MIXES = [("1x50", 1, 51, 50, 28, 16), ("8x8", 8, 8, 7, 24, 14)]
LIMITS = {"limit_gso": 1.25, "janus": 1 / 3}
MAXIMUM_P99_MS = 1.0
# What two media threads must carry of what one does.
MINIMUM_OF_TWO = 1.8
# The same mixes for `tertulia load`, in three rooms; who sends receives as well.
PEOPLE = {"1x50": ["--senders", "1", "--receivers", "50"], "8x8": ["--senders", "8", "--receivers", "0"]}
MEDIA = ["--rooms", "3", "--video", "1500", "--no-simulcast", "--height", "720", "--duration", "10"]
JANUS_RUNS = min(RUNS, 3)


def node(senders: int, people: int, rooms: int) -> dict:
    """One run with the media thread on the last CPU and everybody else on the first."""
    command = [BINARY, "--rooms", rooms, "--senders", senders, "--people", people, "--seconds", SECONDS]
    if (os.cpu_count() or 1) > 1:
        command = ["taskset", "-c", "0", *command, "--cpu", os.cpu_count() - 1]
    return result(command)


def count(senders: int, people: int) -> dict:
    return result([BINARY, "--senders", senders, "--people", people, "--seconds", 2, "--count"])


def result(command: list) -> dict:
    output = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout
    return json.loads(output.strip().splitlines()[-1])


def build_limit(folder: str) -> Path | None:
    source = TOOLS / "udp-limit.c"
    if not source.exists():
        print(f"skipped: {source} is not here, so there is nothing to compare with", file=sys.stderr)
        return None
    binary = Path(folder) / "udp-limit"
    subprocess.run(["cc", "-O2", "-w", "-o", binary, source, "-lcrypto"], check=True)
    return binary


def limit(binary: Path, receivers: int, mode: int) -> float:
    """Bursts of five packets and 1.6 of audio for each, as in the mixes. Mode 1 is sendmmsg, 2 GSO."""
    command = [binary, str(receivers), "5", str(mode), "600000", "1.6"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(re.search(r"([\d.]+) us cpu", output)[1])


@contextlib.contextmanager
def awake():
    """Keeps idle cores awake where that can be asked for: halting doubles the cost of light load in a virtual machine."""
    keeper = TOOLS / "nohalt.py"
    process = None
    if keeper.exists() and os.access("/dev/cpu_dma_latency", os.W_OK):
        process = subprocess.Popen([sys.executable, keeper])
    try:
        yield
    finally:
        if process:
            process.terminate()
            process.wait()


def measure(binary: Path | None, senders: int, people: int, receivers: int, full: int, half: int) -> tuple[list, list, dict]:
    """Interleaved, so that a busy machine is busy for all. Gives the runs at three quarters, those at half load, and the peers'."""
    runs, stays, peers = [], [], {"limit_gso": [], "limit_sendmmsg": []}
    for _ in range(RUNS):
        stays.append(node(senders, people, half))
        runs.append(node(senders, people, full))
        if binary:
            peers["limit_gso"].append(limit(binary, receivers, 2))
            peers["limit_sendmmsg"].append(limit(binary, receivers, 1))
    return runs, stays, peers


def beside_janus(mix: str) -> list[str]:
    """Whole processes, each with one thread for media, under one generator."""
    if not shutil.which("janus"):
        print("skipped: Janus is not installed", file=sys.stderr)
        return []
    ours, theirs = [], []
    for _ in range(JANUS_RUNS):
        with contextlib.closing(rested("--media-threads", "1")) as server:
            options = [f"localhost:{server.port}", "--insecure", *PEOPLE[mix], *MEDIA]
            ours.append(load(server.process.pid, *options).us_per_packet)
        with Janus(event_loops=1) as server:
            theirs.append(load(server.process.pid, "--janus", server.url, *PEOPLE[mix], *MEDIA).us_per_packet)
    cost, peer = statistics.median(ours), statistics.median(theirs)
    show(f"forwarding {mix}", "node_us_per_packet", ours, "us", "janus", peer)
    return [f"{mix}: {cost:.2f} us a packet, Janus {peer:.2f}"] if cost > LIMITS["janus"] * peer else []


def two_threads(mix: str, senders: int, people: int, rooms: int) -> list[str]:
    """What two threads carry beside one when each has a core, by what a packet costs on them: twice as much, less what
    two on one port cost more, each with as many rooms. That needs no third core for the generator."""
    if (os.cpu_count() or 1) < 2:
        print("skipped: two threads need two cores", file=sys.stderr)
        return []
    command = [BINARY, "--senders", senders, "--people", people, "--seconds", SECONDS]
    one, two = ([*command, "--threads", threads, "--rooms", threads * rooms // 2] for threads in (1, 2))
    pairs = [(result(one), result(two)) for _ in range(JANUS_RUNS)]
    carried = [2 * one["cpu_us_per_packet"] / two["cpu_us_per_packet"] for one, two in pairs]
    show(f"forwarding {mix}", "two_threads_carry", carried, "x")
    value = statistics.median(carried)
    return [f"{mix}: two threads carry {value:.2f} times what one does"] if value < MINIMUM_OF_TWO else []


def longest_stay(mix: str, peer: list) -> float:
    """What 99 % of the packets may take inside the node: 1 ms, or what they would take in a forwarder of the speed asked for. One
    picture for 50 is 250 packets, and at half load they often find those of another room before them."""
    if not peer:
        return MAXIMUM_P99_MS
    _, senders, _, receivers, _, half = next(each for each in MIXES if each[0] == mix)
    return max(MAXIMUM_P99_MS, late(half * senders, receivers, LIMITS["limit_gso"] * statistics.median(peer)))


def report(mix: str, runs: list, half: list, peers: dict, counted: dict) -> list[str]:
    """Prints the figures of a mix, those at half load too; what is over its limit."""
    bench = f"forwarding {mix}"
    over = []
    cost = [run["cpu_us_per_packet"] for run in runs]
    for name, values in peers.items():
        if not values:
            continue
        peer = statistics.median(values)
        show(bench, "cpu_us_per_packet", cost, "us", name, peer)
        if name in LIMITS and statistics.median(cost) > LIMITS[name] * peer:
            over.append(f"{mix}: {statistics.median(cost):.2f} us a packet, {name} {peer:.2f}")
    if not any(peers.values()):
        show(bench, "cpu_us_per_packet", cost, "us")
    longest = longest_stay(mix, peers["limit_gso"])
    show(bench, "load", [run["load"] for run in runs], "")
    show(bench, "packets_per_second", [run["packets_per_second"] for run in runs], "")
    show(bench, "sent_together", [run["joined_share"] for run in runs], "")
    show(bench, "half_load", [run["load"] for run in half], "")
    show(bench, "half_load_us_per_packet", [run["cpu_us_per_packet"] for run in half], "us")
    stays = [run["node_p99_ms"] for run in half]
    show(bench, "node_p50_ms", [run["node_p50_ms"] for run in half], "ms")
    show(bench, "node_p99_ms", stays, "ms", "limit", longest)
    lost = [run["lost"] for run in runs + half]
    show(bench, "loss", lost, "")
    allocations = counted["allocations"] / counted["packets"]
    show(bench, "allocations_per_packet", [allocations], "")
    if statistics.median(stays) >= longest:
        over.append(f"{mix}: 99 % of the packets take {statistics.median(stays):.2f} ms inside the node, {longest:.2f} allowed")
    if any(lost):
        over.append(f"{mix}: {sum(lost):.0f} packets lost")
    if allocations > 0:
        over.append(f"{mix}: {counted['allocations']} allocations for {counted['packets']} packets")
    return over


def main() -> int:
    over = []
    with tempfile.TemporaryDirectory() as folder, awake():
        binary = build_limit(folder)
        for mix, senders, people, *others in MIXES:
            runs, half, peers = measure(binary, senders, people, *others)
            over += report(mix, runs, half, peers, count(senders, people))
            over += beside_janus(mix)
        mix, senders, people, _, _, rooms = MIXES[0]
        over += two_threads(mix, senders, people, rooms)
    for line in over:
        print(f"over the limit: {line}", file=sys.stderr)
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
