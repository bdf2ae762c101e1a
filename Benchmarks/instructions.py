"""Instructions per forwarded packet, counted by callgrind: the same on a busy machine and on an idle one. Fails over the
ceiling of the compiler's version in instructions.json, and when a packet retains, locks, allocates or checks for exclusivity."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent))
from figures import show  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
BINARY = os.environ.get("FORWARDING_BENCH", ROOT / ".build/release/forwarding-bench")
CEILINGS = Path(__file__).with_name("instructions.json")
# Short, because callgrind is fifty times slower than the machine.
MIXES = [("1x50", 1, 51), ("8x8", 8, 8)]
SECONDS = 1
NEVER = re.compile(
    r"swift_(retain|release|beginAccess|allocObject|getGenericMetadata|conformsToProtocol|dynamicCast|bridgeObject\w*)"
    r"|^(malloc|calloc|realloc|free|posix_memalign|aligned_alloc)$|pthread_(mutex|rwlock)_\w*lock"
)
# libcrypto takes a lock or a reference where it likes: it is counted, and not ours to change.
FOREIGN = re.compile(r"lib(crypto|c)[.-]")
# What these call is BoringSSL, which lies in our own binary. Callgrind's processor lacks the instructions (VAES) that make it
# several times shorter on a real one.
SEALING = re.compile(r"boring_gcm_(seal|open)$")


class Profile:
    """What callgrind wrote: instructions by object file, those of BoringSSL among them, and calls by callee with the object that
    calls."""

    def __init__(self, path: Path):
        self.instructions, self.calls, self.sealing = Counter(), Counter(), 0
        self._names: dict[tuple[str, str], str] = {}
        self._read(path.read_text(errors="replace"))

    def _name(self, kind: str, text: str) -> str:
        number, name = re.match(r"\((\d+)\) ?(.*)", text).groups()
        if name:
            self._names[kind, number] = name
        return self._names.get((kind, number), "?")

    def _read(self, text: str):
        here = caller = callee = "?"
        is_call = False
        for line in text.splitlines():
            key, _, value = line.partition("=")
            if key == "ob":
                here = self._name("ob", value)
            elif key == "cob":
                self._name("ob", value)
            elif key == "fn":
                caller = self._name("fn", value)
            elif key == "cfn":
                callee = self._name("fn", value)
            elif key == "calls":
                self.calls[callee, here] += int(value.split()[0])
                is_call = True
            elif re.match(r"[+\-*\d]", line):
                # The cost line after "calls" is the callee's.
                if not is_call:
                    self.instructions[here] += int(line.split()[1])
                elif SEALING.match(caller):
                    self.sealing += int(line.split()[1])
                is_call = False


def profile(senders: int, people: int, folder: str) -> tuple[Profile, int]:
    output = Path(folder) / "callgrind.out"
    stripped = Path(folder) / "forwarding-bench"
    # Valgrind stumbles over the debug information of newer compilers.
    subprocess.run(["objcopy", "--strip-debug", BINARY, stripped], check=True)
    command = [
        "valgrind", "--tool=callgrind", "--toggle-collect=*forwardCounted*", f"--callgrind-out-file={output}", stripped,
        "--senders", senders, "--people", people, "--seconds", SECONDS, "--count",
    ]  # fmt: skip
    run = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True)
    return Profile(output), json.loads(run.stdout.strip().splitlines()[-1])["packets"]


def compiler() -> str:
    text = subprocess.run(["swift", "--version"], check=True, capture_output=True, text=True).stdout
    return re.search(r"Swift version (\S+)", text)[1]


def check(mix: str, found: Profile, packets: int, version: str) -> list[str]:
    over = []
    ours = (sum(n for name, n in found.instructions.items() if not FOREIGN.search(name)) - found.sealing) / packets
    everything = sum(found.instructions.values()) / packets
    show(f"instructions {mix}", "instructions_per_packet", [ours], "")
    show(f"instructions {mix}", "with_libraries", [everything], "")
    ceiling = json.loads(CEILINGS.read_text()).get(version, {}).get(mix)
    if ceiling is None:
        print(f"{CEILINGS.name} has no ceiling for Swift {version} and {mix}: nothing to hold it to", file=sys.stderr)
    elif ours > ceiling:
        over.append(f"{mix}: {ours:.0f} instructions a packet, {ceiling} with Swift {version} allowed")
    never = Counter()
    for (callee, caller), calls in found.calls.items():
        if NEVER.search(callee) and not FOREIGN.search(caller):
            never[callee] += calls
    show(f"instructions {mix}", "forbidden_calls", [sum(never.values())], "")
    over += [f"{mix}: {calls} calls of {callee} for {packets} packets" for callee, calls in never.most_common(5)]
    return over


def main() -> int:
    if not shutil.which("valgrind"):
        print("skipped: valgrind is not here", file=sys.stderr)
        return 0
    over, version = [], compiler()
    with tempfile.TemporaryDirectory() as folder:
        for mix, senders, people in MIXES:
            found, packets = profile(senders, people, folder)
            over += check(mix, found, packets, version)
    for line in over:
        print(f"over the limit: {line}", file=sys.stderr)
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
