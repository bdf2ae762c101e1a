"""A room of 50 at 50 ms round trip: how soon a freeze stops everybody, and how soon everybody but two is in a new room.

Every person is a whole client but for media, and all of them run on this machine beside the node; 25 ms are added to every
byte each way, beneath TLS and WebSocket, and to the handshake of TCP.
"""

import os
import sys

from figures import AS_JSON, show
from released import crowd

RUNS = int(os.environ.get("TERTULIA_HOSTING_RUNS", "5"))
LIMIT_FREEZE_MS, LIMIT_MOVE_MS = 300.0, 3000.0


def show_with_worst(bench: str, figure: str, values: list[float], limit: float):
    show(bench, f"{figure}_ms", values, "ms", "limit", limit)
    show(bench, f"{figure}_worst_ms", [max(values)], "ms", "limit", limit)


def show_all(found: dict):
    people = found["people"]
    freeze, move = f"freeze {people}", f"re-house {people}"
    show_with_worst(freeze, "last_saw_it", found["freeze_seen_last_ms"], LIMIT_FREEZE_MS)
    show_with_worst(freeze, "media_cut", found["freeze_cut_last_ms"], LIMIT_FREEZE_MS)
    show(freeze, "median_saw_it_ms", found["freeze_seen_median_ms"], "ms")
    show_with_worst(move, "last_moved", found["move_last_ms"], LIMIT_MOVE_MS)
    show(move, "room_made_ms", found["move_made_ms"], "ms")
    show(move, "intruders_removed_ms", found["move_removed_ms"], "ms")
    show(move, "epochs", found["move_epoch"], "")
    show(move, "clients_cpu_s", found["move_clients_cpu_s"], "s")
    show(move, "node_cpu_s", found["move_node_cpu_s"], "s")
    show(move, "others_cpu_s", found["move_others_cpu_s"], "s")
    show(move, "overheard", [found["leaks"]], "", "allowed", 0)
    if found["complaints"] and not AS_JSON:
        print(f"complaints: {found['complaints']}", file=sys.stderr)


def main() -> int:
    load = os.getloadavg()[0]
    if not AS_JSON:
        print(f"load of this machine before: {load:.1f}, of {os.cpu_count()} processors", file=sys.stderr)
    found = crowd("hosting", RUNS)
    if found is None:
        print("it did not come about", file=sys.stderr)
        return 1
    show_all(found)
    freezes = found["freeze_seen_last_ms"] + found["freeze_cut_last_ms"]
    in_time = max(freezes) <= LIMIT_FREEZE_MS and max(found["move_last_ms"]) <= LIMIT_MOVE_MS
    return 0 if in_time and found["leaks"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
