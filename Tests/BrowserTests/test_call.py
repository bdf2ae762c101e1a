"""People in real browsers see, hear and write to each other through a node."""

import pytest
from playwright.sync_api import expect

PAIRS = [("chromium", "chromium"), ("firefox", "chromium"), ("chromium", "firefox"), ("firefox", "firefox")]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_two_people_see_hear_and_write_to_each_other(node, people, first, second):
    link = node.fresh_link()
    ana = people(first, "Ana").join(link)
    berta = people(second, "Berta").join(link)
    for one, other in ((ana, "Berta"), (berta, "Ana")):
        one.sees_moving_picture_of(other)
        one.hears(other)
    ana.says("Hola, ¿me lees?")
    berta.reads("Hola, ¿me lees?")
    berta.says("<b>Sí</b> & claro")
    ana.reads("<b>Sí</b> & claro")
    assert ana.errors() == [] and berta.errors() == []


def test_three_people_see_and_hear_each_other(node, people):
    link = node.fresh_link()
    kinds = {"Ana": "chromium", "Berta": "firefox", "Carla": "chromium"}
    joined = {name: people(kind, name).join(link) for name, kind in kinds.items()}
    for name, person in joined.items():
        for other in kinds:
            if other == name:
                continue
            person.sees_moving_picture_of(other)
            person.hears(other)
        expect(person.see("tile")).to_have_count(3)
        expect(person.see("alarm")).to_be_hidden()


def test_a_shared_screen_arrives_and_goes(node, people):
    link = node.fresh_link()
    ana = people("chromium", "Ana").join(link)
    berta = people("firefox", "Berta").join(link)
    ana.see("toggle-screen").click()
    expect(berta.see("screen-video")).to_be_visible()
    berta.picture_moves(berta.see("screen-video"))
    ana.see("toggle-screen").click()
    expect(berta.see("screen-video")).to_be_hidden()


def test_a_muted_person_is_shown_as_muted_and_not_heard(node, people):
    link = node.fresh_link()
    ana = people("chromium", "Ana").join(link)
    berta = people("chromium", "Berta").join(link)
    berta.hears("Ana")
    ana.see("toggle-mic").click()
    expect(ana.see("toggle-mic")).to_have_attribute("aria-pressed", "false")
    expect(berta.tile_of("Ana")).to_have_attribute("data-mic", "false")


def test_a_person_who_leaves_is_gone_from_every_page(node, people):
    link = node.fresh_link()
    ana = people("chromium", "Ana").join(link)
    berta = people("firefox", "Berta").join(link)
    expect(ana.tile_of("Berta")).to_be_visible()
    berta.see("leave").click()
    expect(ana.tile_of("Berta")).to_have_count(0)


def test_a_wrong_fragment_opens_nothing_and_the_page_says_why(node, people):
    link = node.fresh_link()
    people("chromium", "Ana").join(link)
    address, fragment = link.split("#")
    forged = fragment[:5] + ("x" if fragment[5] != "x" else "y") + fragment[6:]
    mallory = people("chromium", "Mallory").open(f"{address}#{forged}")
    mallory.see("join-name").fill("Mallory")
    mallory.see("join-button").click()
    blocked = mallory.see("blocked")
    expect(blocked).to_be_visible()
    expect(blocked).to_have_attribute("data-code", "wrong_secret")
    expect(mallory.see("tile-video")).to_have_count(0)
