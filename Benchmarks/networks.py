"""Calls of real browsers over a bad network, held by Tertulia and by Janus's videoroom: figures of the browsers."""

import contextlib
import os
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "Tests/BrowserTests"))
from figures import AS_JSON, show  # noqa: E402
from janus import BrowserJanus  # noqa: E402
from netpath import NEAR  # noqa: E402
from netcalls import FAR_AWAY, GOOD, LOSSY, POOR, UNSTEADY, Part, Sides, Tertulia, hold  # noqa: E402

SCRIPT = [
    Part("4 Mbit/s", GOOD, 15),
    Part("1 Mbit/s", POOR, 20, drop=True),
    Part("4 again", GOOD, 20),
    Part("5 % loss", LOSSY, 20, drop=True),
    Part("200 ms", FAR_AWAY, 20, drop=True),
    Part("jitter 30 ms", UNSTEADY, 20, drop=True),
]
# Sender, viewer, and whether it is the sender who is behind the bad network.
CALLS = {
    "down_chromium": ("chromium", "chromium", False),
    "down_firefox": ("chromium", "firefox", False),
    "up_chromium": ("chromium", "chromium", True),
}
FROZEN, LONGEST, CONCEALED = 2.0, 1.0, 3.0


def measure(name: str, server: str, outcome) -> bool:
    """Prints; true when the limits hold."""
    frozen, concealed = outcome.watched.frozen_share() * 100, outcome.watched.concealed_share() * 100
    longest, rate = outcome.longest_freeze(), outcome.watched.rate() / 1000
    if not AS_JSON:
        print(f"\n{name}, {server} (load of the machine {os.getloadavg()[0]:.0f})\n{outcome.account()}")
    limits = (FROZEN, LONGEST, CONCEALED) if server == "tertulia" else (None, None, None)
    for figure, value, unit, limit in zip(
        ("frozen", "longest_freeze", "concealed"), (frozen, longest, concealed), ("%", "s", "%"), limits
    ):
        show("networks", f"{name}_{figure}_{server}", [value], unit, limit and "limit", limit)
    show("networks", f"{name}_rate_{server}", [rate], "kbit/s")
    return frozen < FROZEN and longest <= LONGEST and concealed < CONCEALED


def main() -> int:
    fine = True
    servers = {"tertulia": Tertulia, "janus": lambda: BrowserJanus(NEAR)}
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(Sides(Path(folder))) as sides:
        for name, call in CALLS.items():
            for server, start in servers.items():
                with contextlib.closing(start()) as running:
                    outcome = hold(sides, running, *call, SCRIPT)
                fine &= measure(name, server, outcome) or server != "tertulia"
    return 0 if fine else 1


sys.exit(main())
