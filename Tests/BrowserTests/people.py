"""People in real browsers: what they do on the page, and what they see and hear."""

import contextlib
import os
import re
import subprocess
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--autoplay-policy=no-user-gesture-required",
]
FIREFOX_PREFERENCES = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "permissions.default.camera": 1,
    "permissions.default.microphone": 1,
    "media.peerconnection.ice.loopback": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "media.autoplay.default": 0,
}
# The page keeps its connections to itself; a test that measures what was decoded has to see them made.
SEE_CONNECTIONS = """
  globalThis.connectionsOfThisPage = [];
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...options) {
      super(...options);
      globalThis.connectionsOfThisPage.push(this);
    }
  };
"""
# The page asks more of a machine with many processors: every test is to see the same, wherever it runs.
PROCESSORS = "Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', {{ get: () => {} }});"
PATIENCE = 30_000  # ms: how long a person may have to wait for anything on a slow machine before a test calls it broken
expect.set_options(timeout=PATIENCE)
# What a page has to say for itself when a test fails: its alarm, and every stream that carried a packet.
ACCOUNT = """
  async () => {
    const figures = [
      'mid', 'rid', 'packetsSent', 'bytesSent', 'framesEncoded', 'keyFramesEncoded', 'packetsReceived', 'packetsLost',
      'bytesReceived', 'framesReceived', 'framesDecoded', 'keyFramesDecoded', 'frameWidth', 'pliCount', 'nackCount',
    ];
    const alarm = document.querySelector('[data-testid="alarm"]');
    const lines = [`alarm: ${alarm?.checkVisibility() ? alarm.innerText : 'none'}`];
    for (const connection of globalThis.connectionsOfThisPage) {
      lines.push(`connection: ${connection.connectionState}`);
      for (const one of (await connection.getStats()).values()) {
        if (!/^(in|out)bound-rtp$/.test(one.type) || !(one.packetsSent || one.packetsReceived)) continue;
        const told = figures.filter((figure) => one[figure] !== undefined).map((figure) => `${figure} ${one[figure]}`);
        lines.push(`${one.type} ${one.kind}: ${told.join(', ')}`);
      }
    }
    return lines;
  }
"""


def tag(test_id: str) -> str:
    return f'[data-testid="{test_id}"]'


class Browsers:
    """`camera` is a film (Y4M) that Chromium takes for its camera's picture, and `voice` a WAV file for its microphone's
    sound; Firefox keeps its own."""

    def __init__(self, camera: Path | None = None, voice: Path | None = None):
        self._devices = [f"--use-file-for-fake-video-capture={camera}"] if camera else []
        self._devices += [f"--use-file-for-fake-audio-capture={voice}"] if voice else []
        self._playwright = sync_playwright().start()
        self._launched = {}

    def _browser(self, kind: str):
        if kind not in self._launched:
            if kind == "chromium":
                self._launched[kind] = self._playwright.chromium.launch(
                    executable_path="/usr/bin/chromium", args=CHROMIUM_ARGUMENTS + self._devices
                )
            else:
                self._launched[kind] = self._playwright.firefox.launch(
                    channel="moz-firefox",
                    executable_path="/usr/bin/firefox-esr",
                    firefox_user_prefs=FIREFOX_PREFERENCES,
                )
        return self._launched[kind]

    def person(
        self, kind: str, name: str, language="en-GB", phone=False, scheme="light", processors=2
    ) -> "Person":
        context = self._browser(kind).new_context(
            ignore_https_errors=True,
            locale=language,
            viewport={"width": 390, "height": 844} if phone else {"width": 1280, "height": 800},
            color_scheme=scheme,
            # A picture or a contrast taken in the middle of a fade would say nothing.
            reduced_motion="reduce" if kind == "chromium" else None,
        )
        context.add_init_script(SEE_CONNECTIONS)
        context.add_init_script(PROCESSORS.format(processors))
        return Person(context.new_page(), kind, name)

    @contextlib.contextmanager
    def separate(self, kind: str):
        """A browser that no other test shares, so that its processes can be stopped."""
        launched = self._launched.pop(kind, None)
        before = child_processes()
        laptop = Laptop(self, kind)
        try:
            self._browser(kind)
            laptop.processes = child_processes() - before
            yield laptop
        finally:
            self._launched.pop(kind).close()
            if launched:
                self._launched[kind] = launched

    def close(self):
        for browser in self._launched.values():
            browser.close()
        self._playwright.stop()


class Laptop:
    def __init__(self, browsers: Browsers, kind: str):
        self._browsers, self._kind = browsers, kind
        self.processes: set[int] = set()

    def person(self, name: str, **options) -> "Person":
        return self._browsers.person(self._kind, name, **options)

    def send(self, number: int) -> None:
        for pid in self.processes | descendants(self.processes):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


def process_parents() -> dict[int, int]:
    table = subprocess.run(["ps", "-eo", "pid=,ppid="], check=True, capture_output=True, text=True).stdout
    return {int(pid): int(parent) for pid, parent in (line.split() for line in table.splitlines())}


def descendants(roots: set[int]) -> set[int]:
    parents, found = process_parents(), set(roots)
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found - roots


def child_processes() -> set[int]:
    """Everything that this process started, directly or not."""
    return descendants({os.getpid()})


class Person:
    def __init__(self, page: Page, kind: str, name: str):
        self.page, self.kind, self.name = page, kind, name
        self.console: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: self.console.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.console.append(f"pageerror: {error}"))

    def see(self, test_id: str, **filters):
        return self.page.locator(tag(test_id), **filters)

    def open(self, link: str) -> "Person":
        self.page.goto(link)
        return self

    def join(self, link: str) -> "Person":
        """Opens the link, gives a name and enters."""
        self.open(link)
        self.see("join-name").fill(self.name)
        self.see("join-button").click()
        expect(self.see("connection-state")).to_have_attribute("data-state", "connected")
        return self

    def press(self, test_id: str) -> None:
        """Presses a control of the toolbar; on a phone some of them are behind `more`."""
        if not self.see(test_id).is_visible():
            self.see("more").click()
        self.see(test_id).click()

    def tile_of(self, name: str):
        return self.page.locator(f'{tag("tile")}:not([data-self="true"])', has_text=name)

    def sees_moving_picture_of(self, name: str) -> dict:
        """Waits until the other's picture moves and is not black; returns what was measured."""
        tile = self.tile_of(name)
        expect(tile).to_be_visible()
        video = tile.locator("video")
        expect(video).to_have_count(1)
        return self.picture_moves(video)

    def picture_moves(self, video) -> dict:
        """Two different, not black, pictures within PATIENCE."""
        measured = video.evaluate(
            """async (video, patience) => {
              const canvas = new OffscreenCanvas(64, 36);
              const context = canvas.getContext('2d', { willReadFrequently: true });
              const look = () => {
                if (video.readyState < 2 || !video.videoWidth) return null;
                context.drawImage(video, 0, 0, 64, 36);
                return context.getImageData(0, 0, 64, 36).data;
              };
              const end = performance.now() + patience;
              let first = null, brightness = 0;
              while (performance.now() < end) {
                const now = look();
                if (now) {
                  brightness = now.reduce((sum, value, i) => i % 4 === 3 ? sum : sum + value, 0) / (64 * 36 * 3);
                  if (first && brightness > 8 && now.some((value, i) => Math.abs(value - first[i]) > 24)) {
                    return { moves: true, brightness, width: video.videoWidth };
                  }
                  first ??= now;
                }
                await new Promise((done) => setTimeout(done, 100));
              }
              return { moves: false, brightness, width: video.videoWidth, seen: first !== null };
            }""",
            PATIENCE,
        )
        assert measured["moves"], f"{self.name} ({self.kind}) sees no moving picture: {measured}"
        return measured

    def hears(self, name: str) -> float:
        """Waits until the sound decoded from the other's stream has energy, and returns it (the sum of squared
        samples over time, as W3C's webrtc-stats defines it)."""
        energy = self.tile_of(name).locator("video").evaluate(
            """async (video, patience) => {
              const end = performance.now() + patience;
              let energy = 0;
              while (performance.now() < end && energy < 1e-4) {
                const track = video.srcObject?.getAudioTracks()[0];
                for (const connection of track ? globalThis.connectionsOfThisPage : []) {
                  const reports = [...(await connection.getStats()).values()];
                  const inbound = reports.find((one) => one.type === 'inbound-rtp' && one.trackIdentifier === track.id);
                  energy = Math.max(energy, inbound?.totalAudioEnergy ?? 0);
                }
                await new Promise((done) => setTimeout(done, 100));
              }
              return energy;
            }""",
            PATIENCE,
        )
        assert energy >= 1e-4, f"{self.name} ({self.kind}) hears nothing from {name}: energy {energy}"
        return energy

    def says(self, text: str) -> None:
        if not self.see("chat-input").is_visible():
            self.see("toggle-chat").click()
        self.see("chat-input").fill(text)
        self.see("chat-send").click()

    def reads(self, text: str) -> None:
        if not self.see("chat-input").is_visible():
            self.see("toggle-chat").click()
        expect(self.see("chat-message").filter(has_text=text)).to_be_visible()

    def picture(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(path))

    def errors(self) -> list[str]:
        """What the page complained about; a browser's note on a refused or lost connection is not the page's."""
        network = re.compile(r"net::ERR|NetworkError|WebSocket connection|can.t establish a connection|was interrupted")
        return [line for line in self.console if line.startswith(("error", "pageerror")) and not network.search(line)]

    def leave_evidence(self, stem: Path) -> None:
        """A picture and an account; the account is printed too, as nothing but the output may outlive the machine."""
        account = list(self.console)
        try:
            account += self.page.evaluate(ACCOUNT)
            self.picture(stem.with_suffix(".png"))
        except Exception as error:  # the page may be gone: the console still tells
            account.append(f"no more to tell: {error}")
        stem.with_suffix(".log").write_text("\n".join(account))
        print(f"{self.name} ({self.kind}):", *account, sep="\n  ")

    def close(self) -> None:
        self.page.context.close()
