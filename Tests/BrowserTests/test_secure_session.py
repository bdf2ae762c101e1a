"""The secure session in real browsers, over a real connection, without node and page: sealed frames decode only at the
other end. Self-contained: it serves the client's files itself, under the policy they are shipped with."""

import contextlib
import functools
import http.server
import subprocess
import threading
import time
from pathlib import Path

import pytest
from harness.node import Node

pytest.importorskip("playwright")

ROOT = Path(__file__).resolve().parents[2]
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; connect-src 'self'; worker-src 'self'; font-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
PATIENCE = 20  # seconds: how long media may take on a slow machine before a test calls it broken
BROWSERS = ["chromium", "firefox"]
SECRET, OTHER_SECRET = "1AAAAAAAAAAAAAAAAAAAAAA", "1AAAAAAAAAAAAAAAAAAAAAQ"


class Files(http.server.SimpleHTTPRequestHandler):
    """The client's files, the harness, and the module that was built for this run."""

    def __init__(self, *arguments, folders: dict[str, Path], **options):
        self.folders = folders
        super().__init__(*arguments, **options)

    def translate_path(self, path: str) -> str:
        path = path.split("?")[0]
        prefix = next(prefix for prefix in self.folders if path.startswith(prefix))
        return str(self.folders[prefix] / path.removeprefix(prefix))

    def end_headers(self):
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        super().end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    built = tmp_path_factory.mktemp("wasm")
    subprocess.run([ROOT / "tools/build-wasm", built], check=True)
    folders = {
        "/worker/client.wasm": built / "client.wasm",
        "/harness/": Path(__file__).parent / "harness",
        "/": ROOT / "Web",
    }
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Files, folders=folders))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/harness/index.html"
    server.shutdown()


class End:
    """One browser's end of the call."""

    def __init__(self, page, address: str):
        self.page, self.errors, self.join = page, [], ""
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)
        page.goto(address)
        page.wait_for_function("globalThis.peer")

    def call(self, method: str, *values):
        return self.page.evaluate("([method, values]) => peer[method](...values)", [method, values])

    def ask(self, method: str, *values):
        return self.page.evaluate("([method, values]) => peer.session[method](...values)", [method, values])

    def open(self, secret: str) -> dict:
        opened = self.call("open", secret)
        self.join = opened.get("join", "")
        return opened

    def fetch(self) -> list[dict]:
        return self.call("fetch")

    def until(self, what: str, condition, patience: float = PATIENCE):
        """Waits until `condition()` holds and returns its value."""
        end = time.monotonic() + patience
        while not (value := condition()):
            assert time.monotonic() < end, f"no {what} within {patience} s; {self.call('counters')} {self.errors}"
            self.page.wait_for_timeout(100)
        return value

    def events(self, kind: str) -> list[dict]:
        return [event for event in self.page.evaluate("peer.events") if event["type"] == kind]


@pytest.fixture
def end(browsers, address):
    with contextlib.ExitStack() as pages:

        def open_end(kind: str) -> End:
            context = browsers._browser(kind).new_context()
            pages.callback(context.close)
            return End(context.new_page(), address)

        yield open_end


def connect(sender: End, receiver: End):
    sender.call("accept", receiver.call("answer", sender.call("offer")))


def meet(*ends: End, secret: str = SECRET) -> Node:
    """Opens the sessions and makes a group of them."""
    node = Node()
    for one in ends:
        one.open(secret)
        node.enter(one)
        assert one.events("joined")
    return node


@pytest.mark.parametrize("receiving", BROWSERS)
@pytest.mark.parametrize("sending", BROWSERS)
def test_what_one_end_seals_the_other_decodes(end, sending, receiving):
    ana, ben = end(sending), end(receiving)
    meet(ana, ben)
    connect(ana, ben)
    first = ben.until("picture and sound", lambda: (r := ben.call("received"))["pictures"] > 5 and r["energy"] > 0 and r)
    ben.until("movement", lambda: ben.call("received")["pictures"] > first["pictures"] + 20)

    sealed, opened = ana.call("counters"), ben.call("counters")
    for name in ("mic", "camera"):
        assert sealed[name]["out"] > 10 and not any(sealed[name]["dropped"].values()), sealed
    for name in ("slot0/audio", "slot0/video"):
        assert opened[name]["out"] > 10 and opened[name]["lastJoin"] == ana.join, opened
        # Chromium probes its bandwidth by sending frames again; the second copy is a replay and nothing else.
        assert not any(n for reason, n in opened[name]["dropped"].items() if reason != "replay"), opened
    assert {"type": "source", "name": "slot0/video", "join": ana.join} in ben.events("source")
    assert not ben.events("alarm") and not ana.errors and not ben.errors


@pytest.mark.parametrize("kind", BROWSERS)
def test_with_another_link_nobody_is_let_in_and_nothing_decodes(end, kind):
    ana, eve = end(kind), end(kind)
    node = meet(ana)
    eve.open(OTHER_SECRET)
    node.enter(eve)
    assert not eve.events("joined")
    connect(ana, eve)
    eve.until("alarm", lambda: [event for event in eve.events("alarm") if event.get("name") == "slot0/video"])
    counters = eve.call("counters")
    assert counters["slot0/video"]["dropped"]["noKey"] > 20 and counters["slot0/video"]["out"] == 0
    assert counters["slot0/audio"]["out"] == 0
    received = eve.call("received")
    assert received["packets"] > 20 and received["pictures"] == 0 and received["energy"] < 1e-6


@pytest.mark.parametrize("kind", BROWSERS)
def test_before_it_is_in_the_group_an_end_sends_nothing(end, kind):
    ana, ben = end(kind), end(kind)
    node = meet(ben)
    ana.open(SECRET)
    connect(ana, ben)
    ana.until("dropped frames", lambda: all(c["dropped"]["noKey"] > 10 for c in ana.call("counters").values()))
    assert all(counters["out"] == 0 for counters in ana.call("counters").values())
    assert ben.call("received")["pictures"] == 0
    node.enter(ana)
    ben.until("picture after joining", lambda: ben.call("received")["pictures"] > 5)


@pytest.mark.parametrize("kind", BROWSERS)
def test_after_a_newcomer_frames_go_on_under_new_keys(end, kind):
    ana, ben, carla = end(kind), end(kind), end(kind)
    node = meet(ana, ben)
    connect(ana, ben)
    ben.until("picture", lambda: ben.call("received")["pictures"] > 5)
    carla.open(SECRET)
    node.enter(carla)
    before = ben.call("counters")["slot0/video"]
    ben.until("more of it", lambda: ben.call("counters")["slot0/video"]["out"] > before["out"] + 60)
    dropped = ben.call("counters")["slot0/video"]["dropped"]
    assert not any(count for reason, count in dropped.items() if reason != "replay"), dropped


@pytest.mark.parametrize("kind", BROWSERS)
def test_who_has_left_the_group_decodes_nothing_more(end, kind):
    ana, ben = end(kind), end(kind)
    meet(ana, ben)
    connect(ana, ben)
    ben.until("picture", lambda: ben.call("received")["pictures"] > 5)
    ben.ask("newJoin")
    before = ben.call("counters")["slot0/video"]
    ben.until("dropped frames", lambda: ben.call("counters")["slot0/video"]["dropped"]["noKey"] > 10)
    assert ben.call("counters")["slot0/video"]["out"] <= before["out"] + 1


@pytest.mark.parametrize("kind", BROWSERS)
def test_when_the_worker_is_gone_nothing_more_is_sent(end, kind):
    ana, ben = end(kind), end(kind)
    meet(ana, ben)
    connect(ana, ben)
    ben.until("picture", lambda: ben.call("received")["pictures"] > 5)
    ana.page.evaluate("peer.session.close()")
    ben.page.wait_for_timeout(2_000)
    before = ben.call("counters")
    ben.page.wait_for_timeout(3_000)
    after = ben.call("counters")
    for name in ("slot0/audio", "slot0/video"):
        assert after[name]["in"] - before[name]["in"] <= 2, (before, after)
        assert after[name]["dropped"]["malformed"] == 0 == after[name]["dropped"]["noKey"]


@pytest.mark.parametrize("kind", BROWSERS)
def test_what_is_said_arrives_once_and_its_size_tells_little(end, kind):
    ana, ben = end(kind), end(kind)
    node = meet(ana, ben)
    text = {"text": "«Ñandú» 🦤 " + "x" * 300}
    ana.call("say", text)
    [message] = [one for one in ana.fetch() if one["type"] == "message"]
    for _ in range(2):
        node.take(ana, message)
    changed = {**message, "box": message["box"][:-4] + "AAAA"}
    node.take(ana, changed)
    ben.fetch()
    assert [event["message"] for event in ben.events("said")] == [text]
    assert [event["from"] for event in ben.events("said")] == [ana.join]
    sizes = set()
    for length in (1, 100, 200):
        ana.call("say", {"text": "a" * length})
        sizes.update(len(one["box"]) for one in ana.fetch())
    assert len(sizes) == 1


@pytest.mark.parametrize("kind", BROWSERS)
def test_a_device_that_was_met_before_is_known_again(end, kind):
    ana, ben = end(kind), end(kind)
    node = meet(ana, ben)
    ana.ask("setProfile", {"name": "Ana", "hand": False})
    ana.until("profile", lambda: [one for one in ana.fetch() if node.take(ana, one) is None])
    assert ben.until("name", lambda: ben.events("profile"))[0]["trust"] == "new"
    ben.ask("close")
    ana.ask("close")
    node = meet(ana, ben)
    ana.ask("setProfile", {"name": "Ana", "hand": False})
    ana.until("profile", lambda: [one for one in ana.fetch() if node.take(ana, one) is None])
    assert ben.until("name again", lambda: ben.events("profile")[1:])[0]["trust"] == "seen"


@pytest.mark.parametrize("kind", BROWSERS)
def test_media_that_flows_past_a_transform_raises_an_alarm(end, kind):
    ana, ben = end(kind), end(kind)
    meet(ana, ben)
    connect(ana, ben)
    ana.until("sealed frames", lambda: ana.call("counters").get("mic", {}).get("out", 0) > 10)
    ana.ask("checkTransforms", {"mic": 5_000, "camera": 5_000})
    assert ana.events("alarm") == []
    ana.page.evaluate("peer.session.attachSender(new RTCPeerConnection().addTransceiver('video').sender, 'screen')")
    ana.ask("checkTransforms", {"screen": 3})
    assert ana.events("alarm") == []
    for _ in range(2):
        ana.ask("checkTransforms", {"screen": 500})
    assert ana.events("alarm") == [{"type": "alarm", "code": "transform_idle", "name": "screen"}]


@pytest.mark.parametrize("kind", BROWSERS)
def test_bad_links_are_refused_and_a_join_id_serves_once(end, kind):
    ana = end(kind)
    for link in ("", "1", "2" + SECRET[1:], SECRET[:-1], SECRET + "A", SECRET[:-1] + "B", "1" + "*" * 22, "1" * 4_000):
        assert ana.open(link) == {"error": "bad_link"}, link
    assert len(ana.open(SECRET + "." + "A" * 13 + "Q")["gate"]) == 43
    assert ana.ask("newJoin") != ana.join
