"""The bad network itself: the model under a clock of the test's, then real packets with wide bounds."""

import array
import contextlib
import socket
import statistics
import time
import wave

import netpath
import pytest
from netpath import FAR, Direction, Link, NetPath
from voice import write_voice

NO_PATH = netpath.why_not()
needs_path = pytest.mark.skipif(NO_PATH is not None, reason=f"no bad network here: {NO_PATH}")
PORT = 7700


def pass_through(link: Link, packets: int, interval: float, size: int = 1250, seed: int = 7) -> tuple[list, Direction]:
    """Sends packets one after the other; gives (number, delay in ms) of each that comes out, in the order of coming."""
    direction = Direction(seed)
    direction.change(link, 0.0)
    out, now = [], 0.0

    def drain(until: float):
        while direction.next_event() <= until:
            at = direction.next_event()
            for packet in direction.due(at):
                number = int.from_bytes(packet[:4], "big")
                out.append((number, (at - number * interval) * 1000))

    for number in range(packets):
        now = number * interval
        drain(now)
        direction.arrives(number.to_bytes(4, "big") + bytes(size - 4), now)
    drain(now + 10)
    return out, direction


def test_without_limits_packets_come_out_at_once_and_in_order():
    out, _ = pass_through(Link(), 100, 0.001)
    assert [number for number, _ in out] == list(range(100))
    assert max(delay for _, delay in out) < 0.001


def test_a_rate_spaces_packets_and_a_full_queue_drops_what_comes():
    # 2 Mbit/s into 1 Mbit/s: half passes, and nobody waits longer than the queue is.
    out, direction = pass_through(Link(rate=1e6, queue=200), 2000, 0.005)
    assert 1000 <= len(out) <= 1030
    assert 195 < max(delay for _, delay in out) < 225
    assert direction.counters["dropped"] == 2000 - len(out)
    assert direction.counters["delivered"] == len(out)


def test_delay_is_added_and_jitter_lies_around_it():
    out, _ = pass_through(Link(delay=50), 50, 0.01)
    assert all(abs(delay - 50) < 0.01 for _, delay in out)
    out, _ = pass_through(Link(delay=50, jitter=30), 500, 0.1)
    delays = [delay for _, delay in out]
    assert 19.9 < min(delays) < 25 and 75 < max(delays) < 80.1
    assert 45 < statistics.mean(delays) < 55


@pytest.mark.parametrize("reorder", [False, True])
def test_jitter_reorders_only_when_it_may(reorder):
    out, _ = pass_through(Link(delay=50, jitter=30, reorder=reorder), 500, 0.005)
    numbers = [number for number, _ in out]
    assert sorted(numbers) == list(range(500))
    assert (numbers != sorted(numbers)) == reorder


@pytest.mark.parametrize(("burst", "runs"), [(1, (1.0, 1.2)), (4, (3.3, 4.7))])
def test_loss_is_the_share_asked_for_in_runs_as_long_as_asked_for(burst, runs):
    out, direction = pass_through(Link(loss=0.05, burst=burst), 40_000, 0.001)
    assert 0.04 < direction.counters["lost"] / 40_000 < 0.06
    arrived = [number for number, _ in out]
    gaps = [after - before - 1 for before, after in zip(arrived, arrived[1:]) if after - before > 1]
    assert runs[0] <= statistics.mean(gaps) <= runs[1]


def test_the_same_seed_loses_the_same_packets():
    lossy = Link(loss=0.1)
    first, second, other = (pass_through(lossy, 500, 0.001, seed=seed)[0] for seed in (1, 1, 2))
    assert first == second != other


def test_a_rate_that_changes_holds_for_what_waits_already():
    direction = Direction(1)
    direction.change(Link(rate=1e5), 0.0)
    for _ in range(2):
        direction.arrives(bytes(1250), 0.0)
    assert direction.next_event() == pytest.approx(0.1)
    direction.change(Link(rate=1e6), 0.05)
    assert direction.next_event() == pytest.approx(0.055)
    assert len(direction.due(0.0651)) == 2


def test_the_voice_is_the_same_each_time_speaks_in_pauses_and_is_not_cut_off_at_its_loudest(tmp_path):
    first, again = (write_voice(tmp_path / name, seconds=2).read_bytes() for name in ("first.wav", "again.wav"))
    assert first == again
    with wave.open(str(tmp_path / "first.wav")) as file:
        samples = array.array("h", file.readframes(file.getnframes()))
    silent = sum(sample == 0 for sample in samples) / len(samples)
    assert 0.05 < silent < 0.5
    assert sum(abs(sample) >= 32_000 for sample in samples) < len(samples) / 1_000


@needs_path
def test_real_packets_are_limited_delayed_and_lost():
    with contextlib.closing(NetPath()) as path, path.far_thread() as far:
        receiver = far.submit(socket.socket, socket.AF_INET, socket.SOCK_DGRAM).result()
        with receiver, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            receiver.bind((FAR, PORT))
            receiver.settimeout(1)
            path.change(down=Link(delay=100))
            [delay] = flood(sender, receiver, 1, 0)[0]
            assert 0.095 < delay < 0.6
            # 100 packets of 1,250 bytes at 1 Mbit/s take a second.
            path.change(down=Link(rate=1e6, queue=5000))
            delays, seconds = flood(sender, receiver, 100, 1222)
            assert len(delays) == 100 and 0.9 < seconds < 2
            path.change(down=Link(loss=0.3))
            assert 90 < len(flood(sender, receiver, 200, 100)[0]) < 190
            counted = path.counters()["down"]
            assert counted["packets"] >= 301 and counted["lost"] > 10


def flood(sender, receiver, packets: int, size: int) -> tuple[list[float], float]:
    """The one-way delays of what arrives, and the time from the first to the last arrival, in seconds."""
    begin = time.monotonic()
    for _ in range(packets):
        sender.sendto(bytes(size), (FAR, PORT))
    arrivals = []
    with contextlib.suppress(TimeoutError):
        for _ in range(packets):
            receiver.recv(2048)
            arrivals.append(time.monotonic())
    return [arrival - begin for arrival in arrivals], arrivals[-1] - arrivals[0]
