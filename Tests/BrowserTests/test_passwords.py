"""A host changes the room's password while the meeting goes on: for who is inside nothing happens, for others everything."""

import re

import pytest
from playwright.sync_api import expect
from rooms import admit, ask_in, begin_room, enter, knock, knock_of, look_at, make_room, open_anew
from test_recovery import CUT_SOCKETS

FIRST, SECOND = "sobremesa larga", "sobremesa corta"
# Firefox throws where the page's policy refuses an address: this one is the node's, and nobody answers there.
CUT = CUT_SOCKETS.replace("'wss://localhost:1'", "`wss://${location.host}/nowhere`")
NOBODY = "Nobody who could let you in"


def set_password(host, password: str | None, picture=None) -> None:
    """As hosts do, in the panel; None takes it away."""
    host.press("host-open")
    host.see("host-password").click()
    if password is not None:
        host.see("host-password-text").fill(password)
    host.see("host-password-remove" if password is None else "host-password-set").click()
    expect(host.see("host-password-outcome")).to_be_visible(timeout=20_000)
    if picture:
        look_at(host, picture)
    host.page.keyboard.press("Escape")
    expect(host.see("sheet-host")).to_be_hidden()


def knock_with(guest, link: str, password: str):
    open_anew(guest, link)
    guest.see("join-password").fill(password)
    ask_in(guest)
    expect(guest.see("waiting")).to_be_visible()
    return guest


@pytest.mark.parametrize(("first", "second"), [("chromium", "firefox"), ("firefox", "chromium")])
def test_a_host_sets_changes_and_takes_away_the_password_in_the_call(node, people, artefacts, first, second):
    ana, berta = people(first, "Ana"), people(second, "Berta")
    berta.page.add_init_script(CUT)
    old = make_room(node, ana)
    admit(ana, knock(berta, old))
    ana.sees_moving_picture_of("Berta")
    carla = knock(people(first, "Carla"), old)
    expect(knock_of(ana, "Carla")).to_be_visible()

    set_password(ana, FIRST, artefacts / "password_set.png")
    link = old.replace("#1", "#2")
    for person in (ana, berta):
        expect(person.page).to_have_url(link)
    expect(carla.see("waiting-state")).to_contain_text(NOBODY)
    expect(ana.see("knock")).to_have_count(0)
    expect(berta.see("tile")).to_have_count(2)

    berta.page.evaluate("uplink.cut = true; uplink.sockets.forEach((socket) => socket.close())")
    expect(berta.see("connection-state")).to_have_attribute("data-state", "reconnecting")
    set_password(ana, SECOND)
    berta.page.evaluate("uplink.cut = false")
    expect(berta.see("connection-state")).to_have_attribute("data-state", "connected")
    for person, other in ((ana, "Berta"), (berta, "Ana")):
        person.sees_moving_picture_of(other)
    berta.says("sigo aquí")
    ana.reads("sigo aquí")
    expect(ana.page).to_have_url(link)

    # The keys that she was told in the call are those that she comes back with, without being asked.
    berta.page.evaluate("uplink.sockets.forEach((socket) => socket.close())")
    expect(berta.see("connection-state")).to_have_attribute("data-state", "connected")
    ana.sees_moving_picture_of("Berta")
    expect(ana.see("knock")).to_have_count(0)

    dora = knock_with(people(second, "Dora"), link, FIRST)
    expect(dora.see("waiting-state")).to_contain_text(NOBODY)
    expect(ana.see("knock")).to_have_count(0)
    dora.see("waiting-password").click()
    dora.see("join-password").fill(SECOND)
    ask_in(dora)
    admit(ana, dora)
    dora.sees_moving_picture_of("Berta")

    set_password(ana, None)
    for person in (ana, berta, dora):
        expect(person.page).to_have_url(old)
    expect(knock_of(ana, "Carla")).to_be_visible()  # her link is good again, and she has been waiting with it
    assert ana.errors() == [] and dora.errors() == []


def test_who_waits_with_the_new_password_before_it_is_set_comes_to_the_room_then(node, people):
    ana = people("chromium", "Ana")
    old = begin_room(node, ana)
    enter(ana)
    expect(ana.see("freeze")).to_be_visible()
    berta = knock_with(people("chromium", "Berta"), re.sub("#1", "#2", old), FIRST)
    expect(berta.see("waiting-state")).to_contain_text(NOBODY)
    set_password(ana, FIRST)
    admit(ana, berta)
    ana.sees_moving_picture_of("Berta")
