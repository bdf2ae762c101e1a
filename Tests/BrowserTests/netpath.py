"""A bad network between this namespace and another: two tun devices and a program that carries packets between them.

`NetPath` starts this file as a program of its own. That program keeps a new network namespace (the far side) and passes
IPv4 packets between a tun device here and one there, each direction by a `Link`: loss, a bottleneck with a drop-tail
queue, delay and jitter, in this order. docs/adr/0013 says why it is not `tc netem`.
"""

import concurrent.futures
import contextlib
import ctypes
import dataclasses
import fcntl
import heapq
import json
import os
import random
import select
import signal
import struct
import subprocess
import sys
import time
from collections import deque
from pathlib import Path

NEAR, FAR = "10.77.0.1", "10.77.0.2"
CLONE_NEWNET = 0x40000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
LIBC = ctypes.CDLL(None, use_errno=True)


@dataclasses.dataclass(frozen=True)
class Link:
    """One direction. `rate` in bits a second of IP packets (None: no bottleneck); `queue` in ms of waiting at that
    rate, beyond which arrivals are dropped; `delay` in ms, and `jitter` as the largest deviation from it, evenly spread;
    `reorder` lets jitter overtake; `loss` as a share, in runs of `burst` packets on average (Gilbert's model)."""

    rate: float | None = None
    queue: float = 300
    delay: float = 0
    jitter: float = 0
    reorder: bool = False
    loss: float = 0
    burst: float = 1


class Direction:
    """Pure: packets and times (seconds) go in, packets that are due come out."""

    def __init__(self, seed: int):
        self.link = Link()
        self._random = random.Random(seed)
        self._losing = False
        self._queue: deque[tuple[float, bytes]] = deque()
        self._queued = 0  # bytes, with the packet that is being sent
        self._done = 0.0  # when the packet at the head will have been sent
        self._flying: list[tuple[float, int, bytes]] = []
        self._last, self._number = 0.0, 0
        self.counters = dict.fromkeys(("packets", "bytes", "lost", "dropped", "delivered", "waited_ms"), 0)
        self._longest = 0.0

    def change(self, link: Link, now: float) -> None:
        self._serve(now)
        if self._queue:
            left = (self._done - now) * (self.link.rate or 1e12)
            self._done = now + max(left, 0) / (link.rate or 1e12)
        self.link = link

    def arrives(self, packet: bytes, now: float) -> None:
        self.counters["packets"] += 1
        if self._is_lost():
            self.counters["lost"] += 1
        elif self.link.rate is None and not self._queue:
            self._fly(packet, now)
        else:
            self._serve(now)
            if self.link.rate and self._queued * 8 / self.link.rate * 1000 > self.link.queue:
                self.counters["dropped"] += 1
                return
            if not self._queue:
                self._done = now + self._time_of(packet)
            self._queue.append((now, packet))
            self._queued += len(packet)

    def due(self, now: float) -> list[bytes]:
        if self._queue:
            self._serve(now)
        out = []
        while self._flying and self._flying[0][0] <= now:
            packet = heapq.heappop(self._flying)[2]
            self.counters["delivered"] += 1
            self.counters["bytes"] += len(packet)
            out.append(packet)
        return out

    def next_event(self) -> float:
        flying = self._flying[0][0] if self._flying else float("inf")
        return min(flying, self._done) if self._queue else flying

    def take_longest_wait(self) -> float:
        """The longest wait in the queue, in ms, since this was last asked."""
        longest, self._longest = self._longest, 0.0
        return longest

    def _time_of(self, packet: bytes) -> float:
        return len(packet) * 8 / self.link.rate if self.link.rate else 0.0

    def _serve(self, now: float) -> None:
        while self._queue and self._done <= now:
            came, packet = self._queue.popleft()
            self._queued -= len(packet)
            waited = (self._done - came) * 1000
            self.counters["waited_ms"] += waited
            self._longest = max(self._longest, waited)
            self._fly(packet, self._done)
            if self._queue:
                self._done += self._time_of(self._queue[0][1])

    def _fly(self, packet: bytes, now: float) -> None:
        link = self.link
        lands = now + (link.delay + (self._random.uniform(-1, 1) * link.jitter if link.jitter else 0)) / 1000
        if not link.reorder:
            self._last = lands = max(lands, self._last)
        self._number += 1
        heapq.heappush(self._flying, (max(lands, now), self._number, packet))

    def _is_lost(self) -> bool:
        link = self.link
        if not link.loss:
            return False
        leave = 1 / link.burst
        enter = link.loss * leave / (1 - link.loss) if link.burst > 1 else link.loss
        if link.burst > 1:
            self._losing = self._random.random() >= leave if self._losing else self._random.random() < enter
            return self._losing
        return self._random.random() < enter


class NetPath:
    """The far side of a bad network. `up` is the direction from there to here, `down` the one from here to there."""

    def __init__(self, seed: int = 1):
        self._program = subprocess.Popen(
            [sys.executable, __file__, str(seed)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        if self._program.stdout.readline().strip() != "ready":
            self._program.wait()
            raise OSError("no network namespace or no tun device for a bad network")
        self.up, self.down = Link(), Link()

    def change(self, up: Link | None = None, down: Link | None = None) -> None:
        self.up, self.down = up or self.up, down or self.down
        self._ask({"up": dataclasses.asdict(self.up), "down": dataclasses.asdict(self.down)})

    def counters(self) -> dict[str, dict]:
        """Of both directions since the start; `longest_wait_ms` since the last call."""
        return self._ask({})

    def far_thread(self) -> concurrent.futures.ThreadPoolExecutor:
        """One thread whose sockets and child processes are on the far side."""
        return concurrent.futures.ThreadPoolExecutor(1, initializer=self._enter)

    def cpu_seconds(self) -> float:
        user, system = Path(f"/proc/{self._program.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        self._program.stdin.close()
        self._program.wait(timeout=10)
        self._program.stdout.close()

    def _enter(self) -> None:
        with open(f"/proc/{self._program.pid}/ns/net") as namespace:
            if LIBC.setns(namespace.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")

    def _ask(self, question: dict) -> dict:
        print(json.dumps(question), file=self._program.stdin, flush=True)
        return json.loads(self._program.stdout.readline())


def why_not() -> str | None:
    """Why no bad network can be made on this machine, if so."""
    if os.geteuid():
        return "a network namespace needs root"
    try:
        NetPath().close()
    except OSError as error:
        return str(error)
    return None


def open_tun(address: str, peer: str) -> int:
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    made = fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", b"path%d", IFF_TUN | IFF_NO_PI))
    name = made[:16].rstrip(b"\0").decode()
    for command in (
        f"link set {name} addrgenmode none mtu 1500 txqueuelen 2000 up",
        f"addr add {address} peer {peer} dev {name}",
    ):
        subprocess.run(["ip", *command.split()], check=True)
    return device


def take(source: int, direction: Direction, now: float) -> None:
    with contextlib.suppress(BlockingIOError):
        for _ in range(256):
            direction.arrives(os.read(source, 2048), now)


def give(direction: Direction, target: int, now: float) -> None:
    for packet in direction.due(now):
        with contextlib.suppress(OSError):
            os.write(target, packet)


def answer(question: dict, up: Direction, down: Direction) -> None:
    for name, direction in (("up", up), ("down", down)):
        if name in question:
            direction.change(Link(**question[name]), time.monotonic())
    told = {
        name: one.counters | {"longest_wait_ms": one.take_longest_wait()} for name, one in (("up", up), ("down", down))
    }
    print(json.dumps(told), flush=True)


def run(seed: int) -> None:
    near = open_tun(NEAR, FAR)
    if LIBC.unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    far = open_tun(FAR, NEAR)
    with contextlib.suppress(OSError):
        # Others' work must not become delay of this network.
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    up, down = Direction(seed), Direction(seed + 1)
    print("ready", flush=True)
    carry(near, far, up, down)


def carry(near: int, far: int, up: Direction, down: Direction) -> None:
    orders = sys.stdin.fileno()
    poll = select.epoll()
    for file in (near, far, orders):
        poll.register(file, select.EPOLLIN)
    next_event = float("inf")
    while True:
        ready = poll.poll(min(max(next_event - time.monotonic(), 0), 1))
        now = time.monotonic()
        for file, _ in ready:
            if file == near:
                take(near, down, now)
            elif file == far:
                take(far, up, now)
            elif line := sys.stdin.readline():
                answer(json.loads(line), up, down)
            else:
                return
        give(down, far, now)
        give(up, near, now)
        next_event = min(up.next_event(), down.next_event())


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    run(int(sys.argv[1]))
