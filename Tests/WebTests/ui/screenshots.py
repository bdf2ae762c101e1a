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
    "home-options": ("scene=home", ["room-options"]),
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
    "weak": ("scene=quality&is=weak", []),
    "unsteady": ("scene=quality&is=unsteady", []),
    "poor-low-data": ("scene=quality&is=poor&mode=low_data", []),
    "busy": ("scene=quality&is=busy", []),
    "question-low-data": ("scene=quality&is=weak&ask=low_data", []),
    "question-audio-only": ("scene=quality&is=poor&ask=audio_only", []),
    "question-restore": ("scene=quality&mode=low_data&ask=restore", []),
    "question-camera-off": ("scene=quality&is=poor&mode=audio_only&ask=camera_off", []),
    "question-camera-on": ("scene=quality&ask=camera_on", []),
    "audio-only": ("scene=quality&mode=audio_only", []),
    "saved-screen": ("scene=saved-screen", []),
    "details": ("scene=quality&is=unsteady&details", ["connection-state"]),
    "details-end": ("scene=quality&details", ["connection-state", "copy-details"]),
    "details-measuring": ("scene=quality&mode=low_data", ["connection-state"]),
    "details-offline": ("scene=floods", ["connection-state"]),
    "joining": ("scene=joining", []),
    "shield": ("scene=members", ["shield"]),
    "shield-joining": ("scene=joining", ["shield"]),
    "shield-differ": ("scene=call&people=3", ["shield", "digits-differ"]),
    "shield-server": ("scene=call&people=3", ["shield", "server-knows"]),
    "shield-alarm": ("scene=forked", ["shield"]),
    "alarm": ("scene=alarm", []),
    "members": ("scene=members&locked", ["toggle-people"]),
    "members-guest": ("scene=members&guest", ["toggle-people"]),
    "remove": ("scene=members", ["toggle-people", "remove"]),
    "removable": ("scene=members", []),
    "room": ("scene=room", []),
    "room-people": ("scene=room", ["toggle-people"]),
    "room-guest": ("scene=room&guest", ["toggle-people"]),
    "room-trusted": ("scene=room&guest=trusted", ["toggle-people"]),
    "host": ("scene=room", ["host-open"]),
    "host-table": ("scene=room", ["host-open", "host-table"]),
    "person": ("scene=room", ["toggle-people", "person-menu"]),
    "ban": ("scene=room", ["toggle-people", "remove"]),
    "knocks": ("scene=knocks", []),
    "knock-one": ("scene=knocks&knocks=1", ["toggle-people"]),
    "knocks-tray": ("scene=knocks", ["toggle-people"]),
    "frozen": ("scene=frozen", []),
    "frozen-people": ("scene=frozen", ["toggle-people"]),
    "frozen-guest": ("scene=frozen&guest", []),
    "swept": ("scene=swept&guest", ["toggle-chat"]),
    "move": ("scene=room", ["host-open", "move-open"]),
    "moving": ("scene=moving", []),
    "move-late": ("scene=moving&step=late", []),
    "move-failed": ("scene=moving&step=failed&guest", []),
    "hostless": ("scene=hostless&guest", ["toggle-people"]),
    "compare-offered": ("scene=comparison&step=offered", []),
    "compare-waiting": ("scene=comparison&step=waiting", []),
    "compare": ("scene=comparison&step=compare", []),
    "compare-confirming": ("scene=comparison&step=confirming", []),
    "compare-matched": ("scene=comparison&step=matched", []),
    "compare-mismatch": ("scene=comparison&step=mismatch", []),
    "compare-failed": ("scene=comparison&step=failed", []),
    "reactions": ("scene=reactions", []),
    "palette": ("scene=reactions", ["react"]),
    "people-notices": ("scene=people-notices", []),
    "notices": ("scene=notices", []),
    "inviting": ("scene=inviting", ["invite-open"]),
    "inviting-made": ("scene=inviting", ["invite-open", "make-invitation"]),
    "inviting-revoke": ("scene=inviting", ["invite-open", "revoke"]),
    "waiting": ("scene=waiting", []),
    "waiting-long": ("scene=waiting&long&is=no_host&password", []),
    "waiting-lost": ("scene=waiting&lost", []),
    "prejoin-password": ("scene=prejoin-password", []),
    "blocked-used": ("scene=blocked&code=invitation_used", []),
    "blocked-refused": ("scene=blocked&code=refused", []),
    "account-signin": ("scene=account&step=signin", []),
    "account-wrong": ("scene=account&step=signin&problem=wrong", []),
    "account-register": ("scene=account&step=register", []),
    "account-second": ("scene=account&step=second", []),
    "account-codes": ("scene=account&step=codes", []),
    "account-recover": ("scene=account&step=recover", []),
    "account-renew": ("scene=account&step=renew", []),
    "account-home": ("scene=account&step=home", []),
    "account-empty": ("scene=account&step=home&empty&totp&done=password_changed", []),
    "account-locked": ("scene=account&step=home&locked&setup", []),
    "account-confirm": ("scene=account&step=home", ["change-password"]),
    "account-delete": ("scene=account&step=home", ["delete-account"]),
    "account-unavailable": ("scene=account&step=unavailable", []),
    "left": ("scene=left", []),
    "blocked": ("scene=blocked&code=wrong_secret", []),
    "blocked-old": ("scene=blocked&code=unsupported_browser", []),
}
SIZES = {"wide": (1280, 800), "narrow": (390, 844), "small": (320, 568), "zoomed": (640, 400)}


def click(page, test_id: str) -> None:
    button = page.locator(f'[data-testid="{test_id}"]:visible').first
    if not button.is_visible():
        more = page.locator('[data-testid="more"]')
        if not more.is_visible():
            return
        more.click()
        if not button.is_visible():
            return
    button.click()


def look(browser, base: str, name: str, size: str, scheme: str, language: str, out: Path) -> list[str]:
    query, clicks = SCENES[name]
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        locale=language,
        is_mobile=size in ("narrow", "small"),
        has_touch=size in ("narrow", "small"),
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
    page.wait_for_timeout(300)
    page.screenshot(path=str(out / f"{name}-{size}-{scheme}-{language}.png"))
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if overflow > 0:
        found.append(f"scrolls sideways by {overflow} px")
    for violation in Axe().run(page).response["violations"]:
        nodes = "; ".join(" ".join(node["target"]) if isinstance(node["target"][0], str) else str(node["target"]) for node in violation["nodes"][:4])
        found.append(f"axe {violation['impact']} {violation['id']}: {nodes}")
    context.close()
    return [f"{name} {size} {scheme} {language}: {problem}" for problem in found]


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
            looks = [("wide", "light", "en"), ("wide", "dark", "pt"), ("narrow", "light", "es"), ("narrow", "dark", "fr")]
            looks += [("small", "light", "fr"), ("zoomed", "dark", "en")]
            for size, scheme, language in looks:
                problems += look(browser, f"http://localhost:{server.server_port}", name, size, scheme, language, out)
        browser.close()
    server.shutdown()
    print("\n".join(problems) or "nothing to object to")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
