"""Debian's Janus 1.1.2 for comparison: the videoroom plugin and the WebSocket transport, one event loop, on an address of a
bridge, because Janus takes no candidates on loopback. To be used in a network namespace of its own."""

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

ADDRESS = "127.0.0.9"
PORT = 8188
BRIDGE = "janus0"

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
media: {{
  rtp_port_range = "20000-60000"
}}
nat: {{
  ice_enforce_list = "{bridge}"
}}
plugins: {{
  disable = "{other_plugins}"
}}
"""

WEBSOCKETS = """
general: {{
  json = "plain"
  ws = true
  ws_ip = "{address}"
  ws_port = {port}
  wss = false
}}
admin: {{
  admin_ws = false
}}
"""


def libraries() -> Path:
    """Where Debian has put the plugins."""
    folders = sorted(Path("/usr/lib").glob("*/janus/plugins"))
    if not folders or not shutil.which("janus"):
        sys.exit("Janus is not installed: sudo apt-get install --no-install-recommends janus")
    return folders[0].parent


class Janus(contextlib.AbstractContextManager):
    """A running Janus; `url` is for `tertulia load --janus`, `process` for its CPU time."""

    url = f"ws://{ADDRESS}:{PORT}"

    def __init__(self, event_loops: int = 1):
        found = libraries()
        self._folder = tempfile.TemporaryDirectory(prefix="tertulia-janus-")
        folder = Path(self._folder.name)
        plugins = {re.sub(r"\.so.*", ".so", path.name) for path in (found / "plugins").iterdir()}
        others = ",".join(sorted(plugins - {"libjanus_videoroom.so"}))
        transports = {re.sub(r"\.so.*", ".so", path.name) for path in (found / "transports").iterdir()}
        configuration = CONFIGURATION.format(
            folder=folder, libraries=found, event_loops=event_loops, bridge=BRIDGE, other_plugins=others
        )
        unused = ",".join(sorted(transports - {"libjanus_websockets.so"}))
        configuration += f'transports: {{\n  disable = "{unused}"\n}}\n'
        (folder / "janus.jcfg").write_text(configuration)
        (folder / "janus.transport.websockets.jcfg").write_text(WEBSOCKETS.format(address=ADDRESS, port=PORT))
        (folder / "janus.plugin.videoroom.jcfg").write_text("general: {\n}\n")
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
                sys.exit(f"Janus ended at once:\n{self.log_path.read_text()[-2000:]}")
            with contextlib.suppress(OSError), socket.create_connection((ADDRESS, PORT), timeout=1):
                return
            time.sleep(0.1)
        self.close()
        sys.exit("Janus does not listen")

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


def make_bridge() -> None:
    if subprocess.run(["ip", "link", "show", BRIDGE], capture_output=True).returncode == 0:
        return
    for command in (
        f"ip link add {BRIDGE} type bridge",
        f"ip addr add {ADDRESS}/32 dev {BRIDGE}",
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
