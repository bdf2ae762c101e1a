"""MLS groups by our library and by mls-rs in the same run: both do the same things in one group, on the same bytes.

Times are of the processor, which what else runs on the machine disturbs least.
"""

import multiprocessing
import os
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "Tests/InteropTests"))
import mls_rs_uniffi as mls_rs  # noqa: E402
import mls_browsers  # noqa: E402
from figures import AS_JSON, show  # noqa: E402
from mls_peer import MLSPeer, add  # noqa: E402

RUNS, MESSAGES = 7, 200
LIMIT_RATIO = 2.0
GOALS = {"mls_commit_1000_ms": 25.0, "mls_welcome_1000_ms": 1000.0, "mls_memory_1000_mb": 30.0}


class Swift:
    """A member by our library. Timed inside its process, from bytes to bytes."""

    def __init__(self, peer: MLSPeer):
        self.peer = peer

    def timed(self, command: str, **fields) -> tuple[dict, float]:
        reply = self.peer.ask(command, **fields)
        return reply, reply["microseconds"] / 1000

    def join(self, welcome: bytes) -> float:
        return self.timed("join", welcome=welcome)[1]

    def commit(self, key_packages=()) -> tuple[bytes, bytes | None, float]:
        """A commit with a path, or one of Adds alone without; made and merged."""
        adds = [add(one) for one in key_packages]
        reply, making = self.timed("commit", byValue=adds, withPath=not adds)
        welcome = bytes.fromhex(reply["welcome"]) if adds else None
        return bytes.fromhex(reply["message"]), welcome, making + self.timed("merge")[1]

    def receive(self, message: bytes) -> float:
        return self.timed("receive", message=message)[1]

    def seal(self, data: bytes) -> tuple[bytes, float]:
        reply, taken = self.timed("seal", data=data)
        return bytes.fromhex(reply["message"]), taken

    def resident(self) -> int:
        return resident(self.peer.process.pid)


class Rust:
    """A member by mls-rs, timed around the calls of its binding."""

    def __init__(self, name: bytes):
        keys = mls_rs.generate_signature_keypair(mls_rs.CipherSuite.CURVE25519_AES128)
        self.client = mls_rs.Client(name, keys, mls_rs.client_config_default())
        self.key_package = self.client.generate_key_package_message().to_bytes()

    def create(self, group: bytes):
        self.group = self.client.create_group(group)

    def join(self, welcome: bytes) -> float:
        start = time.process_time()
        self.group = self.client.join_group(None, mls_rs.Message.from_bytes(welcome)).group
        return since(start)

    def commit(self, key_packages=()) -> tuple[bytes, bytes | None, float]:
        start = time.process_time()
        adds = [mls_rs.Message.from_bytes(one) for one in key_packages]
        made = self.group.add_members(adds) if adds else self.group.commit()
        message = made.commit_message.to_bytes()
        welcome = made.welcome_message.to_bytes() if adds else None
        self.group.process_incoming_message(made.commit_message)
        return message, welcome, since(start)

    def receive(self, message: bytes) -> float:
        start = time.process_time()
        self.group.process_incoming_message(mls_rs.Message.from_bytes(message))
        return since(start)

    def seal(self, data: bytes) -> tuple[bytes, float]:
        start = time.process_time()
        message = self.group.encrypt_application_message(data).to_bytes()
        return message, since(start)


class Figures:
    """Milliseconds of ours and of mls-rs by figure."""

    def __init__(self):
        self.ours: dict[str, list[float]] = {}
        self.theirs: dict[str, list[float]] = {}

    def add(self, name: str, member, taken: float):
        (self.ours if isinstance(member, Swift) else self.theirs).setdefault(name, []).append(taken)

    def show(self) -> bool:
        """Whether ours is within the limit everywhere."""
        fine = True
        for name, values in self.ours.items():
            peer = statistics.median(self.theirs[name])
            show("mls", name, values, unit_of(name), "mls_rs", peer)
            fine &= statistics.median(values) <= LIMIT_RATIO * peer
        return fine


def unit_of(name: str) -> str:
    return name.rpartition("_")[2].replace("mb", "MB")


def since(start: float) -> float:
    return (time.process_time() - start) * 1000


def resident(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


class Bench:
    def __init__(self, processes: ExitStack):
        self.processes = processes
        self.figures = Figures()
        self.filler = self.swift(b"filler").peer

    def swift(self, name: bytes) -> Swift:
        return Swift(self.processes.enter_context(closing(MLSPeer(name))))

    def strangers(self, count: int) -> list[bytes]:
        """Key packages of people who do nothing."""
        return [self.stranger().key_package() for _ in range(count)]

    def stranger(self) -> MLSPeer:
        self.filler.ask("client", name=os.urandom(16))
        return self.filler

    def mass_add(self, size: int):
        """A group made by one commit; then commits in its tree, which has no keys above the leaves yet."""
        others = self.strangers(size - 3)
        for founder in (Rust(b"founder"), self.swift(b"founder")):
            founder.create(b"group") if isinstance(founder, Rust) else founder.peer.create(b"group")
            # The three who act are neighbours: a commit of one leaves the others' as costly as it was.
            swift, rust = self.swift(b"guest by Swift"), Rust(b"guest by Rust")
            offers = [swift.peer.key_package(), rust.key_package, *others]
            _, welcome, taken = founder.commit(offers)
            self.figures.add(f"add_all_{size}_ms", founder, taken)
        for _ in range(RUNS):
            for guest in (swift, rust):
                self.figures.add(f"join_{size}_ms", guest, guest.join(welcome))
        self.take_turns(f"blank_{size}", founder, swift, rust)

    def settled(self, size: int):
        """A group into which people came by external commits, one by one: every node has its key."""
        founder = self.swift(b"founder")
        founder.peer.create(b"group")
        for _ in range(size - 3):
            info = founder.peer.group_info(with_tree=False)
            founder.receive(self.stranger().join_externally(info, founder.peer.tree))
        swift, rust = self.swift(b"guest by Swift"), Rust(b"guest by Rust")
        _, welcome, _ = founder.commit([swift.peer.key_package(), rust.key_package])
        for guest in (swift, rust):
            for _ in range(RUNS):
                self.figures.add(f"join_settled_{size}_ms", guest, guest.join(welcome))
        self.take_turns(f"settled_{size}", founder, swift, rust)
        self.add_one(size, founder, swift, rust)
        self.talk(size, swift, rust)

    def take_turns(self, name: str, *members):
        """Commits with a path: each makes some, the others process them."""
        for round in range(RUNS + 1):
            for committer in members:
                message, _, taken = committer.commit()
                measured = round > 0  # the first sets the keys above the members themselves
                if measured:
                    self.figures.add(f"commit_{name}_ms", committer, taken)
                for one in members:
                    if one is not committer:
                        taken = one.receive(message)
                        if measured:
                            self.figures.add(f"process_{name}_ms", one, taken)

    def add_one(self, size: int, *members):
        for offer, committer in zip(self.strangers(2 * len(members)), members * 2, strict=True):
            message, _, taken = committer.commit([offer])
            self.figures.add(f"add_one_{size}_ms", committer, taken)
            for one in members:
                if one is not committer:
                    self.figures.add(f"process_add_one_{size}_ms", one, one.receive(message))

    def talk(self, size: int, *members):
        for number in range(MESSAGES):
            sender, receiver = members[number % 2], members[1 - number % 2]
            message, taken = sender.seal(bytes(200))
            self.figures.add(f"seal_{size}_us", sender, 1000 * taken)
            self.figures.add(f"open_{size}_us", receiver, 1000 * receiver.receive(message))

    def memory(self, size: int):
        """What a process grows by when it joins."""
        founder, swift = self.swift(b"founder"), self.swift(b"guest by Swift")
        founder.peer.create(b"group")
        answers, asks = multiprocessing.Pipe()
        rust = multiprocessing.get_context("spawn").Process(target=grow_by_joining, args=(asks,))
        rust.start()
        offers = [swift.peer.key_package(), answers.recv(), *self.strangers(size - 3)]
        _, welcome, _ = founder.commit(offers)
        before = swift.resident()
        swift.join(welcome)
        self.figures.add(f"memory_{size}_mb", swift, (swift.resident() - before) / 1e6)
        answers.send(welcome)
        self.figures.add(f"memory_{size}_mb", rust, answers.recv() / 1e6)
        rust.join()

    def native_goals(self) -> dict[str, list[float]]:
        """The figures that have a goal of their own, the worse of two where there are two."""
        ours = self.figures.ours
        process = max(ours["process_blank_1000_ms"], ours["process_settled_1000_ms"], key=statistics.median)
        join = max(ours["join_1000_ms"], ours["join_settled_1000_ms"], key=statistics.median)
        return dict(zip(GOALS, (process, join, ours["memory_1000_mb"]), strict=True))


def browser_goals(found: dict) -> dict[str, list[float]]:
    return dict(zip(GOALS, ([found["commit_ms"]], [found["join_ms"]], [found["memory_bytes"] / 1e6]), strict=True))


def show_goals(place: str, values: dict[str, list[float]]) -> bool:
    """Whether all are reached."""
    for name, limit in GOALS.items():
        show("mls", name, values[name], unit_of(name), place if AS_JSON else f"the limit, {place}", limit)
    return all(statistics.median(values[name]) <= limit for name, limit in GOALS.items())


def grow_by_joining(pipe):
    member = Rust(b"guest by Rust")
    pipe.send(member.key_package)
    welcome = pipe.recv()
    before = resident(os.getpid())
    member.join(welcome)
    pipe.send(resident(os.getpid()) - before)


def main() -> int:
    with ExitStack() as processes:
        bench = Bench(processes)
        bench.mass_add(1000)
        bench.settled(1000)
        bench.settled(100)
        bench.memory(1000)
        fine = bench.figures.show() & show_goals("native", bench.native_goals())
    if mls_browsers.SCRIPT.exists():
        for place, found in mls_browsers.everywhere().items():
            fine &= show_goals(place, browser_goals(found))
    else:
        print(f"skipped: WebAssembly, because {mls_browsers.SCRIPT.name} is not here", file=sys.stderr)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
