"""Guests who were given leave to invite, and hosts who take back what came of it."""

import pytest
from playwright.sync_api import expect
from rooms import ask_in, is_shut_out, make_invitation, make_room, numbers, open_anew

PAIRS = [("chromium", "firefox"), ("firefox", "chromium")]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_a_guest_invites_and_the_host_takes_the_whole_branch_back(node, people, first, second):
    ana = people(first, "Ana")
    make_room(node, ana)
    berta = people(second, "Berta").join(make_invitation(ana, "for Berta", delegates=True))
    passed_on = make_invitation(berta, "for Carla")
    carla = people(first, "Carla").join(passed_on)
    for person in (ana, berta, carla):
        expect(person.see("tile")).to_have_count(3)
    expect(ana.see("knock")).to_have_count(0)
    # Who was invited without leave to invite is offered the room's link, and nothing to make another with.
    carla.press("invite-open")
    expect(carla.see("invite-link")).to_be_visible()
    expect(carla.see("make-invitation")).to_be_hidden()
    berta.press("invite-open")
    expect(berta.see("invitation")).to_have_count(1)
    expect(berta.see("invitation")).to_contain_text("for Carla")

    before = numbers(ana)
    ana.press("invite-open")
    parent = ana.see("invitation").filter(has_text="in the room: Berta")
    child = ana.see("invitation").filter(has_text="in the room: Carla")
    expect(parent).to_have_attribute("data-depth", "0")
    expect(child).to_have_attribute("data-depth", "1")
    expect(child).to_contain_text("invited by: for Berta")
    parent.get_by_test_id("revoke").click()
    expect(parent).to_contain_text("2 people leave the room at once")
    parent.get_by_test_id("revoke-now").click()
    for guest in (berta, carla):
        is_shut_out(guest, "removed")
    expect(ana.see("tile")).to_have_count(1)
    expect(ana.see("invitation").filter(has_text="withdrawn")).to_have_count(2)
    ana.page.keyboard.press("Escape")
    assert numbers(ana) != before
    open_anew(carla, passed_on)
    ask_in(carla)
    is_shut_out(carla, "invitation_over")
    assert [person.errors() for person in (ana, berta, carla)] == [[], [], []]
