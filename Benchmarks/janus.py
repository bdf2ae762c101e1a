"""Debian's Janus with a videoroom, for a bench to stand beside: one room, VP8 in three layers, repair of sound on."""

import contextlib
import socket
import subprocess
import tempfile
import time
from pathlib import Path

PORT = 8188
PLUGINS = "/usr/lib/x86_64-linux-gnu/janus"
PAGE = Path(__file__).with_name("janus-page.js")
# A page of localhost may use the camera, and needs no server: the browser is handed it.
ADDRESS = "http://localhost:8080/"
FILES = {
    "janus.jcfg": """
general: {{ configs_folder = "{folder}" plugins_folder = "{plugins}/plugins" transports_folder = "{plugins}/transports"
  events_folder = "{folder}" loggers_folder = "{folder}" debug_level = 3 }}
nat: {{ ice_enforce_list = "{address}" ice_lite = true full_trickle = false }}
plugins: {{ disable = "{other_plugins}" }}
transports: {{ disable = "libjanus_http.so,libjanus_pfunix.so,libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_rabbitmq.so" }}
""",
    "janus.transport.websockets.jcfg": "general: {{ ws = true ws_port = {port} }}\n",
    "janus.plugin.videoroom.jcfg": """
room-1: {{ description = "bench" publishers = 6 bitrate = 0 videocodec = "vp8" audiocodec = "opus" opus_fec = true
  transport_wide_cc_ext = true audiolevel_ext = true fir_freq = 0 }}
""",
}
OTHER_PLUGINS = "audiobridge duktape echotest lua nosip recordplay sip streaming textroom videocall voicemail".split()


class Janus:
    def __init__(self, address: str):
        self.url = f"ws://{address}:{PORT}"
        self._folder = tempfile.TemporaryDirectory(prefix="janus-")
        folder = Path(self._folder.name)
        values = {"folder": folder, "plugins": PLUGINS, "address": address, "port": PORT}
        values["other_plugins"] = ",".join(f"libjanus_{name}.so" for name in OTHER_PLUGINS)
        for name, text in FILES.items():
            (folder / name).write_text(text.format(**values))
        with (folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                ["janus", "-F", folder, "-C", folder / "janus.jcfg"], stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        self._wait(address)

    def _wait(self, address: str) -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection((address, PORT), timeout=1):
                return
            time.sleep(0.1)
        raise RuntimeError(f"Janus does not answer:\n{self.log()}")

    def log(self) -> str:
        return (Path(self._folder.name) / "log").read_text(errors="replace")

    def open_room(self) -> None:
        """There is one, and everybody has left it."""

    def enter(self, person, with_picture: bool) -> None:
        html = f"<!doctype html><title>Janus</title><body><script>{PAGE.read_text()}</script>"
        if person.kind == "chromium":
            person.page.context.grant_permissions(["local-network-access"])
        person.page.route(ADDRESS, lambda route: route.fulfill(body=html, content_type="text/html"))
        person.page.goto(ADDRESS)
        person.page.evaluate("(options) => enter(...options)", [self.url, person.name, with_picture])

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)
        self._folder.cleanup()
