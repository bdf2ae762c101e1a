"""The people of a room are the members of its group: who they are, how to make sure, and how one is put out."""

import re

import pytest
from playwright.sync_api import expect
from rooms import make_room, numbers, row_of

PAIRS = [("chromium", "firefox"), ("firefox", "chromium")]


def common_digits(*people) -> str:
    """The numbers that all of them see. They change for a while after somebody came, as members renew their keys."""
    seen = []
    for _ in range(10):
        seen = [numbers(person) for person in people]
        if len(set(seen)) == 1:
            return seen[0]
    raise AssertionError(f"numbers differ: {seen}")


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_all_members_see_the_same_people_and_numbers(node, people, first, second):
    link = node.fresh_link()
    ana, berta, carla = people(first, "Ana").join(link), people(second, "Berta").join(link), people(first, "Carla").join(link)
    for person in (ana, berta, carla):
        expect(person.see("tile")).to_have_count(3)
        expect(person.see("alarm")).to_be_hidden()
    assert len(common_digits(ana, berta, carla)) == 30


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_whom_the_host_removes_is_out_at_once_and_the_others_go_on(node, people, first, second):
    ana = people(first, "Ana")
    link = make_room(node, ana, door="open")
    berta, carla = people(second, "Berta").join(link), people(second, "Carla").join(link)
    for person in (ana, carla):
        person.sees_moving_picture_of("Berta")
    assert not row_of(carla, "Ana").get_by_test_id("remove").is_visible()
    row_of(ana, "Berta").get_by_test_id("remove").click()
    # A press that comes with the question is none of its answers.
    ana.page.wait_for_timeout(1_000)
    ana.see("remove-now").click()
    expect(berta.see("blocked")).to_be_visible()
    for person in (ana, carla):
        expect(person.tile_of("Berta")).to_have_count(0)
    carla.sees_moving_picture_of("Ana")
    ana.says("entre nosotras")
    carla.reads("entre nosotras")
    assert ana.errors() == [] and carla.errors() == []


def test_the_host_is_the_host_after_a_reload_and_nobody_else_is(node, people):
    ana = people("chromium", "Ana")
    link = make_room(node, ana, door="open")
    berta = people("firefox", "Berta").join(link)
    ana.page.reload()
    ana.join(link)
    expect(ana.tile_of("Berta")).to_be_visible()
    expect(row_of(ana, "Berta").get_by_test_id("remove")).to_be_visible()
    expect(row_of(berta, "Ana")).to_be_visible()
    expect(row_of(berta, "Ana").get_by_test_id("remove")).to_be_hidden()


def test_two_people_compare_numbers_and_know_each_other_again(node, people):
    link = node.fresh_link()
    ana, berta = people("chromium", "Ana").join(link), people("firefox", "Berta").join(link)
    expect(row_of(ana, "Berta")).to_have_attribute("data-trust", "new")
    row_of(ana, "Berta").get_by_test_id("compare").click()
    berta.see("comparison-accept").click()
    shown = []
    for person in (ana, berta):
        expect(person.see("comparison-digits")).to_have_attribute("data-digits", re.compile(r"^\d{6}$"))
        shown.append(person.see("comparison-digits").get_attribute("data-digits"))
    assert shown[0] == shown[1]
    ana.page.wait_for_timeout(1_000)
    for person in (ana, berta):
        person.see("comparison-same").click()
    for person, other in ((ana, "Berta"), (berta, "Ana")):
        expect(person.see("comparison")).to_have_attribute("data-step", "matched")
        person.see("comparison-close").click()
        expect(row_of(person, other)).to_have_attribute("data-trust", "verified")


def test_hands_and_reactions_reach_the_others(node, people):
    link = node.fresh_link()
    ana, berta = people("chromium", "Ana").join(link), people("firefox", "Berta").join(link)
    expect(berta.tile_of("Ana")).to_be_visible()
    ana.press("toggle-hand")
    expect(berta.tile_of("Ana").get_by_test_id("tile-hand")).to_be_visible()
    ana.press("toggle-hand")
    expect(berta.tile_of("Ana").get_by_test_id("tile-hand")).to_be_hidden()
