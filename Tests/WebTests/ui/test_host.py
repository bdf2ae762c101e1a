"""Hosting in a browser, over made-up states: freezing, the door, what people may do, moving, and leaving in a hurry."""

from playwright.sync_api import expect
from scenes import asked, barriers, base, browser, focused, tag, update, visit  # noqa: F401


def rules(page, change):
    update(page, f"{{security: {{...state.security, {change}}}}}")


def sound_plays(page, key):
    """Whether somebody's stream is the source of an audio element."""
    return page.evaluate(
        """key => {
          const {stream} = preview.store.get().people.find((person) => person.key === key);
          return [...document.querySelectorAll('audio')].some((audio) => stream !== null && audio.srcObject === stream);
        }""",
        key,
    )


def test_one_tap_or_one_key_freezes_and_a_second_one_changes_nothing(visit):
    page = visit("scene=room")
    page.locator(tag("freeze")).click()
    assert asked(page, "freeze") == [[]]
    expect(page.locator(tag("frozen"))).to_contain_text("You have stopped everything")
    page.locator(tag("freeze")).click()
    page.keyboard.press("f")
    assert asked(page, "resume") == [] and len(asked(page, "freeze")) <= 2
    assert focused(page) == "resume-all"
    page.keyboard.press("Enter")
    expect(page.locator(tag("frozen"))).to_be_hidden()
    assert focused(page) == "freeze"
    page.keyboard.press("f")
    expect(page.locator(tag("frozen"))).to_be_visible()


def test_on_a_phone_freezing_needs_no_menu_and_fits_a_thumb(visit):
    page = visit("scene=room", width=390, height=844)
    box = page.locator(tag("freeze")).bounding_box()
    assert box["width"] >= 44 and box["height"] >= 44
    page.locator(tag("freeze")).click()
    expect(page.locator(tag("frozen"))).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_who_is_neither_host_nor_trusted_is_offered_nothing_to_freeze_with(visit):
    page = visit("scene=room&guest")
    expect(page.locator(tag("freeze"))).to_be_hidden()
    page.keyboard.press("f")
    page.keyboard.press("r")
    assert asked(page, "freeze") == []
    expect(page.locator(tag("sheet-host"))).to_be_hidden()
    trusted = visit("scene=room&guest=trusted")
    trusted.keyboard.press("f")
    assert asked(trusted, "freeze") == [[]]
    expect(trusted.locator(tag("resume-all"))).to_be_hidden()


def test_a_frozen_room_is_said_to_everybody_and_shows_no_picture_that_stands_still(visit):
    page = visit("scene=frozen&guest")
    expect(page.get_by_role("alert").filter(has_text="Nobody sees or hears you")).to_be_visible()
    stopped = page.locator(f'{tag("tile")}[data-stopped]')
    assert stopped.count() >= 3
    for video in stopped.locator("video").all():
        expect(video).to_be_hidden()
    page.locator(tag("toggle-mic")).click()
    assert asked(page, "toggleMic") == [[]]
    expect(page.locator(tag("toggle-mic"))).to_have_attribute("data-held", "")
    assert "until a host lets you go on" in page.locator(tag("toggle-mic")).get_attribute("aria-label")


def test_people_go_on_one_by_one(visit):
    page = visit("scene=frozen")
    page.locator(tag("resume-one")).click()
    row = page.locator(f'{tag("person")}[data-index="2"]')
    row.locator(tag("resume-row")).click()
    expect(row.locator(tag("resume-row"))).to_have_attribute("aria-pressed", "true")
    row.locator(tag("person-menu")).click()
    expect(page.locator(tag("goes-on"))).to_be_checked()
    page.locator(tag("goes-on")).uncheck()
    assert asked(page, "resumeOne") == [["p2", True], ["p2", False]]


def test_a_newcomer_is_blurred_and_silent_until_somebody_vouches(visit):
    page = visit("scene=room")
    tile = page.locator(f'{tag("tile")}[data-index="4"]')
    expect(tile).to_have_attribute("data-veiled", "")
    assert "blur" in tile.locator("video").evaluate("(video) => getComputedStyle(video).filter")
    assert "until somebody vouches" in tile.get_attribute("aria-label")
    assert not sound_plays(page, "p4") and sound_plays(page, "p1")
    page.locator(tag("toggle-people")).click()
    page.locator(f'{tag("person")}[data-index="4"] {tag("vouch-row")}').click()
    assert asked(page, "vouch") == [["p4"]]
    expect(tile).not_to_have_attribute("data-veiled", "")
    assert sound_plays(page, "p4")
    assert tile.locator("video").evaluate("(video) => getComputedStyle(video).filter") == "none"


def test_a_newcomers_screen_is_blurred_and_says_so(visit):
    page = visit("scene=room")
    update(page, "{screen: {key: 'p4', stream: preview.picture(2)}}")
    expect(page.locator(tag("screen"))).to_have_attribute("data-veiled", "")
    expect(page.locator(tag("screen"))).to_contain_text("blurred until somebody vouches")


def test_who_looks_like_somebody_else_is_marked_in_tile_list_and_at_the_door(visit):
    page = visit("scene=room")
    expect(page.locator(f'{tag("tile")}[data-index="6"] {tag("tile-alike")}')).to_be_visible()
    page.locator(tag("toggle-people")).click()
    expect(page.locator(f'{tag("person")}[data-index="6"]')).to_contain_text("Looks like the name of someone else here")
    door = visit("scene=knocks")
    door.locator(tag("door-line")).get_by_role("button").click()
    expect(door.locator(tag("knock")).nth(1)).to_contain_text("Someone else here has the same name")


def test_the_door_says_who_knocks_and_the_keyboard_answers(visit):
    page = visit("scene=knocks")
    expect(page.locator(tag("door-count"))).to_have_text("3")
    expect(page.locator(tag("toggle-people"))).to_have_attribute("aria-label", "People, 3 at the door")
    page.locator(tag("door-line")).get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert focused(page) == "lobby-title"
    expect(page.locator(tag("knock")).first).to_contain_text("4829 1056 5239")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert focused(page) == "admit"
    assert page.locator(tag("admit")).first.get_attribute("aria-label") == "Let Dolores in"
    page.keyboard.press("Enter")
    assert asked(page, "admit") == [[[1]]]
    expect(page.locator(tag("knock")).first).to_contain_text("Answered")


def test_after_the_last_knock_the_keyboard_goes_on_in_the_list_of_people(visit):
    page = visit("scene=knocks&knocks=1")
    page.locator(tag("toggle-people")).click()
    page.locator(tag("admit")).focus()
    page.keyboard.press("Enter")
    assert focused(page) == "lobby-title"
    update(page, "{knocking: []}")
    expect(page.locator(tag("lobby"))).to_be_hidden()
    assert page.evaluate("document.activeElement.textContent") == "People"


def test_on_a_phone_freezing_stays_at_hand_over_chat_and_people(visit):
    for opener, panel in [("toggle-chat", "chat"), ("toggle-people", "people")]:
        page = visit("scene=room", width=390, height=844)
        page.locator(tag(opener)).click()
        freeze = page.locator(tag(f"freeze-{panel}"))
        box = freeze.bounding_box()
        assert box["width"] >= 44 and box["height"] >= 44
        freeze.click()
        assert asked(page, "freeze") == [[]]
        expect(page.locator(tag("frozen"))).to_be_in_viewport()
        assert focused(page) == "resume-all"
    guest = visit("scene=room&guest", width=390, height=844)
    guest.locator(tag("toggle-chat")).click()
    expect(guest.locator(tag("freeze-chat"))).to_be_hidden()


def test_some_or_all_at_the_door_are_answered_together(visit):
    page = visit("scene=knocks")
    page.locator(tag("toggle-people")).click()
    expect(page.locator(tag("admit-many"))).to_have_text("Let all in")
    page.locator(tag("knock-choose")).nth(0).check()
    page.locator(tag("knock-choose")).nth(2).check()
    expect(page.locator(tag("admit-many"))).to_have_text("Let 2 in")
    page.locator(tag("turn-away-many")).click()
    assert asked(page, "turnAway") == [[[1, 3], False]]
    page.locator(f'{tag("turn-away-block")}:visible').click()
    assert asked(page, "turnAway")[1] == [[2], True]


def test_who_may_not_open_the_door_does_not_see_who_knocks(visit):
    page = visit("scene=knocks&guest")
    page.locator(tag("toggle-people")).click()
    expect(page.locator(tag("lobby"))).to_be_hidden()
    expect(page.locator(tag("door-count"))).to_be_hidden()


def test_a_host_sets_door_veil_and_what_everybody_may_do(visit):
    page = visit("scene=room")
    page.keyboard.press("r")
    sheet = page.locator(tag("sheet-host"))
    expect(sheet).to_contain_text("Hosting now: Ana (you) and Berta")
    page.locator(tag("door-locked")).focus()
    page.keyboard.press("Space")
    assert asked(page, "setDoor") == [["locked"]]
    expect(sheet).to_contain_text("nobody can knock")
    page.locator(tag("veil")).uncheck()
    assert asked(page, "setVeil") == [[False]]
    mute = page.get_by_role("switch", name="Microphones")
    expect(mute).to_be_checked()
    mute.click()
    expect(mute).not_to_be_checked()
    expect(sheet).to_contain_text("all muted")
    mute.click()
    assert asked(page, "sweep") == [["microphone", False], ["microphone", True]]
    page.locator(tag("host-table")).click()
    page.get_by_role("checkbox", name="Write in the chat Listens").uncheck()
    assert asked(page, "allowRole") == [["listener", "chat", False]]


def test_a_host_sets_changes_and_takes_away_the_password(visit):
    page = visit("scene=room")
    page.keyboard.press("r")
    state = page.locator(tag("host-password-state"))
    expect(state).to_have_text("none")
    page.locator(tag("host-password")).press("Enter")
    field = page.get_by_label("Password for the room", exact=True)
    field.fill("corta")
    field.press("Enter")
    expect(page.locator("#host-password-text-problem")).to_be_visible()
    assert asked(page, "changePassword") == [] and focused(page) == "host-password-text"
    field.fill("sobremesa larga")
    field.press("Enter")
    expect(page.locator(tag("host-password-set"))).to_have_attribute("aria-busy", "true")
    page.locator(tag("host-password-set")).click(force=True)
    assert asked(page, "changePassword") == [["sobremesa larga"]]
    page.evaluate("preview.call.answerPassword(false)")
    expect(page.locator(tag("host-password-problem"))).to_contain_text("not changed yet")
    expect(field).to_have_value("sobremesa larga")
    field.press("Enter")
    page.evaluate("preview.call.answerPassword(true)")
    expect(page.locator(tag("host-password-outcome"))).to_contain_text("a new link")
    expect(state).to_have_text("asked for")
    assert focused(page) == "host-password"
    page.keyboard.press("Enter")
    expect(field).to_have_value("")
    page.locator(tag("host-password-remove")).click()
    page.evaluate("preview.call.answerPassword(true)")
    expect(state).to_have_text("none")
    assert asked(page, "changePassword") == [["sobremesa larga"], ["sobremesa larga"], [""]]


def test_only_the_host_sees_the_password_row_and_it_fits_a_phone(visit):
    page = visit("scene=room", width=390, height=844)
    page.keyboard.press("r")
    page.locator(tag("host-password")).click()
    expect(page.locator(tag("host-password-set"))).to_be_visible()
    assert page.locator(tag("host-password-set")).bounding_box()["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert barriers(page) == []
    update(page, "{self: {...state.self, role: 'cohost'}}")
    expect(page.locator(tag("host-password-part"))).to_be_hidden()


def test_a_host_gives_somebody_a_role_and_what_they_may_do(visit):
    page = visit("scene=room")
    page.locator(tag("toggle-people")).click()
    page.locator(f'{tag("person")}[data-index="5"] {tag("person-menu")}').click()
    sheet = page.locator(tag("sheet-person"))
    expect(sheet).to_contain_text("Was invited by Nawal de la Orilla")
    sheet.get_by_text("Co-host").click()
    assert asked(page, "setRole") == [["p5", "cohost"]]
    update(page, "{people: state.people.map((one) => one.key === 'p5' ? {...one, role: 'speaker'} : one)}")
    sheet.get_by_role("checkbox", name="Trusted").check()
    sheet.get_by_role("checkbox", name="Speak", exact=True).uncheck()
    assert asked(page, "allowPerson") == [["p5", "trusted", True], ["p5", "microphone", False]]
    update(page, "{people: state.people.filter((one) => one.key !== 'p5')}")
    expect(sheet).to_be_hidden()


def test_a_cohost_changes_nobody_who_moderates(visit):
    page = visit("scene=room")
    update(page, "{self: {...state.self, role: 'cohost'}}")
    page.locator(tag("toggle-people")).click()
    row = page.locator(f'{tag("person")}[data-index="1"]')
    expect(row.locator(tag("remove"))).to_be_hidden()
    row.locator(tag("person-menu")).click()
    expect(page.locator(tag("role-cohost"))).to_be_hidden()
    expect(page.locator(tag("person-remove"))).to_be_hidden()


def test_removing_can_also_keep_somebody_out(visit):
    page = visit("scene=room")
    page.locator(tag("toggle-people")).click()
    page.locator(f'{tag("person")}[data-index="4"] {tag("remove")}').click()
    page.wait_for_timeout(400)
    page.locator(tag("remove-and-ban")).click()
    assert asked(page, "ban") == [["p4"]] and asked(page, "remove") == []


def test_what_is_held_says_who_can_change_it_and_what_was_written_stays(visit):
    page = visit("scene=room&guest")
    page.locator(tag("toggle-chat")).click()
    page.locator(tag("chat-input")).fill("half a sentence")
    update(page, "{self: {...state.self, permissions: 0}}")
    expect(page.locator(tag("chat-held"))).to_contain_text("You may not write now. Berta can change that.")
    expect(page.locator(tag("chat-input"))).to_be_hidden()
    assert page.evaluate("document.activeElement.id") == "chat-title"
    assert "Berta can change that" in page.locator(tag("toggle-camera")).get_attribute("aria-label")
    update(page, "{self: {...state.self, permissions: 0b111111111}}")
    expect(page.locator(tag("chat-input"))).to_have_value("half a sentence")


def test_who_hosts_or_that_nobody_does_is_said(visit):
    page = visit("scene=hostless&guest")
    page.locator(tag("toggle-people")).click()
    expect(page.locator(tag("hosts-now"))).to_contain_text("Nobody hosts now. Standing in: Berta")
    update(page, "{people: state.people.map((one) => ({...one, permissions: 0}))}")
    expect(page.locator(tag("hosts-now"))).to_contain_text("The door stays as it is")


def test_a_press_on_what_is_held_says_so_in_the_same_words(visit):
    page = visit("scene=swept&guest")
    update(page, "{notices: [{id: 5, code: 'held', params: {what: 'microphone', frozen: false, names: 'Berta'}, at: 0}]}")
    expect(page.locator(tag("notice"))).to_have_text("You may not speak now. Berta can change that.")


def test_a_link_of_who_may_not_write_any_is_plain_text(visit):
    page = visit("scene=chat")
    update(page, "{chat: state.chat.map((one) => ({...one, id: `${one.id}x`, links: false}))}")
    page.locator(tag("toggle-chat")).click()
    expect(page.locator(f'{tag("chat-message")} a')).to_have_count(0)


def test_a_host_moves_everybody_but_those_who_are_chosen(visit):
    page = visit("scene=room")
    page.keyboard.press("r")
    page.locator(tag("move-open")).click()
    expect(page.locator(tag("move-sum"))).to_have_text("6 people go, with you.")
    page.get_by_role("checkbox", name="Wangari").check()
    expect(page.locator(tag("move-now"))).to_have_text("Move now, without 1")
    page.wait_for_timeout(400)
    page.locator(tag("move-now")).click()
    assert asked(page, "move") == [[["p4"]]]
    expect(page.locator(tag("sheet-move"))).to_be_hidden()
    update(page, "{move: {step: 'late', arrived: 3, expected: 5}}")
    expect(page.locator(tag("move"))).to_contain_text("3 of 5 have come")
    page.locator(tag("move-again")).click()
    page.locator(tag("move-dismiss")).click()
    assert asked(page, "moveAgain") == [[]] and asked(page, "dismissMove") == [[]]


def test_escape_three_times_leaves_in_a_hurry_from_anywhere(visit):
    page = visit("scene=room")
    page.locator(tag("toggle-chat")).click()
    page.locator(tag("chat-input")).fill("half a sentence")
    for _ in range(3):
        page.keyboard.press("Escape")
    assert asked(page, "quit") == [[]]
    page.locator(tag("quit")).click()
    assert len(asked(page, "quit")) == 2


def test_who_closes_one_thing_after_another_in_haste_stays(visit):
    page = visit("scene=room")
    for one in ["toggle-chat", "toggle-people", "toggle-chat", "toggle-people"]:
        page.locator(tag(one)).click()
        page.keyboard.press("Escape")
    assert asked(page, "quit") == []


def test_the_page_left_behind_is_a_clock_that_knows_nothing(visit, base):
    page = visit("scene=home")
    page.goto(f"{base}/time.html")
    expect(page.get_by_role("heading", level=1)).to_have_text(page.title())
    assert "ertulia" not in page.locator("body").inner_text() + page.title()


def test_hosting_has_no_violations_in_any_theme(visit):
    for query, keys in [("scene=room", "r"), ("scene=knocks", "p"), ("scene=frozen", "p"), ("scene=frozen&guest", "")]:
        for width, theme in [(1280, "light"), (390, "dark"), (640, "dark")]:
            page = visit(query, width=width, height=800)
            page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
            for key in keys:
                page.keyboard.press(key)
            assert barriers(page) == [], (query, width, theme)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (query, width)
