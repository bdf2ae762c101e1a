"""A room belongs to the people in it: what hosts do, seen in the browsers of those it is done to."""

import re

import pytest
from playwright.sync_api import expect
from rooms import (
    SETTLE,
    admit,
    ask_in,
    assert_nothing_arrives,
    begin_room,
    enter,
    is_in,
    is_shut_out,
    knock,
    knock_of,
    look_at,
    make_room,
    open_anew,
    row_of,
    wait_until_more_arrives,
)

CONNECTED = "connectionsOfThisPage.filter(({ connectionState }) => !/new|closed/.test(connectionState)).length"
PAIRS = [("chromium", "firefox"), ("firefox", "chromium")]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_who_made_the_room_sees_who_knocks_and_lets_in_or_turns_away(node, people, artefacts, first, second):
    ana = people(first, "Ana")
    link = make_room(node, ana)
    berta, carla = knock(people(second, "Berta"), link), knock(people(first, "Carla"), link)
    for guest in (berta, carla):
        asking = knock_of(ana, guest.name)
        expect(asking).to_be_visible()
        expect(asking.get_by_test_id("knock-digits")).to_have_text(guest.see("waiting-digits").inner_text())
    assert berta.see("waiting-digits").inner_text() != carla.see("waiting-digits").inner_text()
    assert berta.page.evaluate(CONNECTED) == 0
    expect(berta.see("tile")).to_have_count(0)
    look_at(ana, artefacts / "lobby.png")
    look_at(berta, artefacts / "waiting.png")

    admit(ana, berta)
    for person, other in ((ana, "Berta"), (berta, "Ana")):
        person.sees_moving_picture_of(other)
    expect(row_of(ana, "Ana").get_by_test_id("role")).to_have_text("Host")
    expect(row_of(berta, "Ana").get_by_test_id("role")).to_have_text("Host")
    expect(berta.see("knock")).to_have_count(0)
    expect(carla.see("waiting")).to_be_visible()
    knock_of(ana, "Carla").get_by_test_id("turn-away").click()
    is_shut_out(carla, "refused")
    assert ana.errors() == [] and berta.errors() == [] and carla.errors() == []


def test_an_early_arrival_waits_and_the_hosts_arrival_lets_nobody_in(node, people):
    ana = people("chromium", "Ana")
    link = begin_room(node, ana)
    berta = knock(people("firefox", "Berta"), link)
    expect(berta.see("waiting-state")).to_contain_text("Nobody who could let you in")
    enter(ana)
    expect(knock_of(ana, "Berta")).to_be_visible()
    ana.page.wait_for_timeout(SETTLE)
    expect(berta.see("waiting")).to_be_visible()
    expect(ana.see("tile")).to_have_count(1)
    admit(ana, berta)
    ana.sees_moving_picture_of("Berta")


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_one_key_or_one_tap_stops_all_guests_at_once_and_they_go_on_one_by_one(node, people, artefacts, first, second):
    ana = people(first, "Ana")
    link = make_room(node, ana, door="open")
    berta, carla = people(second, "Berta").join(link), people(first, "Carla").join(link)
    for person, other in ((ana, "Berta"), (carla, "Berta"), (berta, "Carla"), (berta, "Ana")):
        person.sees_moving_picture_of(other)

    ana.page.keyboard.press("f")
    for person in (ana, berta, carla):
        expect(person.see("frozen")).to_be_visible()
    assert_nothing_arrives(ana, "video", "sound")
    wait_until_more_arrives(berta, "frames", 5)  # of the host, who goes on
    expect(berta.see("toggle-mic")).to_have_attribute("data-held", "")
    expect(berta.see("resume-all")).to_be_hidden()
    look_at(ana, artefacts / "frozen.png")

    row_of(ana, "Berta").get_by_test_id("resume-row").click()
    switch_on(berta, "toggle-camera", "toggle-mic")
    ana.sees_moving_picture_of("Berta")
    wait_until_more_arrives(ana, "sound", 20)
    ana.see("resume-all").click()
    for person in (ana, berta, carla):
        expect(person.see("frozen")).to_be_hidden()
    switch_on(carla, "toggle-camera")
    ana.sees_moving_picture_of("Carla")
    carla.sees_moving_picture_of("Berta")

    ana.see("freeze").click()
    expect(berta.see("frozen")).to_be_visible()
    assert_nothing_arrives(ana, "video", "sound")
    assert ana.errors() == [] and berta.errors() == [] and carla.errors() == []


def switch_on(person, *tools: str) -> None:
    """What the room has switched off is switched on by whom it belongs to, once that is allowed again."""
    for tool in tools:
        expect(person.see(tool)).not_to_have_attribute("data-held", "")
        if person.see(tool).get_attribute("aria-pressed") == "false":
            person.see(tool).click()


def test_all_microphones_are_silenced_and_given_back(node, people):
    ana = people("chromium", "Ana")
    link = make_room(node, ana, door="open")
    berta = people("firefox", "Berta").join(link)
    ana.hears("Berta")
    ana.press("host-open")
    ana.see("sweep-microphone").click()
    expect(ana.see("sweep-microphone")).to_have_attribute("aria-checked", "false")
    expect(berta.see("toggle-mic")).to_have_attribute("data-held", "")
    assert_nothing_arrives(ana, "sound")
    wait_until_more_arrives(ana, "frames", 5)
    ana.see("sweep-microphone").click()
    expect(berta.see("toggle-mic")).not_to_have_attribute("data-held", "")
    switch_on(berta, "toggle-mic")
    wait_until_more_arrives(ana, "sound", 20)


def test_who_is_removed_may_knock_again_and_whose_device_is_blocked_may_not(node, people):
    ana = people("chromium", "Ana")
    link = make_room(node, ana)
    berta, carla = knock(people("firefox", "Berta"), link), knock(people("chromium", "Carla"), link)
    expect(ana.see("door-line")).to_be_visible()
    expect(knock_of(ana, "Carla")).to_be_visible()
    ana.see("admit-many").click()
    for guest in (berta, carla):
        is_in(guest)

    remove(ana, "Berta", "remove-now")
    is_shut_out(berta, "removed")
    knock(berta, link)
    admit(ana, berta)
    remove(ana, "Carla", "remove-and-ban")
    expect(carla.see("blocked")).to_be_visible()
    expect(ana.tile_of("Carla")).to_have_count(0)
    open_anew(carla, link)
    ask_in(carla)
    is_shut_out(carla, "banned")
    expect(ana.see("knock")).to_have_count(0)
    ana.sees_moving_picture_of("Berta")


def remove(host, name: str, how: str) -> None:
    row_of(host, name).get_by_test_id("remove").click()
    expect(host.see(how)).to_be_visible()
    host.page.wait_for_timeout(SETTLE)
    host.see(how).click()


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_newcomers_are_veiled_and_silent_until_somebody_vouches(node, people, first, second):
    ana = people(first, "Ana")
    link = make_room(node, ana)
    berta, carla = knock(people(second, "Berta"), link), knock(people(first, "Carla"), link)
    admit(ana, berta, known=False)
    admit(ana, carla)
    expect(ana.tile_of("Carla").get_by_test_id("tile-veil")).to_be_hidden()
    expect(carla.see("own-veil")).to_be_hidden()
    for person in (ana, carla):
        expect(person.tile_of("Berta").get_by_test_id("tile-veil")).to_be_visible()
    expect(berta.see("own-veil")).to_be_visible()
    expect(carla.tile_of("Berta").get_by_test_id("tile-vouch")).to_be_hidden()
    ana.tile_of("Berta").get_by_test_id("tile-vouch").click()
    for person in (ana, carla):
        expect(person.tile_of("Berta").get_by_test_id("tile-veil")).to_be_hidden()
    expect(berta.see("own-veil")).to_be_hidden()
    ana.sees_moving_picture_of("Berta")
    ana.hears("Berta")
    assert ana.errors() == [] and berta.errors() == [] and carla.errors() == []


def test_everybody_but_one_moves_to_a_new_room_and_goes_on(node, people):
    ana = people("chromium", "Ana")
    link = make_room(node, ana, door="open")
    berta, carla = people("firefox", "Berta").join(link), people("chromium", "Carla").join(link)
    for name in ("Berta", "Carla"):
        ana.sees_moving_picture_of(name)
    ana.press("host-open")
    ana.see("move-open").click()
    passenger = ana.see("sheet-move").locator("label", has_text="Carla")
    passenger.get_by_test_id("stays-behind").check()
    ana.page.wait_for_timeout(SETTLE)
    ana.see("move-now").click()
    for person in (ana, berta):
        person.page.wait_for_url(lambda url: url != link)
    assert ana.page.url == berta.page.url
    for person, other in ((ana, "Berta"), (berta, "Ana")):
        is_in(person)
        person.sees_moving_picture_of(other)
        expect(person.see("tile")).to_have_count(2)
    expect(carla.see("blocked")).to_be_visible()
    assert carla.page.url == link
    ana.says("ya estamos")
    berta.reads("ya estamos")
    expect(row_of(berta, "Ana").get_by_test_id("role")).to_have_text("Host")
    knock(carla, ana.page.url)
    expect(knock_of(ana, "Carla")).to_be_visible()
    assert ana.errors() == [] and berta.errors() == []


@pytest.mark.parametrize("kind", ["chromium", "firefox"])
def test_three_presses_leave_a_clock_and_no_way_back(node, people, kind):
    ana = people(kind, "Ana")
    link = make_room(node, ana)
    for _ in range(3):
        ana.page.keyboard.press("Escape")
    expect(ana.page.locator("#time")).to_have_text(re.compile(r"\d"))
    assert "/r/" not in ana.page.url and "#" not in ana.page.url
    ana.page.go_back()
    ana.page.wait_for_timeout(SETTLE)
    assert ana.page.url != link
    expect(ana.see("tile")).to_have_count(0)
