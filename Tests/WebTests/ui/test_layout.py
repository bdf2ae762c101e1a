"""Where things stand in a browser, over made-up states: what is to be read or pressed is covered by nothing."""

import itertools

import pytest
from playwright.sync_api import expect
from scenes import asked, base, browser, tag, update, visit  # noqa: F401

SIZES = [(1280, 800), (390, 844)]
NOTICES = "{notices: [1, 2, 3].map((id) => ({id, code: 'joined', params: {name: 'Berta'}, at: 0}))}"
CHILDREN = """
  (box) => [...box.children].filter((child) => child.checkVisibility()).map((child) => {
    const { x, y, width, height } = child.getBoundingClientRect();
    return { x, y, width, height, name: child.getAttribute("class") };
  })
"""


def overlap(one, other):
    """Whether two boxes share more than a rounded pixel."""
    across = min(one["x"] + one["width"], other["x"] + other["width"]) - max(one["x"], other["x"])
    down = min(one["y"] + one["height"], other["y"] + other["height"]) - max(one["y"], other["y"])
    return across > 1 and down > 1


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_passing_notes_stand_below_what_the_banner_says(visit, width, height):
    for query in ["scene=frozen", "scene=frozen&guest", "scene=alarm"]:
        page = visit(query, width, height)
        update(page, NOTICES)
        lines = [line.bounding_box() for line in page.locator(".banner-line:visible").all()]
        notes = [note.bounding_box() for note in page.locator(tag("notice")).all()]
        assert len(notes) == 3 and lines
        assert not any(overlap(note, line) for note in notes for line in lines), query


def test_an_offer_to_compare_covers_neither_the_banner_nor_the_notes(visit):
    page = visit("scene=frozen", 390, 844)
    update(page, "{comparison: {key: 'p1', name: 'Berta', step: 'offered', digits: null}, ...%s}" % NOTICES)
    boxes = [page.locator(tag("frozen")).bounding_box(), page.locator(tag("comparison-offer")).bounding_box()]
    boxes += [note.bounding_box() for note in page.locator(tag("notice")).all()]
    assert len(boxes) == 5
    assert not any(overlap(one, other) for one, other in itertools.combinations(boxes, 2))


@pytest.mark.parametrize("size", [(1280, 800), (760, 600), (1280, 400), (390, 844), (320, 568), (640, 400), (844, 390)])
def test_alone_at_the_table_its_drawing_and_its_words_stand_apart(visit, size):
    for query in ["scene=alone", "scene=joining"]:
        page = visit(query, *size)
        if size[0] >= 720:
            page.locator(tag("toggle-people")).click()
            expect(page.locator(tag("people-invite"))).to_be_visible()
        parts = page.locator(tag("alone")).evaluate(CHILDREN)
        assert len(parts) >= 2
        assert [pair for pair in itertools.combinations(parts, 2) if overlap(*pair)] == [], query
        seat = page.locator(tag("alone")).evaluate("(seat) => seat.scrollHeight - seat.clientHeight")
        assert seat <= 0, "nothing has to be scrolled to"


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_badge_covers_neither_picture_nor_word_of_its_button(visit, width, height):
    page = visit("scene=knocks", width, height)
    update(page, "{unread: 120}")
    for button, badge, words in [("toggle-people", "door-count", "3"), ("toggle-chat", "unread", "99+")]:
        expect(page.locator(tag(badge))).to_have_text(words)
        mark = page.locator(tag(badge)).bounding_box()
        for part in [".icon", ".tool-label"]:
            assert not overlap(mark, page.locator(tag(button)).locator(part).bounding_box()), (button, part)
        assert mark["x"] >= 0 and mark["x"] + mark["width"] <= width
    update(page, "{knocking: Array.from({length: 12}, (_, id) => ({...state.knocking[0], id: id + 10}))}")
    expect(page.locator(tag("door-count"))).to_have_text("12")
    icon = page.locator(tag("toggle-people")).locator(".icon").bounding_box()
    assert not overlap(page.locator(tag("door-count")).bounding_box(), icon)


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("locale", ["en-GB", "es-ES", "fr-FR", "pt-BR"])
def test_the_answers_to_a_knock_stand_close_together(visit, width, height, locale):
    page = visit("scene=knocks&knocks=3", width, height, locale=locale)
    page.locator(tag("toggle-people")).click()
    for knock in page.locator(tag("knock")).all():
        buttons = [button.bounding_box() for button in knock.locator("button").all()]
        assert not any(overlap(one, other) for one, other in itertools.combinations(buttons, 2))
        assert all(button["height"] >= 24 and button["width"] >= 24 for button in buttons)
        assert max(button["y"] for button in buttons) - min(button["y"] for button in buttons) <= 52
        end = max(button["y"] + button["height"] for button in buttons)
        assert knock.bounding_box()["y"] + knock.bounding_box()["height"] - end <= 16


def test_with_many_at_the_door_of_a_phone_one_answer_to_all_is_in_sight(visit):
    page = visit("scene=knocks", 390, 844)
    update(page, "{knocking: Array.from({length: 6}, (_, id) => ({...state.knocking[0], id: id + 10}))}")
    page.locator(tag("toggle-people")).click()
    expect(page.locator(tag("turn-away-many"))).to_be_in_viewport(ratio=1)
    for _ in range(30):
        page.keyboard.press("Tab")
        box = page.evaluate(
            "() => { const {x, y, width, height} = document.activeElement.getBoundingClientRect(); "
            "return {x, y, width, height, inside: document.activeElement.closest('.knock') !== null}; }"
        )
        assert not (box["inside"] and overlap(box, page.locator(".lobby-bulk").bounding_box())), "the focus is covered"
    page.locator(tag("turn-away-many")).click()
    assert asked(page, "turnAway") == [[[10, 11, 12, 13, 14, 15], False]]


def test_what_is_pressed_in_haste_stands_apart_from_what_ends_the_call(visit):
    page = visit("scene=room")
    freeze, leave = page.locator(tag("freeze")).bounding_box(), page.locator(tag("leave")).bounding_box()
    assert leave["x"] - freeze["x"] - freeze["width"] >= 16
    phone = visit("scene=room", 390, 844)
    order = [tool.get_attribute("data-testid") for tool in phone.locator(".toolbar > .tool:visible").all()]
    assert abs(order.index("freeze") - order.index("leave")) > 1


@pytest.fixture(scope="module")
def large_letters(browser):
    """A browser whose reader has set letters of twice the usual size, and nothing else."""
    if browser.browser_type.name == "chromium":
        args = ["--no-sandbox", "--blink-settings=defaultFontSize=32"]
        reader = browser.browser_type.launch(executable_path="/usr/bin/chromium", args=args)
    else:
        reader = browser.browser_type.launch(
            channel="moz-firefox",
            executable_path="/usr/bin/firefox-esr",
            firefox_user_prefs={"font.size.variable.x-western": 32},
        )
    yield reader
    reader.close()


ROOMS = [("scene=room", "host-open"), ("scene=frozen", "toggle-people"), ("scene=knocks", "toggle-people")]
OUT_OF_SIGHT = """
  () => [...document.querySelectorAll("button, input, select, summary")].filter((control) => {
    const { left, right, width } = control.getBoundingClientRect();
    return control.checkVisibility() && width > 1 && (left < -1 || right > innerWidth + 1);
  }).map((control) => control.dataset.testid ?? control.outerHTML)
"""


def assert_fits(page, what):
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, what
    assert page.evaluate(OUT_OF_SIGHT) == [], what


def open_tool(page, tool):
    if not page.locator(tag(tool)).is_visible():
        page.locator(tag("more")).click()
    page.locator(tag(tool)).click()


def test_with_letters_of_twice_the_size_everything_is_still_there(large_letters, base):
    for width, height in [(1280, 800), (780, 1688)]:
        for query, tool in ROOMS:
            page = large_letters.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
            page.goto(f"{base}/preview/?{query}")
            page.wait_for_selector("html[data-mounted]")
            assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
            assert_fits(page, (query, width))
            expect(page.locator(tag("freeze"))).to_be_in_viewport(ratio=1)
            expect(page.locator(tag("leave"))).to_be_in_viewport(ratio=1)
            open_tool(page, tool)
            assert_fits(page, (query, width, tool))
            if tool == "toggle-people":
                page.locator(f'{tag("remove")}:visible').first.click()
                expect(page.locator(tag("remove-now"))).to_be_visible()
                assert_fits(page, (query, width, "remove"))
            page.close()


def test_at_twice_the_size_of_the_page_everything_is_still_there(visit):
    for query, tool in ROOMS:
        page = visit(query, 640, 400)
        assert_fits(page, query)
        expect(page.locator(tag("freeze"))).to_be_in_viewport(ratio=1)
        open_tool(page, tool)
        assert_fits(page, (query, tool))
        if tool == "toggle-people":
            page.locator(f'{tag("remove")}:visible').first.click()
            expect(page.locator(tag("remove-now"))).to_be_visible()
            assert_fits(page, (query, "remove"))


def needs(page, setting):
    """What a person sets in the system reaches Chromium through its driver, and Firefox not."""
    if not page.evaluate("(setting) => matchMedia(setting).matches", setting):
        pytest.skip(f"this browser's driver does not set {setting}")


def test_who_wants_no_motion_sees_none(visit):
    for query, tool in ROOMS:
        page = visit(query)
        needs(page, "(prefers-reduced-motion: reduce)")
        open_tool(page, tool)
        moving = "document.getAnimations().filter((one) => one.playState === 'running').length"
        assert page.evaluate(moving) == 0, query


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_forced_colours_what_can_be_pressed_has_an_edge(browser, base, scheme):
    for query, tool in ROOMS:
        context = browser.new_context(
            viewport={"width": 1280, "height": 800}, forced_colors="active", color_scheme=scheme, reduced_motion="reduce"
        )
        page = context.new_page()
        page.goto(f"{base}/preview/?{query}")
        page.wait_for_selector("html[data-mounted]")
        needs(page, "(forced-colors: active)")
        open_tool(page, tool)
        bare = """
          () => [...document.querySelectorAll('button, .badge, .banner-line')].filter((part) => {
            const style = getComputedStyle(part, part.matches('.toggle') ? '::before' : null);
            return part.checkVisibility() && !part.matches('.link') && style.borderTopStyle === 'none';
          }).map((part) => part.dataset.testid ?? part.className)
        """
        assert page.evaluate(bare) == [], query
        context.close()
