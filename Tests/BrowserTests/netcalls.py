"""Calls over a bad network: people, a camera and a voice worth their bits, the script of the network, and what browsers
counted."""

import concurrent.futures
import dataclasses
import random
import time
from pathlib import Path

from netpath import NEAR, Link, NetPath
from node import Node
from people import Browsers
from voice import write_voice

# Keeps what the browser itself counts, four times a second, in the page; Date.now() is the clock of the machine.
WATCH = """
  () => {
    globalThis.watched = [];
    const look = async () => {
      const at = Date.now() / 1000, rows = [];
      for (const connection of globalThis.connectionsOfThisPage) {
        const report = await connection.getStats();
        for (const one of report.values()) {
          if (!/^(in|out)bound-rtp$|^candidate-pair$/.test(one.type)) continue;
          if (!(one.packetsSent || one.packetsReceived)) continue;
          const plain = Object.entries(one).filter(([, value]) => typeof value !== 'object');
          rows.push({ ...Object.fromEntries(plain), codec: report.get(one.codecId)?.mimeType?.split('/')[1] });
        }
      }
      globalThis.watched.push({ at, rows });
    };
    setInterval(look, 250);
  }
"""
# A picture of the sender's full size is there: the estimate has risen to what the good network carries.
FULL_PICTURE = """
  () => globalThis.watched.at(-1)?.rows.some((row) => row.type === 'inbound-rtp' && row.frameHeight >= 480)
"""
# Any is: of layers that cost more than a machine can make, a browser leaves out some.
ANY_PICTURE = FULL_PICTURE.replace("480", "1")
GOOD = Link(rate=4e6, delay=20)
POOR = dataclasses.replace(GOOD, rate=1e6)
LOSSY = dataclasses.replace(GOOD, loss=0.05)
FAR_AWAY = dataclasses.replace(GOOD, delay=200)
UNSTEADY = dataclasses.replace(GOOD, delay=50, jitter=30)


@dataclasses.dataclass(frozen=True)
class Part:
    """A stretch of the script: how the direction under test is for so many seconds. `drop`: it just got worse."""

    name: str
    link: Link
    seconds: float
    drop: bool = False


class Side:
    """People on one side of the bad network: a thread with browsers of its own; they are handled by `run` only."""

    def __init__(self, thread: concurrent.futures.ThreadPoolExecutor, camera: Path, voice: Path):
        self._thread = thread
        self._browsers = self.run(Browsers, camera, voice)

    def run(self, function, *arguments):
        return self._thread.submit(function, *arguments).result(timeout=180)

    def person(self, kind: str, name: str, processors: int):
        return self.run(lambda: self._browsers.person(kind, name, processors=processors))

    def close(self) -> None:
        self.run(self._browsers.close)
        self._thread.shutdown()


class Sides:
    """A bad network with people on both sides; the server belongs on the near one."""

    def __init__(self, folder: Path, seed: int = 1):
        self.path = NetPath(seed)
        camera = write_camera(folder / "camera.y4m")
        voice = write_voice(folder / "voice.wav")
        self.near = Side(concurrent.futures.ThreadPoolExecutor(1), camera, voice)
        self.far = Side(self.path.far_thread(), camera, voice)

    def close(self) -> None:
        self.far.close()
        self.near.close()
        self.path.close()


class Tertulia:
    """A node on the near side, with a fresh room for each call."""

    def __init__(self):
        self._node = Node(address=NEAR)
        self._link = ""

    def open_room(self) -> None:
        self._link = self._node.fresh_link()

    def enter(self, person, with_picture: bool) -> None:
        person.join(self._link)
        if not with_picture:
            person.press("toggle-camera")

    def close(self) -> None:
        self._node.close()


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What the one who watches counted, and when each part of the script began and ended."""

    watched: "Watched"
    parts: list[tuple[Part, float, float]]

    @property
    def drops(self) -> list[float]:
        return [begin for part, begin, _ in self.parts if part.drop]

    def longest_freeze(self) -> float:
        return self.watched.longest_after_drops(self.drops)

    def of(self, number: int) -> "Watched":
        _, begin, end = self.parts[number]
        return self.watched.between(begin, end)

    def account(self) -> str:
        """A line for each part, and one for all."""
        lines = []
        for part, begin, end in self.parts:
            lines.append(f"{part.name:14} {self._line(self.watched.between(begin, end))}")
        return "\n".join([*lines, f"{'in all':14} {self._line(self.watched)}"])

    def _line(self, watched: "Watched") -> str:
        return (
            f"frozen {watched.frozen_share():6.2%}, at most {watched.longest_after_drops(self.drops):4.2f} s; "
            f"concealed {watched.concealed_share():6.2%}; {watched.frame_rate():4.1f} pictures/s, "
            f"{watched.rate() / 1000:5.0f} kbit/s, rows {watched.heights()}"
        )


def hold(
    sides: Sides,
    server,
    sender: str,
    viewer: str,
    uplink: bool,
    script: list[Part],
    processors: int = 2,
    awaited: str = FULL_PICTURE,
) -> Outcome:
    """Two people, of whom one is seen by the other; the script is played on the way from the far side (`uplink`: the
    sender is there) or to it. `processors` is what the browsers are told to have; the script
    begins when `awaited` holds in the page of who watches."""
    there, here = (sides.far, sides.near) if uplink else (sides.near, sides.far)
    sides.path.change(up=GOOD, down=GOOD)
    server.open_room()
    ana, berta = there.person(sender, "Ana", processors), here.person(viewer, "Berta", processors)
    try:
        there.run(server.enter, ana, True)
        here.run(server.enter, berta, False)
        here.run(berta.page.evaluate, WATCH)
        here.run(berta.page.wait_for_function, awaited)
        time.sleep(2)
        began = play(sides.path, script, "up" if uplink else "down")
        samples = here.run(berta.page.evaluate, "watched")
    finally:
        here.run(berta.close)
        there.run(ana.close)
    times = [begin for _, begin in began] + [time.time()]
    parts = [(part, begin, end) for (part, begin), end in zip(began, times[1:])]
    return Outcome(Watched(samples).between(times[0], times[-1]), parts)


def write_camera(path: Path, width=960, height=540, rate=15, seconds=4, square=16, fresh=3) -> Path:
    """Squares of random grey that move sideways, `fresh` rows of them new in each picture: a browser's own fake camera is
    too plain to need the bits that it may have."""
    chance = random.Random(4)

    def row() -> bytes:
        return b"".join(bytes([40 + grey % 160]) * square for grey in chance.randbytes((width + 480) // square + 1))

    rows = [row() for _ in range(height // square + 1)]
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} F{rate}:1 Ip C420jpeg\n".encode())
        for number in range(rate * seconds):
            for index in chance.sample(range(len(rows)), fresh):
                rows[index] = row()
            left = abs(number * 4 % 480 - 240)
            file.write(b"FRAME\n" + b"".join(rows[y // square][left : left + width] for y in range(height)))
            file.write(b"\x80" * (width * height // 2))
    return path


def play(path: NetPath, script: list[Part], direction: str) -> list[tuple[Part, float]]:
    """Lets the network go through the script; returns when each part began, by the machine's clock."""
    began = []
    for part in script:
        path.change(**{direction: part.link})
        began.append((part, time.time()))
        time.sleep(part.seconds)
    return began


@dataclasses.dataclass(frozen=True)
class Freeze:
    """A picture that stood still, by the browser's own count."""

    end: float
    seconds: float


class Watched:
    """What one browser counted about what it received, from samples of WATCH."""

    def __init__(self, samples: list[dict]):
        self.samples = samples

    def freezes(self) -> list[Freeze]:
        """Those between two samples are one. What still stands at the end counts as well."""
        found = []
        for stream in self._streams("video"):
            for (_, before), (at, after) in zip(stream, stream[1:]):
                seconds = after["totalFreezesDuration"] - before["totalFreezesDuration"]
                if seconds > 0:
                    found.append(Freeze(at, seconds))
            end, last = stream[-1]
            alive = [at for at, row in stream if row["framesDecoded"] < last["framesDecoded"]]
            if alive and end - alive[-1] > 1:
                found.append(Freeze(end, end - alive[-1]))
        return found

    def frozen_share(self) -> float:
        streams = self._streams("video")
        time_watched = sum(stream[-1][0] - stream[0][0] for stream in streams)
        return sum(freeze.seconds for freeze in self.freezes()) / time_watched if streams else 1.0

    def longest_after_drops(self, drops: list[float]) -> float:
        """The longest freeze; of one that began at a drop only what is beyond the drop's first second."""
        longest = 0.0
        for freeze in self.freezes():
            begin = freeze.end - freeze.seconds
            for drop in drops:
                if begin < drop + 1 < freeze.end:
                    begin = drop + 1
            if not any(drop <= begin and freeze.end <= drop + 1 for drop in drops):
                longest = max(longest, freeze.end - begin)
        return longest

    def concealed_share(self) -> float:
        total = concealed = 0
        for stream in self._streams("audio"):
            first, last = stream[0][1], stream[-1][1]
            total += last["totalSamplesReceived"] - first["totalSamplesReceived"]
            concealed += last["concealedSamples"] - first["concealedSamples"]
        return concealed / total if total else 1.0

    def rate(self) -> float:
        """Bits of pictures a second."""
        streams = self._streams("video")
        received = sum(stream[-1][1]["bytesReceived"] - stream[0][1]["bytesReceived"] for stream in streams)
        return received * 8 / max((stream[-1][0] - stream[0][0] for stream in streams), default=1)

    def frame_rate(self) -> float:
        streams = self._streams("video")
        rates = [
            (stream[-1][1]["framesDecoded"] - stream[0][1]["framesDecoded"]) / (stream[-1][0] - stream[0][0])
            for stream in streams
        ]
        return sum(rates) / len(rates) if rates else 0.0

    def heights(self) -> list[int]:
        """The heights that pictures had, one a second."""
        return [row.get("frameHeight", 0) for stream in self._streams("video") for _, row in stream[::4]]

    def codecs(self) -> set[str]:
        """Of the pictures."""
        return {row["codec"] for stream in self._streams("video") for _, row in stream if row.get("codec")}

    def between(self, begin: float, end: float) -> "Watched":
        return Watched([sample for sample in self.samples if begin <= sample["at"] <= end])

    def _streams(self, kind: str) -> list[list[tuple[float, dict]]]:
        streams: dict[str, list] = {}
        for sample in self.samples:
            for row in sample["rows"]:
                if row["type"] == "inbound-rtp" and row["kind"] == kind:
                    streams.setdefault(row["id"], []).append((sample["at"], row))
        return [stream for stream in streams.values() if len(stream) > 1]
