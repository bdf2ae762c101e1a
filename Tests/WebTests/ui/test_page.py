"""The page in a browser, over made-up states: what the keyboard does, where the focus goes, what stays in place."""

import sys
import threading
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

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

    def open_page(query, width=1280, height=800, locale="en-GB"):
        context = browser.new_context(viewport={"width": width, "height": height}, locale=locale, reduced_motion="reduce")
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


def asked(page, name):
    return page.evaluate("name => preview.call.asked.filter(([asked]) => asked === name).map(([, ...values]) => values)", name)


def update(page, change):
    page.evaluate(f"preview.store.update((state) => ({change}))")


def focused(page):
    return page.evaluate("document.activeElement?.dataset.testid ?? document.activeElement?.localName")


def test_a_video_element_is_never_made_anew_moved_or_given_its_stream_twice(visit):
    page = visit("scene=call&people=3")
    page.evaluate(
        """() => {
          globalThis.before = [...document.querySelectorAll('[data-testid=tile-video]')];
          globalThis.loads = 0;
          for (const video of before) video.addEventListener('emptied', () => loads++);
          globalThis.removed = 0;
          new MutationObserver((all) => all.forEach(({removedNodes}) => removed += removedNodes.length))
            .observe(document.querySelector('tertulia-stage'), {childList: true});
        }"""
    )
    for _ in range(3):
        update(page, "{people: state.people.map((p) => ({...p, speaking: !p.speaking, level: Math.random()}))}")
        update(page, "{people: [...state.people, preview.person(state.people.length)]}")
        page.locator(tag("toggle-chat")).click()
        page.locator(tag("toggle-chat")).click()
    page.evaluate("preview.store.update(() => ({screen: {key: 'p1', index: 1, stream: preview.picture(1)}}))")
    expect(page.locator(tag("screen-video"))).to_be_visible()
    page.set_viewport_size({"width": 1200, "height": 780})
    still = page.evaluate("before.every((video) => video.isConnected) && loads === 0 && removed === 0")
    assert still
    expect(page.locator(tag("tile"))).to_have_count(7)


def test_single_keys_act_but_not_while_typing_nor_with_a_modifier_nor_when_switched_off(visit):
    page = visit("scene=call&people=2")
    page.keyboard.press("m")
    expect(page.locator(tag("toggle-mic"))).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Control+m")
    page.keyboard.press("c")
    assert focused(page) == "chat-input"
    page.keyboard.type("mvp?")
    expect(page.locator(tag("chat-input"))).to_have_value("mvp?")
    assert len(asked(page, "toggleMic")) == 1
    page.keyboard.press("Escape")
    assert focused(page) == "toggle-chat"
    expect(page.locator(tag("chat-input"))).to_be_hidden()
    page.keyboard.press("?")
    page.locator("#shortcuts-on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    assert len(asked(page, "toggleMic")) == 1


def test_joining_needs_a_name_and_says_so(visit):
    page = visit("scene=prejoin-asking")
    assert len(asked(page, "requestDevices")) == 1
    page.locator(tag("join-button")).click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert focused(page) == "join-name" and asked(page, "join") == []
    page.locator(tag("join-name")).fill("Ana")
    page.keyboard.press("Enter")
    expect(page.locator(tag("toggle-chat"))).to_be_visible()
    page.locator(tag("leave")).click()
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_a_pasted_link_must_be_one_to_this_node(visit):
    page = visit("scene=home")
    page.locator(tag("home-link")).fill("https://elsewhere.example/r/7K2MQ9XV4TBD0HWC#1q83vEjRWeJq83vASNFZ4mg")
    page.locator(tag("home-open-link")).click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator(tag("home-link"))).to_be_focused()
    page.locator(tag("home-new-room")).click()
    assert len(asked(page, "createRoom")) == 1


def test_a_chat_message_is_text_and_links_only_to_https_without_a_trace(visit):
    page = visit("scene=chat")
    page.locator(tag("toggle-chat")).click()
    expect(page.locator(f'{tag("chat-message")} a')).to_have_count(1)
    link = page.locator(f'{tag("chat-message")} a')
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(link).to_have_attribute("href", "https://cloud.example.org/s/acta-marzo?dl=1")
    page.locator(tag("chat-input")).fill("<img src=x onerror=alert(1)> javascript:alert(1)")
    page.keyboard.press("Enter")
    assert asked(page, "sendChat") == [["<img src=x onerror=alert(1)> javascript:alert(1)"]]
    expect(page.locator(tag("chat-message")).last).to_contain_text("<img src=x onerror=alert(1)>")
    page.locator(f'{tag("chat-resend")}:visible').click()
    assert asked(page, "resendChat") == [["7"]]


def test_an_unread_message_is_counted_announced_and_read_when_the_chat_opens(visit):
    page = visit("scene=call&people=2")
    message = "{id: 'x', key: 'p1', from: 1, name: 'Berta', text: 'hola', at: 0, own: false, state: 'sent'}"
    update(page, f"{{chat: [{message}], unread: 4}}")
    expect(page.locator(tag("unread"))).to_have_text("4")
    expect(page.get_by_role("status").filter(has_text="Berta wrote a message")).to_be_attached()
    expect(page).to_have_title("(4) Tertulia")
    page.locator(tag("toggle-chat")).click()
    expect(page.locator(tag("unread"))).to_be_hidden()
    assert len(asked(page, "markRead")) >= 1


def test_a_short_interruption_is_not_mentioned_a_longer_one_is(visit):
    page = visit("scene=call&people=2")
    state = page.locator(tag("connection-state"))
    update(page, "{connection: {state: 'reconnecting', since: Date.now()}}")
    expect(state).to_have_attribute("data-state", "reconnecting")
    expect(page.locator(tag("trouble"))).to_be_hidden()
    expect(page.locator(tag("trouble"))).to_be_visible(timeout=3000)
    expect(state).to_have_text("Reconnecting…")
    update(page, "{connection: {state: 'connected', since: Date.now()}}")
    expect(page.locator(tag("trouble"))).to_be_hidden()


def test_what_cannot_be_decrypted_is_not_shown(visit):
    page = visit("scene=floods")
    tile = page.locator(f'{tag("tile")}[data-index="1"]')
    expect(tile).to_contain_text("Cannot be decrypted: not shown")
    expect(tile.locator("video")).to_be_hidden()


def test_an_alarm_says_that_nothing_is_sent(visit):
    page = visit("scene=alarm")
    expect(page.locator(tag("alarm"))).to_contain_text("Nothing is being sent")
    expect(page.locator(tag("shield"))).to_have_attribute("data-state", "alarm")


def test_changing_the_language_in_a_call_changes_every_word_and_no_video(visit):
    page = visit("scene=call&people=2")
    page.evaluate("globalThis.before = document.querySelector('[data-testid=tile-video]')")
    page.locator(tag("devices-open")).click()
    page.locator(f'dialog {tag("language-es")}').click()
    expect(page.locator(tag("leave"))).to_have_text("Salir")
    expect(page.locator(tag("tile")).last).to_contain_text("(tú)")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    assert page.evaluate("before.isConnected && localStorage.getItem('tertulia.language') === 'es'")


def test_nothing_is_stored_unless_somebody_chooses(visit):
    page = visit("scene=call&people=1", locale="es-AR")
    expect(page.locator(tag("leave"))).to_have_text("Salir")
    assert page.evaluate("localStorage.length") == 0


def test_on_a_phone_the_chat_covers_everything_and_the_rest_cannot_be_reached(visit):
    page = visit("scene=chat", width=390, height=844)
    expect(page.locator(tag("toggle-screen"))).to_be_hidden()
    page.locator(tag("more")).click()
    expect(page.locator(tag("toggle-screen"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(tag("toggle-screen"))).to_be_hidden()
    page.locator(tag("toggle-chat")).click()
    assert page.evaluate("document.querySelector('tertulia-toolbar').inert && document.querySelector('tertulia-stage').inert")
    page.locator(tag("close-chat")).click()
    assert focused(page) == "toggle-chat"


def test_every_target_is_at_least_44_pixels(visit):
    for width, height in ((1280, 800), (390, 844), (320, 568)):
        for query in ("scene=home", "scene=prejoin-denied", "scene=notices", "scene=chat", "scene=call&people=20", "scene=left"):
            page = visit(query, width, height)
            small = page.evaluate(
                """() => [...document.querySelectorAll('button, select, input[type=text], textarea, a.button')]
                  .filter((e) => e.checkVisibility()).map((e) => [e.dataset.testid ?? e.className, e.getBoundingClientRect()])
                  .filter(([, r]) => r.width < 44 || r.height < 44).map(([name, r]) => [name, r.width, r.height])"""
            )
            assert small == [], (query, width)


def test_the_grid_pages_beyond_nine_and_tells_the_call_who_is_seen(visit):
    page = visit("scene=call&people=12")
    expect(page.locator(tag("tile"))).to_have_count(10)
    page.locator(tag("page-next")).click()
    expect(page.locator(tag("tile"))).to_have_count(4)
    assert [tile["key"] for tile in asked(page, "setVisibleTiles")[-1][0]] == ["p10", "p11", "p12"]


def test_a_dialog_keeps_the_focus_and_gives_it_back(visit):
    page = visit("scene=call&people=2")
    page.locator(tag("invite-open")).click()
    assert focused(page) == "copy-link"
    page.keyboard.press("Enter")
    assert len(asked(page, "copyLink")) == 1
    update(page, "{notices: [{id: 9, code: 'link_copied', params: {}, at: 0}]}")
    expect(page.locator(tag("copy-outcome"))).to_have_text("Link copied")
    assert page.locator(tag("invite-link")).input_value().endswith("#1q83vEjRWeJq83vASNFZ4mg")
    page.keyboard.press("Escape")
    assert focused(page) == "invite-open"
