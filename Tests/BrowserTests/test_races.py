"""Two hosts who act on one person in the same moment, and a host who is lost while everybody moves to a new room."""

import time

import pytest
from playwright.sync_api import expect
from rooms import SETTLE, admit, is_in, is_shut_out, knock, knock_of, make_room, row_of, show_people

PAIRS = [("chromium", "firefox"), ("firefox", "chromium")]
CLICK_AT = "(control, at) => void setTimeout(() => control.click(), at - Date.now())"


def press_together(*controls) -> None:
    """Presses all of them at one moment, each in its own page."""
    at = int(time.time() * 1_000) + 1_500
    for control in controls:
        control.evaluate(CLICK_AT, at)


def settled(person, *outcomes):
    """Waits until one of the outcomes, functions without arguments, holds, and still does when all has arrived. Which."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        holding = [outcome for outcome in outcomes if outcome()]
        person.page.wait_for_timeout(SETTLE)
        if holding and holding[0]():
            return holding[0]
    raise AssertionError(f"nothing came of it: {[outcome.__name__ for outcome in outcomes]}")


def talk(*everybody) -> None:
    """They are in one group, and nobody else: what the first writes all read."""
    said = f"somos {len(everybody)}, {time.monotonic()}"
    for person in everybody:
        expect(person.see("tile")).to_have_count(len(everybody))
    everybody[0].says(said)
    for person in everybody[1:]:
        person.reads(said)


def open_question(host, name: str) -> None:
    row_of(host, name).get_by_test_id("remove").click()
    expect(host.see("remove-now")).to_be_visible()


def open_person(host, name: str) -> None:
    row_of(host, name).get_by_test_id("person-menu").click()
    expect(host.see("role-cohost")).to_be_attached()


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_two_hosts_act_on_one_person_at_one_moment_and_all_see_one_outcome(node, people, first, second):
    ana, berta, carla = people(first, "Ana"), people(second, "Berta"), people(first, "Carla")
    link = make_room(node, ana)
    knock(berta, link)
    admit(ana, berta)
    open_person(ana, "Berta")
    ana.see("role-cohost").click(force=True)
    expect(row_of(berta, "Berta").get_by_test_id("role")).to_have_text("Co-host")
    ana.page.keyboard.press("Escape")

    def is_out() -> bool:
        return carla.see("blocked").is_visible() and all(host.see("tile").count() == 2 for host in (ana, berta))

    def is_inside() -> bool:
        return all(person.see("tile").count() == 3 for person in (ana, berta, carla))

    # At the door: one turns her away, one lets her in.
    knock(carla, link)
    asking = [knock_of(host, "Carla") for host in (ana, berta)]
    for one in asking:
        expect(one).to_be_visible()
    press_together(asking[0].get_by_test_id("turn-away"), asking[1].get_by_test_id("admit"))
    if settled(carla, is_out, is_inside) is is_out:
        knock(carla, link)
        admit(ana, carla, known=False)
    for host in (ana, berta):
        expect(host.see("knock")).to_have_count(0)

    # One vouches for her while the other removes her: she goes, as removing takes back what vouching gave.
    open_question(berta, "Carla")
    vouching = row_of(ana, "Carla").get_by_test_id("vouch-row")
    expect(vouching).to_be_visible()
    press_together(vouching, berta.see("remove-now"))
    is_shut_out(carla, "removed")
    talk(ana, berta)
    assert [person.errors() for person in (ana, berta, carla)] == [[], [], []]


def begin_move(node, people, first, second):
    """A host and two guests are in a room, and the host has told them to move. The room's link, and the three."""
    ana = people(first, "Ana")
    link = make_room(node, ana, door="open")
    berta, carla = people(second, "Berta").join(link), people(first, "Carla").join(link)
    expect(ana.see("tile")).to_have_count(3)
    ana.press("host-open")
    ana.see("move-open").click()
    expect(ana.see("move-now")).to_be_visible()
    ana.page.wait_for_timeout(SETTLE)
    ana.see("move-now").click()
    return link, ana, berta, carla


def test_a_host_who_is_lost_before_anybody_was_called_leaves_the_old_room_as_it_was(node, people):
    link, ana, berta, carla = begin_move(node, people, "chromium", "firefox")
    ana.close()
    stay_behind(link, berta, carla)
    assert berta.errors() == [] and carla.errors() == []


def test_who_was_called_to_a_room_whose_host_is_lost_stays_where_they_are_and_is_told(node, people):
    link, ana, berta, carla = begin_move(node, people, "firefox", "chromium")
    ana.page.wait_for_url(lambda url: url != link)
    ana.page.reload()
    for guest in (berta, carla):
        expect(guest.see("move-again")).to_be_visible()
        guest.see("move-dismiss").click()
    stay_behind(link, berta, carla)
    assert berta.errors() == [] and carla.errors() == []


def stay_behind(link: str, berta, carla) -> None:
    """They are in the old room, see that nobody hosts it, write to each other, and one leaves."""
    for guest in (berta, carla):
        expect(guest.see("tile")).to_have_count(2)
        expect(guest.see("move")).to_be_hidden()
        assert guest.page.url == link
        show_people(guest)
        expect(guest.see("hosts-now")).to_contain_text("Nobody hosts now")
    talk(berta, carla)
    berta.see("leave").click()
    expect(carla.see("tile")).to_have_count(1)
