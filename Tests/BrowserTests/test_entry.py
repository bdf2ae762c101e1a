"""Ways into a room besides its link: invitations and passwords."""

import re

import pytest
from playwright.sync_api import expect
from rooms import (
    admit,
    ask_in,
    enter,
    is_shut_out,
    look_at,
    make_room,
    open_anew,
)

PAIRS = [("chromium", "firefox"), ("firefox", "chromium")]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_an_invitation_lets_its_first_device_in_and_no_other(node, people, artefacts, first, second):
    ana = people(first, "Ana")
    make_room(node, ana)
    invitation = invite(ana, "for the lawyer")
    berta = people(second, "Berta").join(invitation)
    ana.sees_moving_picture_of("Berta")
    look_at(ana, artefacts / "invitations.png")
    expect(ana.see("invitation")).to_contain_text("for the lawyer")
    expect(ana.see("invitation-state")).to_contain_text("Berta")

    carla = people(second, "Carla").open(invitation)
    ask_in(carla)
    is_shut_out(carla, "invitation_used")
    berta.see("leave").click()
    open_anew(berta, invitation)
    enter(berta)
    ana.sees_moving_picture_of("Berta")

    ana.see("revoke").click()
    ana.see("revoke-now").click()
    expect(berta.see("blocked")).to_be_visible()
    expect(ana.tile_of("Berta")).to_have_count(0)
    open_anew(berta, invitation)
    ask_in(berta)
    expect(berta.see("blocked")).to_be_visible()
    assert ana.errors() == [] and berta.errors() == [] and carla.errors() == []


def invite(host, label: str) -> str:
    """Makes an invitation for one device, leaves the sheet open, and returns its link."""
    host.press("invite-open")
    host.see("invitation-label").fill(label)
    host.see("make-invitation").click()
    expect(host.see("made-link")).to_be_visible()
    link = host.see("made-link").input_value()
    assert re.search(r"#1[\w-]{22}\.[\w-]{14}\.[\w-]{22}$", link), link
    return link


def test_a_password_opens_a_room_and_a_wrong_one_looks_like_nobody_there(node, people):
    ana = people("chromium", "Ana").open(node.origin)
    ana.see("room-options").click()
    ana.see("room-password").fill("sobremesa larga")
    ana.see("make-room").click()
    expect(ana.see("join-name")).to_be_visible()
    link = ana.page.url
    assert re.search(r"#2[\w-]{22}\.[\w-]{14}$", link), link
    enter(ana)
    berta = people("firefox", "Berta").open(link)
    berta.see("join-password").fill("sobremesa corta")
    ask_in(berta)
    expect(berta.see("waiting")).to_be_visible()
    no_host = berta.see("waiting-state").inner_text()
    expect(ana.see("knock")).to_have_count(0)
    berta.see("waiting-password").click()
    berta.see("join-password").fill("sobremesa larga")
    ask_in(berta)
    expect(berta.see("waiting-state")).not_to_have_text(no_host)
    admit(ana, berta)
    ana.sees_moving_picture_of("Berta")
    assert ana.errors() == [] and berta.errors() == []
