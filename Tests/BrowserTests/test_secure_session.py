"""The secure session in real browsers, over a real connection, without node and page: sealed frames decode only at the
other end. Self-contained: it serves the client's files itself, under the policy they are shipped with."""

import contextlib
import functools
import http.server
import secrets
import subprocess
import threading
import time
from pathlib import Path

import pytest

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
        self.page, self.errors = page, []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)
        page.goto(address)
        page.wait_for_function("globalThis.peer")

    def call(self, method: str, *values):
        return self.page.evaluate("([method, values]) => peer[method](...values)", [method, values])

    def ask(self, method: str, *values):
        return self.page.evaluate("([method, values]) => peer.session[method](...values)", [method, values])

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


def meet(first: End, second: End, *secrets_: str):
    """Opens both sessions and introduces them as participants 1 and 2."""
    joins = [one.call("open", secret)["join"] for one, secret in zip((first, second), secrets_, strict=True)]
    first.call("meet", 1, [{"index": 2, "join": joins[1]}])
    second.call("meet", 2, [{"index": 1, "join": joins[0]}])


@pytest.mark.parametrize("receiving", BROWSERS)
@pytest.mark.parametrize("sending", BROWSERS)
def test_what_one_end_seals_the_other_decodes(end, sending, receiving):
    ana, ben = end(sending), end(receiving)
    meet(ana, ben, SECRET, SECRET)
    connect(ana, ben)
    first = ben.until("picture and sound", lambda: (r := ben.call("received"))["pictures"] > 5 and r["energy"] > 0 and r)
    ben.until("movement", lambda: ben.call("received")["pictures"] > first["pictures"] + 20)

    sealed, opened = ana.call("counters"), ben.call("counters")
    for name in ("mic", "camera"):
        assert sealed[name]["out"] > 10 and not any(sealed[name]["dropped"].values()), sealed
    for name in ("slot0/audio", "slot0/video"):
        assert opened[name]["out"] > 10 and opened[name]["lastIndex"] == 1, opened
        # Chromium probes its bandwidth by sending frames again; the second copy is a replay and nothing else.
        assert not any(n for reason, n in opened[name]["dropped"].items() if reason != "replay"), opened
    assert {"type": "source", "name": "slot0/video", "index": 1} in ben.events("source")
    assert not ben.events("alarm") and not ana.errors and not ben.errors


@pytest.mark.parametrize("kind", BROWSERS)
def test_with_another_link_nothing_decodes_and_an_alarm_says_so(end, kind):
    ana, eve = end(kind), end(kind)
    meet(ana, eve, SECRET, OTHER_SECRET)
    connect(ana, eve)
    eve.until("alarm", lambda: eve.events("alarm"))
    counters = eve.call("counters")
    assert counters["slot0/video"]["dropped"]["badTag"] > 20 and counters["slot0/video"]["out"] == 0
    assert counters["slot0/audio"]["out"] == 0
    assert {"type": "alarm", "code": "cannot_decrypt", "name": "slot0/video"} in eve.until(
        "alarm for the video", lambda: [e for e in eve.events("alarm") if e["name"] == "slot0/video"]
    )
    received = eve.call("received")
    assert received["packets"] > 20 and received["pictures"] == 0 and received["energy"] < 1e-6


@pytest.mark.parametrize("kind", BROWSERS)
def test_before_it_has_an_index_an_end_sends_nothing(end, kind):
    ana, ben = end(kind), end(kind)
    joins = [one.call("open", SECRET)["join"] for one in (ana, ben)]
    ben.call("meet", 2, [{"index": 1, "join": joins[0]}])
    connect(ana, ben)
    ana.until("dropped frames", lambda: all(c["dropped"]["noKey"] > 10 for c in ana.call("counters").values()))
    assert all(counters["out"] == 0 for counters in ana.call("counters").values())
    assert ben.call("received")["pictures"] == 0
    ana.call("meet", 1, [{"index": 2, "join": joins[1]}])
    ben.until("picture after joining", lambda: ben.call("received")["pictures"] > 5)


@pytest.mark.parametrize("kind", BROWSERS)
def test_a_participant_who_leaves_the_roster_is_no_longer_decoded(end, kind):
    ana, ben = end(kind), end(kind)
    meet(ana, ben, SECRET, SECRET)
    connect(ana, ben)
    ben.until("picture", lambda: ben.call("received")["pictures"] > 5)
    ben.ask("setRoster", [])
    before = ben.call("counters")["slot0/video"]
    ben.until("dropped frames", lambda: ben.call("counters")["slot0/video"]["dropped"]["noKey"] > 10)
    assert ben.call("counters")["slot0/video"]["out"] <= before["out"] + 1
    ben.ask("setRoster", [{"index": 1, "join": ana.page.evaluate("peer.session.join")}])
    ben.until("picture after the return", lambda: ben.call("counters")["slot0/video"]["out"] > before["out"] + 10)


@pytest.mark.parametrize("kind", BROWSERS)
def test_when_the_worker_is_gone_nothing_more_is_sent(end, kind):
    ana, ben = end(kind), end(kind)
    meet(ana, ben, SECRET, SECRET)
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
def test_messages_open_once_and_only_from_whom_they_are(end, kind):
    ana, ben = end(kind), end(kind)
    meet(ana, ben, SECRET, SECRET)
    text = {"text": "«Ñandú» 🦤 " + "x" * 300}
    box = ana.ask("sealMessage", text)
    assert ben.call("failure", "openMessage", 2, box) == "cannot_decrypt"
    assert ben.call("failure", "openProfile", 1, box) == "cannot_decrypt"
    assert ben.call("failure", "openMessage", 1, box[:-4] + "AAAA") == "cannot_decrypt"
    assert ben.ask("openMessage", 1, box) == text
    assert ben.call("failure", "openMessage", 1, box) == "cannot_decrypt"
    profile = ana.ask("sealProfile", {"name": "Ana"})
    assert ben.ask("openProfile", 1, profile) == ben.ask("openProfile", 1, profile) == {"name": "Ana"}
    assert len(ana.ask("sealMessage", {"text": "a"})) == len(ana.ask("sealMessage", {"text": "a" * 200}))
    assert ana.call("failure", "sealMessage", {"text": "x" * 20_000}) == "too_large"


@pytest.mark.parametrize("kind", BROWSERS)
def test_media_that_flows_past_a_transform_raises_an_alarm(end, kind):
    ana, ben = end(kind), end(kind)
    meet(ana, ben, SECRET, SECRET)
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
def test_bad_links_and_impossible_rosters_are_refused(end, kind):
    ana = end(kind)
    for link in ("", "1", "2" + SECRET[1:], SECRET[:-1], SECRET + "A", SECRET[:-1] + "B", "1" + "*" * 22, "1" * 4_000):
        assert ana.call("open", link) == {"error": "bad_link"}, link
    assert len(ana.call("open", SECRET + "." + "A" * 13 + "Q")["gate"]) == 43
    join = secrets.token_urlsafe(16)
    ana.call("meet", 7, [])
    assert ana.call("failure", "setRoster", [{"index": 7, "join": join}]) == "impersonation"
    assert ana.call("failure", "setRoster", [{"index": 1, "join": join}, {"index": 1, "join": join}]) == "duplicate_index"
    assert ana.call("failure", "setRoster", [{"index": 1024, "join": join}]) == "index_out_of_range"
    assert {event["code"] for event in ana.events("alarm")} == {"roster_refused"}
    before = ana.page.evaluate("peer.session.join")
    assert ana.ask("newJoin") != before
