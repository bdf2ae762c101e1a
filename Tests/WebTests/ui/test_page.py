"""The page in a browser, over made-up states: what the keyboard does, where the focus goes, what stays in place."""

import pytest
from playwright.sync_api import expect
from scenes import asked, barriers, base, browser, focused, tag, update, visit  # noqa: F401


def test_a_video_element_is_never_made_anew_moved_or_given_its_stream_twice(visit):
    page = visit("scene=call&people=3")
    page.evaluate(
        """() => {
          globalThis.before = [...document.querySelectorAll('[data-testid=tile-video]')];
          globalThis.loads = 0;
          for (const video of before) video.addEventListener('emptied', () => loads++);
          globalThis.removed = [];
          const moved = (node) => before.some((video) => node.contains(video));
          new MutationObserver((all) => removed.push(...all.flatMap(({removedNodes}) => [...removedNodes].filter(moved))))
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
    found = page.evaluate("({gone: before.filter((video) => !video.isConnected).length, loads, removed: removed.length})")
    assert found == {"gone": 0, "loads": 0, "removed": 0}
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
        for query in ("scene=home", "scene=prejoin-denied", "scene=notices", "scene=chat", "scene=call&people=20", "scene=left", "scene=members", "scene=reactions", "scene=quality&is=poor&ask=low_data", "scene=saved-screen"):
            page = visit(query, width, height)
            small = page.evaluate(
                """() => [...document.querySelectorAll('button, select, input[type=text], textarea, a.button')]
                  .filter((e) => e.checkVisibility()).map((e) => [e.dataset.testid ?? e.className, e.getBoundingClientRect()])
                  .filter(([, r]) => r.width < 44 || r.height < 44).map(([name, r]) => [name, r.width, r.height])"""
            )
            assert small == [], (query, width)
            # So many pages at once are more than a small machine holds.
            page.context.close()


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
    expect(page.locator(tag("invite-outcome"))).to_have_text("Link copied")
    assert page.locator(tag("invite-link")).input_value().endswith("#1q83vEjRWeJq83vASNFZ4mg")
    page.keyboard.press("Escape")
    assert focused(page) == "invite-open"


def test_the_shield_says_who_can_hear_and_gives_the_numbers_in_six_groups(visit):
    page = visit("scene=members")
    shield = page.locator(tag("shield"))
    expect(shield).to_have_attribute("data-state", "ok")
    expect(shield).to_have_text("Nobody but the 7 people listed can hear this")
    shield.click()
    expect(page.locator(f'{tag("members")} > *')).to_have_count(7)
    groups = page.locator(f'{tag("code")} > li')
    expect(groups).to_have_count(6)
    expect(groups.first).to_contain_text("48291")
    expect(groups.first).to_contain_text("4 8 2 9 1")
    expect(page.locator(f'{tag("code-changed")}:visible')).to_have_count(0)
    update(page, "{security: {...state.security, digits: '1'.repeat(30)}}")
    expect(page.locator(tag("code-changed"))).to_be_visible()
    expect(groups.last).to_contain_text("11111")
    page.locator(tag("digits-differ")).click()
    page.locator(f'dialog {tag("advice")} {tag("leave-now")}:visible').click()
    assert len(asked(page, "leave")) == 1


def test_the_shield_has_another_shape_and_other_words_in_each_state(visit):
    page = visit("scene=joining")
    shield, seen = page.locator(tag("shield")), set()
    for state, code in (("joining", ""), ("ok", ""), ("alarm", "forked")):
        update(page, f"{{security: {{...state.security, state: '{state}', code: '{code}', members: 1, digits: '0'.repeat(30)}}}}")
        expect(shield).to_have_attribute("data-state", state)
        seen.add((shield.locator("path").get_attribute("d"), shield.inner_text()))
    assert len({shape for shape, _ in seen}) == len({words for _, words in seen}) == 3
    shield.click()
    expect(page.get_by_role("heading", name="Do not rely on this call")).to_be_visible()
    expect(page.locator(tag("code"))).to_be_hidden()
    expect(page.locator(f'dialog {tag("leave-now")}:visible')).to_have_count(1)


def test_somebody_is_removed_with_two_presses_and_not_by_one_or_a_held_key(visit):
    page = visit("scene=members")
    page.keyboard.press("p")
    row = page.locator(f'{tag("person")}[data-index="2"]')
    row.locator(tag("remove")).focus()
    page.keyboard.press("Enter")
    assert focused(page) == "remove-now"
    expect(page.locator(tag("sheet-remove"))).to_contain_text("Remove Nawal de la Orilla?")
    page.keyboard.press("Escape")
    assert asked(page, "remove") == []
    row.locator(tag("remove")).dblclick()
    assert asked(page, "remove") == []
    page.wait_for_timeout(400)
    page.locator(tag("remove-now")).focus()
    page.keyboard.press("Enter")
    assert asked(page, "remove") == [["p2"]] and asked(page, "setDoor") == []
    expect(row).to_have_count(0)
    expect(page.locator(f'{tag("tile")}[data-index="2"]')).to_have_count(0)
    expect(page.locator(tag("sheet-remove"))).to_be_hidden()
    assert page.evaluate("document.activeElement.id") == "people-title"


def test_a_host_removes_from_the_picture_and_locks_the_room_in_the_same_go(visit):
    page = visit("scene=members")
    tile = page.locator(f'{tag("tile")}[data-index="1"]')
    tile.hover()
    tile.locator(tag("tile-remove")).click()
    page.wait_for_timeout(400)
    page.locator(tag("remove-and-lock")).click()
    assert asked(page, "remove") == [["p1"]] and asked(page, "setDoor") == [["locked"]]
    page.keyboard.press("p")
    expect(page.locator(tag("locked"))).to_be_visible()
    page.locator(tag("lock")).click()
    assert asked(page, "setDoor") == [["locked"], ["open"]]


def test_who_may_not_remove_is_not_offered_it(visit):
    page = visit("scene=members&guest")
    page.locator(tag("toggle-people")).click()
    for test_id in ("remove", "tile-remove", "lock"):
        expect(page.locator(f"{tag(test_id)}:visible")).to_have_count(0)
    expect(page.locator(f'{tag("compare")}:visible')).not_to_have_count(0)


def test_the_question_goes_away_when_the_person_has_gone(visit):
    page = visit("scene=members")
    page.locator(tag("toggle-people")).click()
    page.locator(f'{tag("person")}[data-index="2"] {tag("remove")}').click()
    expect(page.locator(tag("sheet-remove"))).to_be_visible()
    update(page, "{people: state.people.filter(({key}) => key !== 'p2')}")
    expect(page.locator(tag("sheet-remove"))).to_be_hidden()


def test_the_list_is_the_members_hands_first_with_what_is_known_of_each(visit):
    page = visit("scene=members")
    page.locator(tag("toggle-people")).click()
    rows = page.locator(tag("person"))
    expect(rows).to_have_count(7)
    assert [row.get_attribute("data-index") for row in rows.all()] == ["0", "1", "5", "2", "3", "4", "8"]
    expect(rows.nth(1)).to_contain_text("not verified")
    expect(rows.nth(3)).to_contain_text("seen before on this device")
    expect(rows.nth(3).locator(tag("role"))).to_have_text("Co-host")
    expect(rows.nth(4)).to_contain_text("verified")
    expect(rows.nth(4).locator(tag("compare"))).to_be_hidden()
    expect(rows.nth(5)).to_contain_text("not heard from for a while")
    expect(rows.nth(6)).to_contain_text("listed, but not connected")
    expect(page.locator(tag("waiting"))).to_have_text("2 people are at the door, waiting to be let in")
    expect(page.locator(f'{tag("came-later")}:visible')).to_have_count(0)
    rows.nth(3).locator(tag("compare")).focus()
    update(page, "{people: [...state.people, preview.person(8, {hand: true})]}")
    newcomer = rows.nth(3)
    expect(newcomer).to_have_attribute("data-index", "9")
    expect(newcomer.locator(tag("came-later"))).to_be_visible()
    assert page.evaluate("document.activeElement.closest('[data-index]').dataset.index") == "2"


def test_an_offer_to_compare_interrupts_nobody_and_is_answered_by_a_press(visit):
    page = visit("scene=call&people=3")
    page.keyboard.press("c")
    page.keyboard.type("half a sen")
    update(page, "{comparison: {key: 'p1', name: 'Berta', step: 'offered', digits: null}}")
    expect(page.get_by_role("status").filter(has_text="Berta would like to compare")).to_be_attached()
    expect(page.locator(tag("comparison-offer"))).to_be_visible()
    page.keyboard.type("tence")
    expect(page.locator(tag("chat-input"))).to_have_value("half a sentence")
    expect(page.locator(tag("comparison"))).to_be_hidden()
    page.locator(tag("comparison-accept")).click()
    expect(page.locator(tag("comparison-digits"))).to_contain_text("482913")


def test_two_people_compare_by_keyboard_alone(visit):
    page = visit("scene=call&people=3")
    page.keyboard.press("p")
    page.locator(f'{tag("person")}[data-index="1"] {tag("compare")}').focus()
    page.keyboard.press("Enter")
    dialog = page.locator(tag("comparison"))
    expect(dialog).to_contain_text("Waiting for Berta")
    assert asked(page, "compareWith") == [["p1"]]
    page.evaluate("preview.step(preview.store, 'compare')")
    expect(page.get_by_role("heading", name="Do you and Berta see the same number?")).to_be_focused()
    expect(page.locator(f'{tag("comparison")} [aria-live]')).to_contain_text("4 8 2 9 1 3")
    page.keyboard.press("Enter")
    assert asked(page, "answerComparison") == []
    page.keyboard.press("Tab")
    assert focused(page) == "comparison-same"
    page.keyboard.press("Enter")
    assert asked(page, "answerComparison") == [[True]]
    expect(dialog).to_contain_text("Berta has not answered yet")
    page.evaluate("preview.step(preview.store, 'matched')")
    expect(dialog).to_contain_text("Berta is verified")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert len(asked(page, "cancelComparison")) == 1


def test_numbers_that_differ_say_what_to_do_and_a_failure_says_that_it_means_nothing(visit):
    page = visit("scene=comparison&step=compare")
    page.locator(tag("comparison-different")).click()
    dialog = page.locator(tag("comparison"))
    expect(dialog).to_contain_text("someone stands between you and Berta")
    expect(dialog.locator(tag("advice"))).to_contain_text("Leave this room")
    page.evaluate("preview.step(preview.store, 'failed')")
    expect(dialog).to_contain_text("That means nothing yet")
    page.locator(tag("comparison-again")).click()
    assert asked(page, "compareWith") == [["p1"]]


def test_hands_go_up_by_key_and_by_press_and_show_on_the_tile(visit):
    page = visit("scene=call&people=2")
    page.keyboard.press("h")
    expect(page.locator(tag("toggle-hand"))).to_have_attribute("aria-pressed", "true")
    expect(page.locator(f'{tag("tile")}[data-self="true"] {tag("tile-hand")}')).to_be_visible()
    page.locator(tag("toggle-hand")).click()
    assert asked(page, "setHand") == [[True], [False]]


def test_reactions_float_over_who_reacts_and_are_said_together(visit):
    page = visit("scene=call&people=12")
    page.locator(tag("react")).click()
    page.locator(f'{tag("react-with")}:visible').first.click()
    assert asked(page, "react") == [["👍"]] and focused(page) == "react"
    expect(page.locator(f'{tag("tile")}[data-self="true"] {tag("reaction")}')).to_have_text("👍")
    said = page.locator("tertulia-reactions")
    expect(said).to_have_text("Ana: 👍")
    many = "Array.from({length: 4}, (_, i) => ({id: 1e15 + i, key: `p${i + 9}`, name: 'Dolores', emoji: '👏', at: 0}))"
    update(page, f"{{reactions: {many}}}")
    expect(page.locator(f'{tag("tile")}[data-index="9"] {tag("reaction")}')).to_have_text("👏")
    expect(page.locator(f'.elsewhere {tag("reaction")}')).to_have_count(3)
    expect(said).to_have_text("Ana: 👍")
    expect(said).to_have_text("4 reactions", timeout=8000)


def test_passing_notes_tell_who_came_and_who_was_removed(visit):
    page = visit("scene=people-notices")
    notes = page.locator(tag("notice"))
    for text in ("Berta is in the room now", "Someone was removed", "raised a hand", "Berta is verified now"):
        expect(notes.filter(has_text=text)).to_be_visible()


@pytest.mark.parametrize("language, leave", [("en", "Leave"), ("es", "Salir"), ("fr", "Sortir"), ("pt", "Sair")])
def test_every_language_is_on_offer_and_is_taken_from_the_browser(visit, language, leave):
    page = visit("scene=home", width=390, height=844, locale={"pt": "pt-BR", "fr": "fr-CA"}.get(language, language))
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator(tag(f"language-{language}"))).to_have_attribute("aria-pressed", "true")
    expect(page.locator('[data-testid^="language-"]:visible')).to_have_count(4)
    page.evaluate("preview.store.update(() => ({phase: 'call'}))")
    expect(page.locator(tag("leave"))).to_have_text(leave)


def test_the_longest_words_of_every_language_stay_inside_their_boxes(visit):
    name = "Wangari de los Montes Muy Largos y Lejanos"
    scenes = (("members&locked", "toggle-people"), ("members", "shield"), (f"comparison&step=mismatch&name={name}", None))
    scenes += (("quality&is=poor&mode=low_data&ask=camera_off&details", "connection-state"), ("quality&is=unsteady&ask=restore", None))
    for language in ("en", "es", "fr", "pt"):
        for query, opened in scenes:
            page = visit(f"scene={query}", 320, 568, locale=language)
            if opened:
                page.locator(tag(opened)).click()
            outside = page.evaluate(
                """() => [...document.querySelectorAll('.panel:not([hidden]) *, dialog[open] *, .callbar *, .banner *, .toolbar *')]
                  .filter((e) => e.checkVisibility() && !e.closest('svg, .unseen'))
                  .map((e) => [e.className, e.getBoundingClientRect()])
                  .filter(([, r]) => r.width > 0 && (r.right > innerWidth + 0.5 || r.left < -0.5)).map(([name]) => name)"""
            )
            assert outside == [], (language, query)
            page.context.close()


def test_the_connection_has_another_shape_and_other_words_in_each_state(visit):
    page = visit("scene=quality")
    signal, seen = page.locator(tag("connection-state")), set()
    for quality in ("good", "weak", "weak_up", "unsteady", "poor", "busy"):
        update(page, f"{{quality: '{quality}'}}")
        expect(signal).to_have_attribute("data-quality", quality)
        seen.add((signal.locator("path").get_attribute("d"), signal.inner_text()))
    assert len({words for _, words in seen}) == 6 and len({shape for shape, _ in seen}) == 5
    expect(page.get_by_role("button", name="Device is busy. Connection details")).to_be_visible()
    update(page, "{connection: {state: 'reconnecting', since: Date.now() - 5000}}")
    expect(signal).to_have_text("Reconnecting…")
    update(page, "{connection: {state: 'connected', since: 0}, quality: null}")
    expect(signal).to_have_text("Connected")


def test_a_change_of_the_connection_is_said_once_and_politely(visit):
    page = visit("scene=quality")
    said = page.locator(tag("quality-spoken"))
    expect(said).to_have_attribute("role", "status")
    expect(said).to_be_empty()
    update(page, "{quality: 'poor'}")
    expect(said).to_have_text("Your connection is very weak: hardly more than sound gets through.")
    update(page, "{quality: 'good'}")
    expect(said).to_have_text("Sound and pictures come and go as they should.")


def test_whose_sending_suffers_is_marked_on_the_tile_in_shape_and_words(visit):
    page = visit("scene=quality")
    tile = page.locator(f'{tag("tile")}[data-index="2"]')
    expect(tile.locator(tag("tile-weak"))).to_be_visible()
    assert "weak connection" in tile.get_attribute("aria-label")
    expect(page.locator(f'{tag("tile-weak")}:visible')).to_have_count(1)


def test_the_figures_are_measured_only_while_somebody_looks(visit):
    page = visit("scene=quality")
    signal = page.locator(tag("connection-state"))
    signal.click()
    expect(page.locator(tag("figures-waiting"))).to_have_text("Measuring…")
    assert asked(page, "watchDetails") == [[True]]
    update(page, "{details: preview.details}")
    expect(page.locator(tag("details.round_trip"))).to_have_text("84 ms")
    expect(page.locator(tag("details.received"))).to_contain_text("1280 × 720, 24 a second, 1,302 kbit/s, VP8")
    update(page, "{details: {...state.details, roundTrip: null, available: null, protocol: 'tcp', received: []}}")
    expect(page.locator(tag("details.round_trip"))).to_have_text("not known")
    expect(page.locator(tag("details.room_up"))).to_have_count(0)
    expect(page.locator(tag("details.way"))).to_have_text("TCP")
    expect(page.locator(tag("details.received"))).to_have_text("none")
    page.evaluate(
        """() => {
          Object.defineProperty(document, 'hidden', {value: true, configurable: true});
          document.dispatchEvent(new Event('visibilitychange'));
        }"""
    )
    page.wait_for_function("preview.call.asked.filter(([name]) => name === 'watchDetails').length === 2")
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    page.keyboard.press("Escape")
    expect(signal).to_be_focused()
    assert asked(page, "watchDetails") == [[True], [False], [True], [False]]


def test_the_figures_are_copied_as_text_without_names(visit):
    page = visit("scene=quality&details")
    page.keyboard.press("d")
    page.locator(tag("copy-details")).click()
    expect(page.locator(tag("details-outcome"))).to_have_text("Copied. It holds no name, address or room.")
    [[text]] = asked(page, "copyText")
    lines = text.split("\n")
    assert lines[:3] == ["Tertulia: Connection details", "Good connection", "Arriving: 1,932 kbit/s"]
    assert len(lines) == 15 and "Lost on the way to you: 2.1%" in lines
    for private in ("Ana", "Berta", "7K2MQ9XV4TBD0HWC", "localhost", "http"):
        assert private not in text


def test_the_figures_are_found_in_the_settings_and_on_a_phone_in_the_menu(visit):
    page = visit("scene=quality")
    expect(page.locator(tag("details-open"))).to_be_hidden()
    page.locator(tag("devices-open")).click()
    page.locator(tag("settings-details")).click()
    expect(page.locator(tag("sheet-details"))).to_be_visible()
    phone = visit("scene=quality", width=390, height=844)
    phone.locator(tag("more")).click()
    phone.locator(tag("details-open")).click()
    expect(phone.locator(tag("sheet-details"))).to_be_visible()
    expect(phone.locator(tag("figures-waiting"))).to_have_text("Measuring…")


def test_a_question_is_answered_by_keyboard_and_interrupts_nobody(visit):
    page = visit("scene=quality")
    page.keyboard.press("c")
    page.keyboard.type("half a sen")
    update(page, "{question: 'low_data'}")
    question = page.locator(tag("question"))
    expect(question.get_by_role("status")).to_have_text("Your connection is weak. Save data?")
    page.keyboard.type("tence")
    expect(page.locator(tag("chat-input"))).to_have_value("half a sentence")
    page.wait_for_timeout(450)
    page.locator(tag("question-yes")).focus()
    page.keyboard.press("Enter")
    assert asked(page, "answerQuestion") == [[True]]
    expect(question).to_be_hidden()
    expect(page.locator(tag("connection-state"))).to_be_focused()


def test_a_double_press_does_not_answer_the_next_question_too(visit):
    page = visit("scene=quality&ask=audio_only")
    page.evaluate(
        """() => {
          preview.call.answerQuestion = (yes) => {
            preview.call.asked.push(['answerQuestion', yes]);
            preview.store.update(() => ({question: 'camera_off'}));
          };
        }"""
    )
    page.wait_for_timeout(450)
    page.locator(tag("question-yes")).dblclick()
    expect(page.locator(tag("question"))).to_contain_text("Turn your camera off too?")
    assert asked(page, "answerQuestion") == [[True]]
    page.wait_for_timeout(450)
    page.locator(tag("question-no")).click()
    assert asked(page, "answerQuestion") == [[True], [False]]


def test_a_mode_is_chosen_by_keyboard_before_and_during_the_call(visit):
    page = visit("scene=prejoin")
    page.locator(tag("mode-full")).focus()
    page.keyboard.press("ArrowRight")
    assert asked(page, "setMode") == [["low_data"]]
    expect(page.locator(tag("mode-text"))).to_have_text("Four small pictures at most, and a small one of you.")
    page.locator(tag("join-button")).click()
    expect(page.locator(tag("leave"))).to_be_visible()
    page.locator(tag("devices-open")).click()
    page.locator(f'dialog[open] {tag("mode-audio_only")}').focus()
    page.keyboard.press("Space")
    assert asked(page, "setMode")[-1] == ["audio_only"]
    page.keyboard.press("Escape")
    expect(page.locator(tag("connection-state"))).to_have_text("Only sound")


def test_with_little_data_four_pictures_are_shown_those_of_who_speaks_and_with_sound_only_none(visit):
    page = visit("scene=call&people=9")
    pictures = page.locator(f'{tag("tile")}:not([data-self="true"]) video:visible')
    expect(pictures).to_have_count(6)
    update(page, "{mode: 'low_data', people: state.people.map((one) => ({...one, speaking: false}))}")
    expect(pictures).to_have_count(4)
    told = asked(page, "setVisibleTiles")[-1][0]
    assert len(told) == 4 and all(tile["height"] <= 150 for tile in told)
    update(page, "{people: state.people.map((one) => ({...one, speaking: one.key === 'p8'}))}")
    expect(page.locator(f'{tag("tile")}[data-index="8"] video')).to_be_visible()
    expect(pictures).to_have_count(4)
    update(page, "{mode: 'audio_only'}")
    expect(pictures).to_have_count(0)
    assert asked(page, "setVisibleTiles")[-1] == [[]]
    label = page.locator(f'{tag("tile")}[data-index="1"]').get_attribute("aria-label")
    assert "picture not shown, to save data" in label
    update(page, "{mode: 'full'}")
    expect(pictures).to_have_count(6)
    assert len(asked(page, "setVisibleTiles")[-1][0]) == 9


def test_a_screen_is_received_with_sound_only_when_somebody_opens_it(visit):
    page = visit("scene=saved-screen")
    expect(page.locator(tag("screen-saved"))).to_contain_text("Berta is showing a screen")
    expect(page.locator(tag("screen-video"))).to_be_hidden()
    page.locator(tag("show-screen")).click()
    assert asked(page, "openScreen") == [[]]
    expect(page.locator(tag("screen-video"))).to_be_visible()
    expect(page.locator(tag("screen-saved"))).to_be_hidden()


@pytest.mark.parametrize(
    "query, opened",
    [
        ("quality&is=poor&mode=low_data&ask=camera_off", None),
        ("quality&is=unsteady&details", "connection-state"),
        ("saved-screen", None),
        ("prejoin", None),
    ],
)
def test_what_tells_of_the_connection_has_no_barrier_in_light_and_dark(visit, query, opened):
    page = visit(f"scene={query}")
    if opened:
        page.locator(tag(opened)).click()
    for theme in ("light", "dark"):
        page.evaluate("(theme) => document.documentElement.dataset.theme = theme", theme)
        assert barriers(page) == [], theme
