"""Ways into a room besides its link, and an account to keep rooms in."""

import base64
import contextlib
import hashlib
import hmac
import re
import struct
import time

import pytest
from node import Node
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


@pytest.fixture(scope="module")
def open_node():
    """A node where anybody may have an account."""
    with contextlib.closing(Node("--registration", "open")) as started:
        yield started


@pytest.mark.parametrize("kind", ["chromium", "firefox"])
def test_an_account_is_made_left_and_entered_again_with_two_steps_and_deleted(open_node, people, artefacts, kind):
    name, password = f"ana-{kind}", "una frase larga y mia"
    ana = people(kind, "Ana").open(f"{open_node.origin}/account")
    ana.see("to-register").click()
    ana.see("new-name").fill(name)
    ana.see("new-password").fill(password)
    ana.see("register").click()
    expect(ana.see("recovery-codes")).to_be_visible()
    ana.see("codes-kept").check()
    ana.see("codes-go-on").click()
    expect(ana.see("sign-out")).to_be_visible()
    look_at(ana, artefacts / "account.png")

    ana.see("totp-on").click()
    ana.see("confirm-password").fill(password)
    ana.see("confirm-yes").click()
    expect(ana.see("totp-key")).to_be_visible()
    key = re.sub(r"\s", "", ana.see("totp-key").inner_text())
    ana.see("totp-first").fill(totp(key))
    ana.see("totp-confirm").click()
    expect(ana.see("totp-off")).to_be_visible()
    ana.see("sign-out").click()

    sign_in(ana, name, "una frase larga y otra")
    expect(ana.see("account-problem")).to_be_visible()
    sign_in(ana, name, password)
    ana.see("totp-code").fill("000000" if totp(key, 1) != "000000" else "111111")
    ana.see("give-code").click()
    expect(ana.see("account-problem")).to_be_visible()
    ana.see("totp-code").fill(totp(key, 1))
    ana.see("give-code").click()
    expect(ana.see("sign-out")).to_be_visible()

    ana.see("delete-account").click()
    ana.see("confirm-password").fill(password)
    ana.see("confirm-yes").click()
    expect(ana.see("account-name")).to_be_visible()
    sign_in(ana, name, password)
    expect(ana.see("account-problem")).to_be_visible()
    # A browser notes each answer of the node that says no.
    assert [line for line in ana.errors() if "status of 4" not in line] == []


def sign_in(person, name: str, password: str) -> None:
    person.see("account-name").fill(name)
    person.see("account-password").fill(password)
    person.see("sign-in").click()


def totp(key: str, ahead: int = 0) -> str:
    """RFC 6238 with its defaults; `ahead` steps after now, as the code of this one may have been used."""
    secret = base64.b32decode(key.upper() + "=" * (-len(key) % 8))
    digest = hmac.new(secret, struct.pack(">Q", int(time.time()) // 30 + ahead), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"
