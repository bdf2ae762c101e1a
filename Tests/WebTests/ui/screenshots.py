"""Pictures of every screen, wide and narrow, light and dark, with an accessibility check of each.

usage: screenshots.py [DIR] [SCENE ...]   (DIR defaults to artefacts/ui); exits 1 on axe findings or console errors.
"""

import sys
import threading
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parent / "preview"))
from server import serve  # noqa: E402

# name: (query, what is clicked, widths it is worth looking at)
SCENES = {
    "home": ("scene=home", []),
    "home-en": ("scene=home", []),
    "prejoin": ("scene=prejoin", []),
    "prejoin-asking": ("scene=prejoin-asking", []),
    "prejoin-denied": ("scene=prejoin-denied", []),
    "alone": ("scene=alone", []),
    "call-1": ("scene=call&people=1", []),
    "call-2": ("scene=call&people=2", []),
    "call-4": ("scene=call&people=4", []),
    "call-9": ("scene=call&people=9", []),
    "call-12": ("scene=call&people=12", []),
    "more": ("scene=call&people=3", ["more"]),
    "trouble": ("scene=floods", []),
    "screen": ("scene=screen", []),
    "sharing": ("scene=sharing", []),
    "chat": ("scene=chat", ["toggle-chat"]),
    "people": ("scene=chat", ["toggle-people"]),
    "invite": ("scene=call&people=3", ["invite-open"]),
    "settings": ("scene=call&people=3", ["devices-open"]),
    "help": ("scene=call&people=3", ["help-open"]),
    "shield": ("scene=call&people=3", ["shield"]),
    "alarm": ("scene=alarm", []),
    "notices": ("scene=notices", []),
    "left": ("scene=left", []),
    "blocked": ("scene=blocked&code=wrong_secret", []),
    "blocked-old": ("scene=blocked&code=unsupported_browser", []),
}
SIZES = {"wide": (1280, 800), "narrow": (390, 844), "small": (320, 568), "zoomed": (640, 400)}


def click(page, test_id: str) -> None:
    button = page.locator(f'[data-testid="{test_id}"]')
    if not button.is_visible():
        more = page.locator('[data-testid="more"]')
        if not more.is_visible():
            return
        more.click()
    button.click()


def look(browser, base: str, name: str, size: str, scheme: str, out: Path) -> list[str]:
    query, clicks = SCENES[name]
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        locale="en-GB" if name.endswith("-en") or size != "narrow" else "es-ES",
        reduced_motion="reduce",
    )
    page = context.new_page()
    found = []
    page.on("console", lambda m: found.append(f"console {m.type}: {m.text}") if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(f"pageerror: {error}"))
    page.goto(f"{base}/preview/?{query}")
    page.wait_for_selector("html[data-mounted]", timeout=15_000)
    for test_id in clicks:
        click(page, test_id)
    page.wait_for_timeout(350)
    page.screenshot(path=str(out / f"{name}-{size}-{scheme}.png"))
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if overflow > 0:
        found.append(f"scrolls sideways by {overflow} px")
    for violation in Axe().run(page).response["violations"]:
        nodes = "; ".join(" ".join(node["target"]) if isinstance(node["target"][0], str) else str(node["target"]) for node in violation["nodes"][:4])
        found.append(f"axe {violation['impact']} {violation['id']}: {nodes}")
    context.close()
    return [f"{name} {size} {scheme}: {problem}" for problem in found]


def main() -> int:
    out = Path(sys.argv[1] if len(sys.argv) > 1 else "artefacts/ui")
    out.mkdir(parents=True, exist_ok=True)
    names = sys.argv[2:] or list(SCENES)
    server = serve()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    problems = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        for name in names:
            looks = [("wide", "light"), ("wide", "dark"), ("narrow", "light"), ("narrow", "dark")]
            looks += [("small", "light"), ("zoomed", "dark")]
            for size, scheme in looks:
                problems += look(browser, f"http://localhost:{server.server_port}", name, size, scheme, out)
        browser.close()
    server.shutdown()
    print("\n".join(problems) or "nothing to object to")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
