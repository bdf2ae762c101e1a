"""The page as its users see it: on a phone, by keyboard alone, and with names that deceive."""

import re

import pytest
from playwright.sync_api import expect
from rooms import (
    SETTLE,
    admit,
    is_in,
    is_shut_out,
    knock,
    knock_of,
    make_room,
    row_of,
)

PAIRS = [("chromium", "firefox")]
FOCUSED = "document.activeElement?.dataset.testid ?? document.activeElement?.localName"
FARTHEST = 60  # presses of the tab key after which something counts as out of a keyboard's reach


def reach(person, test_id: str, named: str = "") -> None:
    """Presses Tab until the focus is on a control of this kind, whose name says whom it is about."""
    for _ in range(FARTHEST):
        person.page.keyboard.press("Tab")
        label = person.page.evaluate("document.activeElement?.ariaLabel ?? document.activeElement?.textContent ?? ''")
        if person.page.evaluate(FOCUSED) == test_id and named in label:
            return
    raise AssertionError(f"{test_id} {named} is out of a keyboard's reach")


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_a_host_freezes_lets_go_on_and_removes_without_a_mouse(node, people, first, second):
    ana = people(first, "Ana")
    link = make_room(node, ana, door="open")
    berta, carla = people(second, "Berta").join(link), people(first, "Carla").join(link)
    for name in ("Berta", "Carla"):
        expect(ana.tile_of(name)).to_be_visible()
    keys = ana.page.keyboard

    keys.press("r")
    expect(ana.see("sheet-host")).to_be_visible()
    assert ana.page.evaluate("document.activeElement.closest('dialog') !== null")
    reach(ana, "sweep-microphone")
    keys.press("Space")
    expect(berta.see("toggle-mic")).to_have_attribute("data-held", "")
    expect(ana.see("sweep-microphone")).to_have_attribute("aria-checked", "false")
    keys.press("Space")
    expect(berta.see("toggle-mic")).not_to_have_attribute("data-held", "")
    keys.press("Escape")
    expect(ana.see("sheet-host")).to_be_hidden()

    keys.press("f")
    for person in (ana, berta, carla):
        expect(person.see("frozen")).to_be_visible()
    keys.press("p")
    reach(ana, "resume-row", "Berta")
    keys.press("Enter")
    expect(berta.see("toggle-mic")).not_to_have_attribute("data-held", "")
    expect(carla.see("toggle-mic")).to_have_attribute("data-held", "")

    reach(ana, "remove", "Carla")
    keys.press("Enter")
    expect(ana.see("sheet-remove")).to_be_visible()
    assert ana.page.evaluate(FOCUSED) == "remove-now"
    ana.page.wait_for_timeout(SETTLE)
    keys.press("Enter")
    is_shut_out(carla, "removed")
    expect(ana.tile_of("Carla")).to_have_count(0)
    expect(ana.see("sheet-remove")).to_be_hidden()
    assert ana.page.evaluate("document.activeElement !== document.body"), "the keyboard is still somewhere"

    keys.press("p")
    reach(ana, "resume-all")
    keys.press("Enter")
    for person in (ana, berta):
        expect(person.see("frozen")).to_be_hidden()
    assert ana.errors() == [] and berta.errors() == [] and carla.errors() == []


@pytest.mark.parametrize("kind", ["chromium"])
def test_on_a_phone_invitations_are_made_handed_on_and_taken_back(node, people, kind):
    ana = people(kind, "Ana", phone=True)
    make_room(node, ana)
    ana.press("invite-open")
    sheet = ana.see("sheet-invite")
    expect(ana.see("invite-link")).to_be_visible()
    label = "la abogada que viene los jueves por la tarde"
    ana.see("invitation-label").fill(label)
    ana.see("invitation-role").select_option("listener")
    ana.see("invitation-uses").fill("2")
    ana.see("make-invitation").click()
    expect(ana.see("made-link")).to_be_visible()
    link = ana.see("made-link").input_value()
    assert re.search(r"#1[\w-]{22}\.[\w-]{14}\.[\w-]{22}$", link), link
    for part in ("copy-made", "copy-made-message", "made-qr"):
        ana.see(part).scroll_into_view_if_needed()
        box = ana.see(part).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390, part
        assert part == "made-qr" or box["height"] >= 44, part
    assert sheet.evaluate("(sheet) => sheet.scrollWidth <= sheet.clientWidth")

    berta = people(kind, "Berta", phone=True).join(link)
    expect(ana.see("invitation-state")).to_contain_text("in the room: Berta")
    row = ana.see("invitation")
    expect(row).to_contain_text(label)
    assert row.evaluate("(row) => row.scrollWidth <= row.clientWidth")
    ana.see("revoke").click()
    expect(row).to_contain_text("1 person leaves the room at once")
    ana.see("revoke-now").click()
    expect(berta.see("blocked")).to_be_visible()
    assert ana.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert ana.errors() == [] and berta.errors() == []


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_a_name_that_passes_for_another_is_marked_at_the_door_and_inside(node, people, first, second):
    ana = people(first, "Ana")
    link = make_room(node, ana)
    berta = knock(people(second, "Berta"), link)
    admit(ana, berta)
    double = knock(people(first, "Веrtа"), link)  # its first and its last letter are Cyrillic
    asking = ana.see("knock").filter(has_text="Веrtа")
    knock_of(ana, "Веrtа")
    expect(asking.get_by_test_id("knock-alike")).to_be_visible()
    admit(ana, double)
    for person, other in ((ana, "Веrtа"), (berta, "Веrtа"), (double, "Berta")):
        expect(person.tile_of(other).get_by_test_id("tile-alike")).to_be_visible()
    expect(row_of(berta, "Веrtа").get_by_test_id("alike")).to_be_visible()
    expect(ana.tile_of("Berta").get_by_test_id("tile-alike")).to_be_visible()
    assert ana.errors() == [] and berta.errors() == []


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_guests_let_in_together_into_a_room_that_freezes_know_each_others_names(node, people, first, second):
    ana = people(first, "Ana")
    link = make_room(node, ana)
    guests = [knock(people(second, "Berta"), link), knock(people(first, "Carla"), link)]
    for guest in guests:
        expect(knock_of(ana, guest.name)).to_be_visible()
    ana.see("admit-many").click()
    ana.page.keyboard.press("f")
    for guest in guests:
        is_in(guest)
        expect(guest.see("frozen")).to_be_visible()
    everybody = [ana, *guests]
    for person in everybody:
        for other in everybody:
            if other is not person:
                expect(person.tile_of(other.name)).to_be_visible()
    assert [person.errors() for person in everybody] == [[], [], []]
