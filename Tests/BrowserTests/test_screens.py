"""Every screen, on a desktop and a phone, in light and dark: kept as pictures, and without a serious barrier."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from people import tag
from playwright.sync_api import expect

VIEWS = [(phone, scheme) for phone in (False, True) for scheme in ("light", "dark")]
SERIOUS = {"serious", "critical"}


def inspect(person, artefacts, screen: str, view) -> None:
    phone, scheme = view
    person.picture(artefacts / f"{screen}-{'phone' if phone else 'desktop'}-{scheme}.png")
    found = Axe().run(person.page).response["violations"]
    serious = [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found if one["impact"] in SERIOUS]
    assert serious == [], f"{screen}: {serious}"
    overflow = person.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{screen} scrolls sideways by {overflow} px"


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: f"{'phone' if view[0] else 'desktop'}-{view[1]}")
def test_each_screen_is_shown_without_a_serious_barrier(node, people, artefacts, view):
    phone, scheme = view
    link = node.fresh_link()
    ana = people("chromium", "Ana", phone=phone, scheme=scheme).open(node.origin)
    expect(ana.see("home-new-room")).to_be_visible()
    inspect(ana, artefacts, "home", view)
    ana.open(link)
    expect(ana.see("join-button")).to_be_visible()
    inspect(ana, artefacts, "prejoin", view)
    ana.join(link)
    inspect(ana, artefacts, "alone", view)
    berta = people("chromium", "Berta").join(link)
    people("chromium", "Carla").join(link)
    ana.sees_moving_picture_of("Berta")
    ana.sees_moving_picture_of("Carla")
    inspect(ana, artefacts, "call", view)
    berta.says("¿Empezamos?")
    expect(ana.see("toggle-chat")).to_contain_text("1")
    ana.reads("¿Empezamos?")
    inspect(ana, artefacts, "chat", view)
    ana.page.keyboard.press("Escape")
    ana.press("toggle-people")
    expect(ana.see("person")).to_have_count(3)
    inspect(ana, artefacts, "people", view)
    ana.page.keyboard.press("Escape")
    ana.press("invite-open")
    expect(ana.see("invite-link")).to_be_visible()
    inspect(ana, artefacts, "invite", view)
    ana.page.keyboard.press("Escape")
    berta.see("toggle-screen").click()
    ana.picture_moves(ana.see("screen-video"))
    inspect(ana, artefacts, "screen", view)
    ana.see("leave").click()
    inspect(ana, artefacts, "left", view)


@pytest.mark.parametrize(("fragment", "code"), [("", "no_secret"), ("#1short", "bad_link"), ("#9AAAA", "bad_link")])
def test_a_broken_link_is_explained(node, people, artefacts, fragment, code):
    ana = people("chromium", "Ana").open(f"{node.origin}/r/ABCDEFGHJKMN{fragment}")
    expect(ana.see("blocked")).to_have_attribute("data-code", code)
    inspect(ana, artefacts, f"blocked-{code}", (False, "light"))


@pytest.mark.parametrize(("language", "expected"), [("es-ES", "es"), ("en-GB", "en"), ("pl-PL", "en")])
def test_the_page_speaks_the_browsers_language_or_english(node, people, language, expected):
    ana = people("chromium", "Ana", language=language).open(node.origin)
    expect(ana.page.locator("html")).to_have_attribute("lang", expected)
    expect(ana.see("home-new-room")).to_have_text("Abrir una sala" if expected == "es" else "New room")


def test_a_person_with_only_a_keyboard_joins_writes_and_leaves(node, people):
    ana = people("chromium", "Ana").open(node.fresh_link())
    ana.see("join-name").focus()
    ana.page.keyboard.type("Ana")
    ana.page.keyboard.press("Enter")
    expect(ana.see("connection-state")).to_have_attribute("data-state", "connected")
    for _ in range(60):
        ana.page.keyboard.press("Tab")
        if ana.page.evaluate("document.activeElement?.closest('[data-testid]')?.dataset.testid") == "toggle-chat":
            break
    ana.page.keyboard.press("Enter")
    expect(ana.see("chat-input")).to_be_focused()
    ana.page.keyboard.type("con teclado")
    ana.page.keyboard.press("Enter")
    expect(ana.see("chat-message").filter(has_text="con teclado")).to_be_visible()
    ana.page.keyboard.press("Escape")
    ana.page.keyboard.press("m")
    expect(ana.see("toggle-mic")).to_have_attribute("aria-pressed", "false")


def test_nothing_is_asked_of_anyone_else(node, people):
    ana = people("chromium", "Ana")
    asked = []
    ana.page.on("request", lambda request: asked.append(request.url))
    ana.join(node.fresh_link())
    foreign = [url for url in asked if not url.startswith((node.origin, "blob:", "data:"))]
    assert foreign == []
    assert not any("#" in url or "?" in url for url in asked)
    assert ana.page.context.cookies() == []
    assert ana.page.locator(tag("blocked")).count() == 0


def test_the_first_load_weighs_at_most_300_kilobytes(node, people):
    """Everything up to the call, as it crosses the network: headers, compressed bodies, WebAssembly."""
    ana = people("chromium", "Ana")
    session = ana.page.context.new_cdp_session(ana.page)
    session.send("Network.enable")
    received = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    ana.join(node.fresh_link())
    weight = sum(received)
    print(f"page weight: {weight / 1000:.0f} kB in {len(received)} responses")
    assert 10_000 < weight <= 300_000
