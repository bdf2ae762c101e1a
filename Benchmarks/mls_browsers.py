"""What Benchmarks/mls-wasm.js measures, in deno and in both browsers, over one build of the module."""

import json
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "Benchmarks/mls-wasm.js"
MODULE = ".build-wasm/mls/client.wasm"
MEASURE = f"""
  async () => {{
    const {{ measure }} = await import("/Benchmarks/mls-wasm.js");
    return await measure(await (await fetch("/{MODULE}")).arrayBuffer());
  }}
"""


class Files(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def in_deno() -> dict:
    """Builds the module too."""
    command = [Path(sys.executable).parent / "deno", "run", "-A", SCRIPT]
    output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(output.strip().splitlines()[-1])


def everywhere() -> dict[str, dict]:
    """Medians by where they were measured."""
    found = {"deno": in_deno()}
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=ROOT))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        launches = {
            "chromium": partial(
                playwright.chromium.launch, executable_path="/usr/bin/chromium", args=["--no-sandbox"]
            ),
            "firefox": partial(
                playwright.firefox.launch, channel="moz-firefox", executable_path="/usr/bin/firefox-esr"
            ),
        }
        for name, launch in launches.items():
            browser = launch()
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{server.server_port}/Benchmarks/mls-wasm.js")
            found[name] = page.evaluate(MEASURE)
            browser.close()
    server.shutdown()
    return found
