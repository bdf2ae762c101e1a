"""Made-up states of the page in a browser: the fixture `visit` opens one, the functions look at it and change it."""

import sys
import threading
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parent / "preview"))
from server import serve  # noqa: E402


def tag(test_id):
    return f'[data-testid="{test_id}"]'


@pytest.fixture(scope="module")
def base():
    server = serve()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module", params=["chromium", "firefox"])
def browser(request):
    with sync_playwright() as playwright:
        if request.param == "chromium":
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        else:
            browser = playwright.firefox.launch(channel="moz-firefox", executable_path="/usr/bin/firefox-esr")
        yield browser
        browser.close()


@pytest.fixture
def visit(browser, base):
    contexts, problems = [], []

    def open_page(query, width=1280, height=800, locale="en-GB", scheme="light"):
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale=locale, reduced_motion="reduce", color_scheme=scheme
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
        page.goto(f"{base}/preview/?{query}")
        page.wait_for_selector("html[data-mounted]")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


def asked(page, name, of="call"):
    script = "([of, name]) => preview[of].asked.filter(([asked]) => asked === name).map(([, ...values]) => values)"
    return page.evaluate(script, [of, name])


def update(page, change):
    page.evaluate(f"preview.store.update((state) => ({change}))")


def focused(page):
    return page.evaluate("document.activeElement?.dataset.testid ?? document.activeElement?.localName")


def settled(page):
    """Waits until no colour or place is on its way to another: a machine under load takes long over 200 ms of it."""
    page.evaluate(
        """() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))).then(() => Promise.all(
             document.getAnimations().filter((each) => each instanceof CSSTransition).map(({finished}) => finished.catch(() => {}))))"""
    )


def barriers(page):
    """What axe objects to once the page has settled: the rule and the places."""
    settled(page)
    violations = Axe().run(page).response["violations"]
    return [(violation["id"], [node["target"] for node in violation["nodes"]]) for violation in violations]
