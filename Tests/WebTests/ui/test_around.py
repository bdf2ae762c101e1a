"""What is around the call, in a browser, over made-up states: the front page, the door, invitations, accounts."""

import pytest
from playwright.sync_api import expect
from scenes import asked, barriers, base, browser, focused, tag, update, visit  # noqa: F401


def test_at_the_door_one_sees_oneself_as_a_host_does_and_nothing_of_the_room(visit):
    page = visit("scene=waiting")
    expect(page.locator(tag("waiting-name"))).to_have_text("Nawal de la Orilla")
    expect(page.locator(tag("waiting-digits"))).to_have_text("4829 1055 7320")
    expect(page.get_by_text("4 8 2 9, 1 0 5 5, 7 3 2 0")).to_be_attached()
    assert page.title() == "Tertulia: at the door"
    for part in ["tile", "people", "chat-input", "shield"]:
        expect(page.locator(tag(part))).to_have_count(0)
    expect(page.locator(tag("waiting-password"))).to_be_hidden()
    page.locator(tag("waiting-leave")).press("Enter")
    assert asked(page, "leave") == [[]]


def test_at_the_door_a_long_silence_is_explained_and_the_password_can_be_typed_again(visit):
    page = visit("scene=waiting&password&is=no_host")
    expect(page.locator(tag("waiting-advice"))).to_be_hidden()
    update(page, "{waiting: {...state.waiting, since: state.waiting.since - 61_000}}")
    expect(page.locator(tag("waiting-advice"))).to_contain_text("password")
    page.locator(tag("waiting-password")).click()
    assert asked(page, "stepBack") == [[]]


def test_at_the_door_a_lost_network_is_told_and_so_is_its_return(visit):
    page = visit("scene=waiting&lost")
    status = page.get_by_role("status")
    expect(status).to_contain_text("connection was lost")
    update(page, "{connection: {state: 'connected', since: 0}}")
    expect(status).to_contain_text("A host has been told")


def test_let_in_one_is_in_the_call_at_its_heading(visit):
    page = visit("scene=waiting")
    update(page, "{phase: 'call', waiting: null}")
    expect(page.locator("tertulia-call")).to_be_visible()
    assert focused(page) == "h1"


@pytest.mark.parametrize(
    ("code", "action"),
    [("invitation_used", "dropInvitation"), ("invitation_over", "dropInvitation"), ("no_invitation", "dropInvitation")],
)
def test_an_invitation_of_no_use_leads_to_the_door_without_it(visit, code, action):
    page = visit(f"scene=blocked&code={code}")
    page.locator(tag("rejoin")).click()
    assert asked(page, action) == [[]]


def test_a_ban_offers_no_further_try(visit):
    expect(visit("scene=blocked&code=banned").locator(tag("rejoin"))).to_be_hidden()


def test_a_link_with_a_password_asks_for_it_and_can_show_it(visit):
    page = visit("scene=prejoin-password")
    page.locator(tag("join-button")).click()
    expect(page.get_by_role("alert").filter(has_text="password")).to_be_visible()
    assert asked(page, "join") == []
    field = page.locator(tag("join-password"))
    field.fill("marea alta")
    expect(field).to_have_attribute("type", "password")
    page.locator("#join-password-show").check()
    expect(field).to_have_attribute("type", "text")
    page.locator(tag("join-button")).click()
    assert asked(page, "setPassword")[-1] == ["marea alta"]
    assert asked(page, "join") == [[]]


def test_the_front_page_makes_a_room_with_a_password_or_to_keep(visit):
    page = visit("scene=home")
    page.locator(tag("room-options")).press("Enter")
    page.locator(tag("room-password")).fill("abc")
    page.locator(tag("make-room")).click()
    expect(page.get_by_role("alert").filter(has_text="6 characters")).to_be_visible()
    assert asked(page, "createRoom") == []
    page.locator(tag("room-password")).fill("marea alta")
    page.locator(tag("room-keep")).check()
    page.locator(tag("make-room")).click()
    assert asked(page, "createRoom") == [[{"password": "marea alta", "keep": True, "name": ""}]]


def open_invite(page):
    page.locator(tag("invite-open")).first.click()
    expect(page.locator(tag("sheet-invite"))).to_be_visible()


def test_a_host_makes_a_personal_invitation_and_its_link_comes_in_every_form(visit):
    page = visit("scene=inviting")
    open_invite(page)
    assert asked(page, "ask") == [[]]
    page.locator(tag("invitation-label")).fill("Berta")
    page.locator(tag("invitation-role")).select_option("listener")
    page.locator(tag("invitation-term")).select_option("0")
    page.locator(tag("invitation-uses")).fill("2")
    page.locator(tag("invitation-delegates")).check()
    page.locator(tag("make-invitation")).click()
    wish = {"role": "listener", "uses": 2, "expires": 0, "delegates": True, "label": "Berta"}
    assert asked(page, "create") == [[wish]]
    expect(page.locator(tag("made-link"))).to_have_value(page.locator(tag("invite-link")).input_value().split("#")[0] + "#1q83vEjRWeJq83vASNFZ4mg.AAAAAAAAAAAAAA.q83vEjRWeJq83vASNFZ4mg")
    expect(page.locator(tag("made-qr"))).to_be_visible()
    assert focused(page) == "copy-made"
    page.locator(tag("copy-made-message")).click()
    message = asked(page, "copyText")[-1][0]
    assert page.locator(tag("made-link")).input_value() in message and message.count("\n") == 2
    expect(page.locator(tag("made-outcome"))).to_have_text("Copied")


def test_an_invitation_that_cannot_be_made_says_so_and_a_wrong_number_is_not_asked_for(visit):
    page = visit("scene=inviting")
    open_invite(page)
    page.locator(tag("invitation-uses")).fill("0")
    page.locator(tag("make-invitation")).click()
    assert focused(page) == "invitation-uses" and asked(page, "create") == []
    page.locator(tag("invitation-uses")).fill("1")
    page.locator(tag("invitation-label")).fill("nobody")
    page.locator(tag("make-invitation")).click()
    expect(page.get_by_role("alert").filter(has_text="could not be made")).to_be_visible()
    expect(page.locator(tag("made"))).to_be_hidden()


def test_the_tree_tells_who_came_by_whom_and_a_branch_is_taken_back_after_a_question(visit):
    page = visit("scene=inviting")
    open_invite(page)
    rows = page.locator(tag("invitation"))
    expect(rows).to_have_count(5)
    states = page.locator(tag("invitation-state")).all_inner_texts()
    assert states[0] == "in the room: Berta · may invite others"
    assert states[1] == "invited by: Berta, la abogada · in the room: Nawal de la Orilla"
    assert states[2].startswith("invited by: Berta, la abogada · not used yet, good until")
    assert states[3:] == ["expired", "withdrawn"]
    expect(rows.nth(4).locator(tag("revoke"))).to_be_hidden()
    rows.nth(0).locator(tag("revoke")).click()
    expect(rows.nth(0)).to_contain_text("2 people leave the room at once")
    assert page.evaluate("document.activeElement.textContent") == "Keep it"
    page.keyboard.press("Enter")
    assert asked(page, "revoke") == [] and focused(page) == "revoke"
    rows.nth(0).locator(tag("revoke")).click()
    rows.nth(0).locator(tag("revoke-now")).click()
    assert asked(page, "revoke") == [["a"]]


def test_whoever_may_not_invite_sees_the_link_of_the_room_alone(visit):
    page = visit("scene=inviting&guest")
    open_invite(page)
    expect(page.locator(tag("invite-link"))).to_be_visible()
    expect(page.locator(tag("personal"))).to_be_hidden()
    assert asked(page, "ask") == []


def test_markup_in_a_label_and_in_a_name_stays_text(visit):
    page = visit("scene=inviting")
    update(page, "{invitations: state.invitations.map((one) => ({...one, label: '<img src=x onerror=alert(1)>'}))}")
    open_invite(page)
    expect(page.locator(tag("invitation")).first).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator(f"{tag('invitation')} img").count() == 0


def test_signing_in_by_keyboard_alone_and_what_is_missing_is_said(visit):
    page = visit("scene=account&step=signin")
    page.locator(tag("account-name")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="name of the account")).to_be_visible()
    page.keyboard.type("nawal")
    page.keyboard.press("Tab")
    page.keyboard.type("marea alta")
    page.keyboard.press("Enter")
    assert asked(page, "signIn", "account") == [["nawal", "marea alta"]]


def test_a_new_account_needs_a_password_that_is_one(visit):
    page = visit("scene=account&step=register&invitation=good")
    page.locator(tag("new-name")).fill("nawal")
    page.locator(tag("new-password")).fill("short")
    page.locator(tag("register")).click()
    expect(page.get_by_role("alert").filter(has_text="at least 10")).to_be_visible()
    page.locator(tag("new-password")).fill("marea alta en otoño")
    page.locator(tag("account-invitation")).fill(" https://tertulia.example/account#invite=good ")
    page.locator(tag("register")).click()
    assert asked(page, "register", "account") == [["nawal", "marea alta en otoño", "good"]]


def test_recovery_codes_are_shown_saved_and_left_only_when_they_are_safe(visit):
    page = visit("scene=account&step=codes")
    assert len(page.locator(f"{tag('recovery-codes')} li").all()) == 8
    page.evaluate("URL.createObjectURL = (file) => { globalThis.saved = file; return 'blob:null/x'; }")
    page.evaluate("HTMLAnchorElement.prototype.click = function () { globalThis.savedAs = this.download; }")
    page.locator(tag("codes-download")).click()
    assert "7K2M-Q9XV-4TBD-0HWC" in page.evaluate("saved.text()")
    assert page.evaluate("savedAs") == "tertulia-recovery-codes.txt"
    page.locator(tag("codes-go-on")).click()
    assert asked(page, "keptCodes", "account") == []
    page.locator(tag("codes-kept")).check()
    page.locator(tag("codes-go-on")).click()
    assert asked(page, "keptCodes", "account") == [[]]


def test_what_matters_asks_for_the_password_and_stays_open_while_it_is_wrong(visit):
    page = visit("scene=account&step=home")
    page.locator(tag("delete-account")).click()
    expect(page.locator(tag("confirm"))).to_be_visible()
    page.locator(tag("confirm-password")).fill("wrong password")
    page.keyboard.press("Enter")
    expect(page.get_by_text("That is not your password.")).to_be_visible()
    page.locator(tag("confirm-password")).fill("marea alta")
    page.keyboard.press("Enter")
    expect(page.locator(tag("confirm"))).to_be_hidden()
    assert asked(page, "delete", "account") == [["wrong password"], ["marea alta"]]
    page.locator(tag("change-password")).click()
    page.locator(tag("next-password")).fill("otra marea distinta")
    page.locator(tag("confirm-password")).fill("marea alta")
    page.locator(tag("confirm-yes")).click()
    assert asked(page, "changePassword", "account") == [["marea alta", "otra marea distinta"]]


def test_a_room_is_forgotten_by_two_presses_and_a_device_ended_by_one(visit):
    page = visit("scene=account&step=home")
    forget = page.locator(tag("forget-room")).first
    forget.click()
    expect(forget).to_have_text("Forget for good")
    assert asked(page, "forgetRoom", "account") == []
    forget.click()
    assert asked(page, "forgetRoom", "account") == [["7K2MQ9XV4TBD0HWC"]]
    page.get_by_role("button", name="Sign out: Chrome, Android").click()
    assert asked(page, "endDevice", "account") == [["2"]]


def test_codes_from_an_app_are_set_up_with_a_picture_or_by_hand(visit):
    page = visit("scene=account&step=home&setup")
    expect(page.locator(tag("totp-key"))).to_contain_text("JBSW Y3DP")
    page.locator(tag("totp-first")).fill("12345")
    page.locator(tag("totp-confirm")).click()
    assert asked(page, "confirmTOTP", "account") == []
    page.locator(tag("totp-first")).fill("123 456")
    page.locator(tag("totp-confirm")).click()
    assert asked(page, "confirmTOTP", "account") == [["123 456"]]


def test_without_passkeys_here_none_are_offered(visit):
    page = visit("scene=account&step=home&nokeys")
    expect(page.locator(tag("add-passkey"))).to_be_hidden()
    expect(page.get_by_text("does not allow passkeys")).to_be_visible()


def test_a_change_of_language_reaches_every_word_of_an_account(visit):
    page = visit("scene=account&step=home")
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hola, nawal")
    expect(page.locator(tag("delete-account"))).to_have_text("Borrar la cuenta")


@pytest.mark.parametrize(
    "query",
    [
        "scene=home",
        "scene=waiting&long&password",
        "scene=prejoin-password",
        "scene=account&step=signin&problem=wrong",
        "scene=account&step=register",
        "scene=account&step=codes",
        "scene=account&step=home&setup",
    ],
)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark"), (640, "light")])
def test_nothing_to_object_to_for_assistive_programs_and_nothing_scrolls_sideways(visit, query, width, scheme):
    page = visit(query, width=width, scheme=scheme)
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
