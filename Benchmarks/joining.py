"""Many people join one room of a node within 5 s: when they are all in one epoch, what it costs, and what a Remove takes.

Every person is a whole client but for media, and all of them run on this machine beside the node. Where they use it up
before the node does, the figure is the machine's, and the most people that it carries within the limit is searched for.
"""

import os
import statistics
import sys

from figures import AS_JSON, show
from released import crowd

PEOPLE = int(os.environ.get("TERTULIA_JOINING_PEOPLE", "200"))
REMOVALS, STEP = 5, 10
LIMIT_JOIN_MS, LIMIT_REMOVE_MS = 2000.0, 300.0
SPAN_S = 5.5  # when hellos come later, the machine has been too slow to join within 5 s


def run(people: int, removals: int) -> dict | None:
    """One crowd at a node of its own; None when it never came together."""
    return crowd("joining", people, removals, options=("--max-participants", str(max(2, people))))


def joins_in_time(found: dict | None) -> bool:
    if found is None or found["frames_opened"] < found["frames_expected"]:
        return False
    return found["last_ms"] <= LIMIT_JOIN_MS and found["span_s"] <= SPAN_S


def removes_in_time(found: dict | None) -> bool:
    if found is None or len(found.get("removal_last_ms", [])) < REMOVALS:
        return False
    return statistics.median(found["removal_last_ms"]) <= LIMIT_REMOVE_MS


def most(fits, removals: int) -> dict | None:
    """The largest crowd, in steps of ten, below PEOPLE for which `fits` holds."""
    best, low, high = None, 0, PEOPLE // STEP
    while high - low > 1:
        middle = (low + high) // 2
        found = run(middle * STEP, removals)
        if fits(found):
            best, low = found, middle
        else:
            high = middle
    return best


def who_is_the_limit(name: str, usage: dict):
    shares = {who: round(100 * usage[f"{who}_share"]) for who in ("clients", "node", "others")}
    print(
        f"{name}: of this machine's processors the clients had {shares['clients']} %, the node {shares['node']} %, "
        f"other processes {shares['others']} %, for {usage['wall_s']:.1f} s",
        file=sys.stderr,
    )


def say_whether_it_fits(found: dict):
    clients, node = found["whole"]["clients_cpu_s"], found["whole"]["node_cpu_s"]
    room = os.cpu_count() * (found["span_s"] + LIMIT_JOIN_MS / 1000)
    verdict = "does not fit: the machine is the limit" if clients + node > room else "fits"
    print(
        f"the clients' work ({clients:.1f} s of processor) and the node's ({node:.1f} s) {verdict} "
        f"({os.cpu_count()} processors have {room:.1f} s from the first join to the limit)",
        file=sys.stderr,
    )


def show_joining(found: dict):
    bench = f"joining {found['people']}"
    show(bench, "together_ms", [found["last_ms"]], "ms", "limit", LIMIT_JOIN_MS)
    show(bench, "first_together_ms", [found["first_ms"]], "ms")
    show(bench, "after_last_connect_ms", [1000 * found["after_last_join"]["wall_s"]], "ms")
    show(bench, "hellos_within_s", [found["span_s"]], "s")
    show(bench, "epochs", [found["epoch"]], "")
    show(bench, "member_bytes", [found["bytes_mean"]], "B", "pairwise keys", found["bytes_pairwise"])
    show(bench, "member_bytes_most", [found["bytes_most"]], "B", "pairwise keys", found["bytes_pairwise"])
    for part in ("in", "out"):
        show(bench, f"bytes_{part}_mean", [found[f"bytes_{part}_mean"]], "B")
        show(bench, f"bytes_{part}_most", [found[f"bytes_{part}_most"]], "B")
    show(bench, "node_cpu_s", [found["whole"]["node_cpu_s"]], "s")
    show(bench, "clients_cpu_s", [found["whole"]["clients_cpu_s"]], "s")
    before, after = found["node_memory_mb"]
    show(bench, "node_memory_before_mb", [before], "MB")
    show(bench, "node_memory_after_mb", [after], "MB")
    show(bench, "frames_opened", [found["frames_opened"]], "", "expected", found["frames_expected"])
    who_is_the_limit("all the time", found["whole"])
    who_is_the_limit("after the last join", found["after_last_join"])
    say_whether_it_fits(found)
    if found["complaints"] and not AS_JSON:
        print(f"complaints: {found['complaints']}", file=sys.stderr)


def show_removal(found: dict):
    if "removal_last_ms" not in found:
        print("after a Remove they were not in one epoch within a minute", file=sys.stderr)
        return
    bench = f"remove {found['people']}"
    show(bench, "last_switched_ms", found["removal_last_ms"], "ms", "limit", LIMIT_REMOVE_MS)
    show(bench, "median_switched_ms", found["removal_median_ms"], "ms")
    show(bench, "first_switched_ms", found["removal_first_ms"], "ms")
    show(bench, "host_cpu_ms", [found["removal_host_cpu_ms"]], "ms")
    show(bench, "member_cpu_ms", [found["removal_member_cpu_ms"]["median"]], "ms")
    show(bench, "member_cpu_most_ms", [found["removal_member_cpu_ms"]["most"]], "ms")


def main() -> int:
    found = run(PEOPLE, REMOVALS)
    if found is None:
        print(f"{PEOPLE} people never came into one epoch", file=sys.stderr)
    else:
        show_joining(found)
        show_removal(found)
    joins, removes = joins_in_time(found), removes_in_time(found)
    if not joins and (best := most(joins_in_time, 0)):
        print(f"{PEOPLE} people are over the limit on this machine; the most within it:", file=sys.stderr)
        show_joining(best)
    if not removes and (best := most(removes_in_time, REMOVALS)):
        print(f"a Remove among {PEOPLE} is over the limit on this machine; the most within it:", file=sys.stderr)
        show_removal(best)
    return 0 if joins and removes else 1


if __name__ == "__main__":
    sys.exit(main())
