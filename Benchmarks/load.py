"""A large room held by `tertulia load`: loss, delay and what it costs the node; Janus under the same; memory for a participant.

Generator and server share this machine, so the rate is one that both can carry on it."""

import contextlib
import os
import sys

from figures import show
from generator import Found, load, resident_kb
from janus import Janus
from released import Node, rested

SENDERS = int(os.environ.get("LOAD_SENDERS", "20"))
RECEIVERS = int(os.environ.get("LOAD_RECEIVERS", "300"))
SECONDS = os.environ.get("LOAD_SECONDS", "20")
# Each receives nine pictures of 60 kbit/s at 10 a second, and the sound of two who speak.
ROOM = ["--video", "60", "--fps", "10", "--no-simulcast", "--speakers", "2", "--duration", SECONDS]
IDLE, SOME = 200, 20
IDLE_KB, SENDER_KB = 64, 1000


def complain(name: str, found: Found) -> bool:
    for line in found.said:
        if line.startswith("Failed"):
            print(f"{name}: {line}", file=sys.stderr)
    if found.report["generator_percent"] > 85 or found.report["buffer_drops"] or found.report["skipped"]:
        print(f"{name}: the generator was short of processor", file=sys.stderr)
    return found.status != 0


def show_room(name: str, found: Found):
    report = found.report
    bench = f"load {name}"
    audio, video = report["audio_expected"], report["video_expected"]
    lost = report["audio_lost"] + report["video_lost"]
    show(bench, "receivers_served", [report["served"]], "", "asked", report["clients"])
    show(bench, "loss_percent", [100 * lost / max(1, audio + video)], "%")
    show(bench, "delay_p50_ms", [report["delay_ms_p50"] or 0], "ms")
    show(bench, "delay_p99_ms", [report["delay_ms_p99"] or 0], "ms")
    show(bench, "freeze_percent", [report["freeze_percent"]], "%")
    show(bench, "join_p95_ms", [report["join_ms_p95"] or 0], "ms")
    show(bench, "packets_per_second", [report["packets_in_per_second"]], "")
    show(bench, "megabits_per_second", [report["megabits_in"]], "")
    show(bench, "server_cpu_percent", [found.cpu_percent], "%")
    show(bench, "server_us_per_packet", [found.us_per_packet], "us")
    show(bench, "generator_percent", [report["generator_percent"]], "%")


def hold(node: Node, *options: str) -> Found:
    return load(node.process.pid, f"localhost:{node.port}", "--insecure", *options)


def large_room() -> bool:
    people = ["--senders", str(SENDERS), "--receivers", str(RECEIVERS)]
    with contextlib.closing(rested("--max-participants", str(SENDERS + RECEIVERS))) as node:
        ours = hold(node, *people, *ROOM, "--fail-over-loss", "0")
    show_room("node", ours)
    failed = complain("node", ours)
    with Janus() as janus:
        theirs = load(janus.process.pid, "--janus", janus.url, *people, *ROOM)
    show_room("janus", theirs)
    complain("janus", theirs)
    return failed


def memory() -> bool:
    """Growth of the node's resident memory over that with a few participants, for each one more."""
    with contextlib.closing(rested("--max-participants", "1000")) as node:
        few = hold(node, "--senders", "0", "--receivers", str(SOME), "--duration", "5").resident_kb
        start = resident_kb(node.process.pid)
        idle = (hold(node, "--senders", "0", "--receivers", str(IDLE), "--duration", "5").resident_kb - few) / (IDLE - SOME)
        left = resident_kb(node.process.pid) - start
    with contextlib.closing(rested()) as node:
        rooms = ["--senders", "1", "--receivers", "1", "--duration", "10", "--rooms"]
        one = hold(node, *rooms, "1").resident_kb
        sender = (hold(node, *rooms, "21").resident_kb - one) / 20 - idle
    show("load memory", "kb_per_idle_participant", [idle], "kB", "limit", IDLE_KB)
    show("load memory", "kb_kept_per_participant", [left / (IDLE - SOME)], "kB")
    show("load memory", "kb_per_sender", [sender], "kB", "limit", SENDER_KB)
    return idle > IDLE_KB or sender > SENDER_KB


def main() -> int:
    return 1 if any([large_room(), memory()]) else 0


if __name__ == "__main__":
    sys.exit(main())
