"""Debian's Janus 1.1.2 with its videoroom, for a bench to stand beside: for `tertulia load --janus` on an address of a
bridge, because Janus takes no candidates on loopback, and for browsers on an address that they reach. To be used in a
network namespace of its own."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BRIDGE, BRIDGE_ADDRESS = "janus0", "127.0.0.9"
PORT = 8188
PAGE = Path(__file__).with_name("janus-page.js")
# A page of localhost may use the camera, and needs no server: the browser is handed it.
PAGE_ADDRESS = "http://localhost:8080/"

CONFIGURATION = """
general: {{
  configs_folder = "{folder}"
  plugins_folder = "{libraries}/plugins"
  transports_folder = "{libraries}/transports"
  events_folder = "{folder}"
  loggers_folder = "{folder}"
  debug_level = 3
  event_loops = {event_loops}
  session_timeout = 120
}}
media: {{ rtp_port_range = "20000-60000" }}
nat: {{ ice_enforce_list = "{interface}" {ice} }}
plugins: {{ disable = "{plugins}" }}
transports: {{ disable = "{transports}" }}
"""
WEBSOCKETS = """
general: {{ json = "plain" ws = true ws_ip = "{address}" ws_port = {port} wss = false }}
admin: {{ admin_ws = false }}
"""
# For browsers: one room, VP8 in three layers, repair of sound on.
ROOM = """
room-1: { description = "bench" publishers = 6 bitrate = 0 videocodec = "vp8" audiocodec = "opus" opus_fec = true
  transport_wide_cc_ext = true audiolevel_ext = true fir_freq = 0 }
"""


def libraries() -> Path:
    """Where Debian has put the plugins."""
    folders = sorted(Path("/usr/lib").glob("*/janus/plugins"))
    if not folders or not shutil.which("janus"):
        sys.exit("Janus is not installed: sudo apt-get install --no-install-recommends janus")
    return folders[0].parent


def all_but(wanted: str, folder: Path) -> str:
    return ",".join(sorted({re.sub(r"\.so.*", ".so", path.name) for path in folder.iterdir()} - {wanted}))


class Janus(contextlib.AbstractContextManager):
    """A running Janus; `url` is for `tertulia load --janus`, `process` for its CPU time. Without an `address` it has
    a bridge. `event_loops` 0 is a thread for each connection, which is Janus's default."""

    def __init__(self, address: str = "", event_loops: int = 1, room: str = "", ice: str = ""):
        found = libraries()
        self._folder = tempfile.TemporaryDirectory(prefix="tertulia-janus-")
        self._address = address or BRIDGE_ADDRESS
        self.url = f"ws://{self._address}:{PORT}"
        folder = Path(self._folder.name)
        configuration = CONFIGURATION.format(
            folder=folder,
            libraries=found,
            event_loops=event_loops,
            interface=address or BRIDGE,
            ice=ice,
            plugins=all_but("libjanus_videoroom.so", found / "plugins"),
            transports=all_but("libjanus_websockets.so", found / "transports"),
        )
        (folder / "janus.jcfg").write_text(configuration)
        (folder / "janus.transport.websockets.jcfg").write_text(WEBSOCKETS.format(address=self._address, port=PORT))
        (folder / "janus.plugin.videoroom.jcfg").write_text("general: {\n}\n" + room)
        if not address:
            make_bridge()
        self.log_path = Path(os.environ.get("JANUS_LOG", folder / "janus.log"))
        with self.log_path.open("ab") as log:
            command = ["janus", "-F", folder, "-C", folder / "janus.jcfg"]
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self._wait_until_it_listens()

    def _wait_until_it_listens(self) -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                sys.exit(f"Janus ended at once:\n{self.log()[-2000:]}")
            with contextlib.suppress(OSError), socket.create_connection((self._address, PORT), timeout=1):
                return
            time.sleep(0.1)
        self.close()
        sys.exit("Janus does not listen")

    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def close(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._folder.cleanup()

    def __exit__(self, *_):
        self.close()


class BrowserJanus(Janus):
    """For pages, at `address`."""

    def __init__(self, address: str):
        super().__init__(address, event_loops=0, room=ROOM, ice="ice_lite = true full_trickle = false")

    def open_room(self) -> None:
        """There is one, and everybody has left it."""

    def enter(self, person, with_picture: bool) -> None:
        html = f"<!doctype html><title>Janus</title><body><script>{PAGE.read_text()}</script>"
        if person.kind == "chromium":
            person.page.context.grant_permissions(["local-network-access"])
        person.page.route(PAGE_ADDRESS, lambda route: route.fulfill(body=html, content_type="text/html"))
        person.page.goto(PAGE_ADDRESS)
        person.page.evaluate("(options) => enter(...options)", [self.url, person.name, with_picture])


def make_bridge() -> None:
    if subprocess.run(["ip", "link", "show", BRIDGE], capture_output=True).returncode == 0:
        return
    for command in (
        f"ip link add {BRIDGE} type bridge",
        f"ip addr add {BRIDGE_ADDRESS}/32 dev {BRIDGE}",
        f"ip link set {BRIDGE} up",
    ):
        done = subprocess.run(command.split(), capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"`{command}` failed, which takes a network namespace of one's own: {done.stderr.strip()}")


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with Janus() as running, contextlib.suppress(KeyboardInterrupt):
        print(f"{running.url}, process {running.process.pid}; Ctrl-C ends it", flush=True)
        running.process.wait()
