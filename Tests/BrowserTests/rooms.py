"""Rooms with a host, as people use them: made, knocked at, opened."""

import re
from pathlib import Path

from people import Person
from playwright.sync_api import expect

# Of all streams that arrive: what was decoded so far, and the packets that came.
RECEIVED = """
  async () => {
    const sums = { frames: 0, video: 0, sound: 0 };
    for (const connection of connectionsOfThisPage) {
      for (const one of (await connection.getStats()).values()) {
        if (one.type !== 'inbound-rtp') continue;
        if (one.kind === 'audio') sums.sound += one.packetsReceived ?? 0;
        else {
          sums.frames += one.framesDecoded ?? 0;
          sums.video += one.packetsReceived ?? 0;
        }
      }
    }
    return sums;
  }
"""
SETTLE = 1_000  # ms after which a press is an answer to the question that is shown, and what was under way has arrived


def begin_room(node, host: Person) -> str:
    """Makes a room as a person does, stays before its door, and returns its link."""
    host.open(node.origin)
    host.see("home-new-room").click()
    expect(host.see("join-name")).to_be_visible()
    link = host.page.url
    assert re.search(r"#1[\w-]{22}\.[\w-]{14}$", link), link
    return link


def make_room(node, host: Person, door: str = "lobby") -> str:
    """Makes a room, enters it, and returns its link. With `door` set to `open`, nobody has to knock or to be vouched for."""
    link = begin_room(node, host)
    enter(host)
    # One is the host once the room has its rules.
    expect(host.see("freeze")).to_be_visible()
    if door != "lobby":
        set_door(host, door)
    if door == "open":
        lift_veil(host)
    return link


def enter(person: Person) -> None:
    """Gives a name before the door of an open page, and is in the call."""
    ask_in(person)
    is_in(person)


def ask_in(person: Person) -> None:
    person.see("join-name").fill(person.name)
    person.see("join-button").click()


def set_door(host: Person, door: str) -> None:
    host.press("host-open")
    host.see(f"door-{door}").click(force=True)
    expect(host.see(f"door-{door}")).to_be_checked()
    host.page.keyboard.press("Escape")
    expect(host.see("sheet-host")).to_be_hidden()


def lift_veil(host: Person) -> None:
    host.press("host-open")
    expect(host.see("veil")).to_be_checked()
    host.see("veil").click()
    expect(host.see("veil")).not_to_be_checked()
    host.page.keyboard.press("Escape")
    expect(host.see("sheet-host")).to_be_hidden()


def knock(guest: Person, link: str) -> Person:
    """Gives a name and waits at the door."""
    open_anew(guest, link)
    ask_in(guest)
    expect(guest.see("waiting")).to_be_visible()
    return guest


def open_anew(person: Person, link: str) -> None:
    """A link to where one is already would open nothing."""
    person.open("about:blank")
    person.open(link)


def make_invitation(person: Person, label: str, delegates: bool = False) -> str:
    """Makes one for one device, closes the sheet, and returns its link."""
    person.press("invite-open")
    person.see("invitation-label").fill(label)
    if delegates:
        person.see("invitation-delegates").check()
    person.see("make-invitation").click()
    expect(person.see("made-link")).to_be_visible()
    link = person.see("made-link").input_value()
    person.page.keyboard.press("Escape")
    expect(person.see("sheet-invite")).to_be_hidden()
    return link


def numbers(person: Person) -> str:
    """What all of one epoch can read aloud to each other, as the shield shows it."""
    person.see("shield").click()
    expect(person.see("code")).to_be_visible()
    groups = re.findall(r"\d{5}", person.see("code").inner_text())
    person.see("close-shield").click()
    return "".join(groups)


def show_people(person: Person) -> None:
    if not person.see("person").first.is_visible():
        person.press("toggle-people")
    expect(person.see("person").first).to_be_visible()


def knock_of(host: Person, name: str):
    show_people(host)
    return host.see("knock").filter(has_text=name)


def admit(host: Person, guest: Person, known: bool = True) -> None:
    """Lets in; with `known`, and vouches in the same tap."""
    knock_of(host, guest.name).get_by_test_id("admit-known" if known else "admit").click()
    is_in(guest)


def is_in(person: Person) -> None:
    expect(person.see("connection-state")).to_have_attribute("data-state", "connected")


def row_of(person: Person, name: str):
    show_people(person)
    return person.see("person").filter(has_text=name)


def is_shut_out(person: Person, code: str) -> None:
    expect(person.see("blocked")).to_have_attribute("data-code", code)


def look_at(person: Person, path: Path) -> None:
    """Keeps a picture. In Firefox the tool that takes it puts in a style, which the page's policy refuses, aloud."""
    if person.kind == "chromium":
        person.picture(path)


def received(person: Person) -> dict:
    return person.page.evaluate(RECEIVED)


def assert_nothing_arrives(person: Person, *kinds: str) -> None:
    """After what was under way: not one packet more of these kinds."""
    person.page.wait_for_timeout(SETTLE)
    before = received(person)
    person.page.wait_for_timeout(1_500)  # the time over which nothing may come is what is measured
    after = received(person)
    for kind in kinds:
        assert after[kind] == before[kind], f"{person.name} goes on receiving {kind}: {before}, {after}"


def wait_until_more_arrives(person: Person, kind: str, more: int) -> None:
    before = received(person)[kind]
    for _ in range(150):
        if received(person)[kind] >= before + more:
            return
        person.page.wait_for_timeout(200)
    raise AssertionError(f"{person.name} receives no more {kind} than {before}")
