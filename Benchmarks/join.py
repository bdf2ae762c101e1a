"""Click to first decoded frame: a person in Chromium joins a room where another already shows a picture."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "Tests/BrowserTests"))
from figures import show  # noqa: E402
from node import Node  # noqa: E402
from people import Browsers  # noqa: E402

RUNS = 11
LIMIT_MS = 500.0
LIMIT_KB = 300.0
PARTS = ["wasm", "signalling", "ice", "dtls", "first-frame"]

MARKS = """() => Object.fromEntries(
  performance.getEntriesByType('mark').filter((mark) => mark.name.startsWith('tertulia:'))
    .map((mark) => [mark.name.slice('tertulia:'.length), mark.startTime]))"""


def join_once(browsers: Browsers, link: str) -> dict:
    person = browsers.person("chromium", "Berta")
    session = person.page.context.new_cdp_session(person.page)
    session.send("Network.enable")
    received = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    person.open(link)
    person.see("join-name").fill(person.name)
    person.page.wait_for_timeout(1500)  # a person looks at the preview before they click
    person.see("join-button").click()
    person.page.wait_for_function("() => performance.getEntriesByName('tertulia:first-frame').length > 0")
    marks = person.page.evaluate(MARKS)
    person.close()
    return {"marks": marks, "kb": sum(received) / 1000}


def main():
    node, browsers = Node(), Browsers()
    try:
        link = node.fresh_link()
        host = browsers.person("chromium", "Ana").join(link)
        runs = [join_once(browsers, link) for _ in range(RUNS)]
        host.close()
    finally:
        browsers.close()
        node.close()
    marks = [run["marks"] for run in runs]
    show("join", "join_ms", [m["first-frame"] - m["click"] for m in marks], "ms", "limit", LIMIT_MS)
    show("join", "page_ms", [m["page"] for m in marks], "ms")
    for part in PARTS:
        if all(part in m for m in marks):
            show("join", f"{part.replace('-', '_')}_at_ms", [m[part] - m["click"] for m in marks], "ms")
    show("join", "page_kb", [run["kb"] for run in runs], "kB", "limit", LIMIT_KB)


main()
