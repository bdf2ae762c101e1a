"""An account, from its making to its deletion, and everything that opens one."""

import contextlib
import json
import re
import sqlite3

import pytest
from accounts import (
    PASSWORD,
    STRETCHED,
    confirm,
    demand_codes,
    give_code,
    is_refused,
    is_signed_in,
    is_told,
    refusals_aside,
    register,
    sign_in,
    totp,
)
from node import Node
from playwright.sync_api import expect
from rooms import begin_room, enter, look_at, make_room, row_of

KINDS = ["chromium", "firefox"]


@pytest.fixture(scope="module")
def open_node():
    """A node where anybody may have an account."""
    with contextlib.closing(Node("--registration", "open")) as started:
        yield started


@pytest.mark.parametrize(("first", "second"), [("chromium", "firefox"), ("firefox", "chromium")])
def test_a_room_of_ones_own_lasts_and_is_hosted_from_another_device(open_node, people, artefacts, first, second):
    name = f"ana-{first}"
    ana = people(first, "Ana")
    register(ana, open_node, name)
    look_at(ana, artefacts / "account.png")
    ana.open(open_node.origin)
    ana.see("room-options").click()
    ana.see("room-keep").check()
    ana.see("room-name").fill("Asamblea")
    ana.see("make-room").click()
    expect(ana.see("join-name")).to_be_visible()
    link = ana.page.url
    enter(ana)
    expect(ana.see("freeze")).to_be_visible()
    ana.see("leave").click()
    ana.open(f"{open_node.origin}/account")
    ana.see("sign-out").click()
    expect(ana.see("account-name")).to_be_visible()
    ana.open(open_node.origin)
    expect(ana.see("own-room")).to_have_count(0)

    phone = people(second, "Ana", phone=True).open(f"{open_node.origin}/account")
    look_at(phone, artefacts / "account-sign-in-phone.png")
    sign_in(phone, name)
    is_signed_in(phone)
    expect(phone.see("own-rooms")).to_contain_text("Asamblea")
    look_at(phone, artefacts / "account-phone.png")
    phone.open(open_node.origin)
    phone.see("own-room").filter(has_text="Asamblea").click()
    phone.page.wait_for_url(link)
    enter(phone)
    expect(row_of(phone, "Ana").get_by_test_id("role")).to_have_text("Host")
    assert refusals_aside(ana) == [] and refusals_aside(phone) == []


@pytest.mark.parametrize("kind", KINDS)
def test_codes_are_demanded_and_wrong_used_and_late_ones_are_told_plainly(open_node, people, artefacts, kind):
    name = f"berta-{kind}"
    berta = people(kind, "Berta")
    register(berta, open_node, name)
    key = demand_codes(berta)
    look_at(berta, artefacts / "account-codes.png")
    used = totp(key)
    berta.see("sign-out").click()
    sign_in(berta, name, "una frase larga y otra")
    is_refused(berta, "That is not right")
    sign_in(berta, name)
    near = {totp(key, ahead) for ahead in range(-3, 4)}
    wrong = next(code for code in ("000000", "111111", "222222") if code not in near)
    for code in (wrong, used, totp(key, -3)):
        give_code(berta, code)
        is_refused(berta, "That code is not right")
    look_at(berta, artefacts / "account-wrong-code.png")
    give_code(berta, totp(key, 1))
    is_signed_in(berta)
    assert refusals_aside(berta) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_recovery_code_opens_once_and_leads_to_a_new_password(open_node, people, artefacts, kind):
    name, renewed = f"carla-{kind}", "otra frase, aun mas larga"
    carla = people(kind, "Carla")
    code = register(carla, open_node, name)[0]
    demand_codes(carla)
    carla.see("sign-out").click()
    carla.see("to-recover").click()
    carla.see("recovery-code").fill(code.lower())
    carla.see("recover").click()
    expect(carla.see("renewed-password")).to_be_visible(timeout=STRETCHED)
    for refused in ("qwertyuiop", f"tertulia {name}"):
        carla.see("renewed-password").fill(refused)
        carla.see("renew").click()
        is_refused(carla, "This password")
    look_at(carla, artefacts / "account-new-password.png")
    carla.see("renewed-password").fill(renewed)
    carla.see("renew").click()
    is_signed_in(carla)
    expect(carla.see("totp-on")).to_be_visible()
    expect(carla.see("codes-left")).to_contain_text("7")

    carla.see("sign-out").click()
    carla.see("to-recover").click()
    carla.see("recovery-code").fill(code)
    carla.see("recover").click()
    is_refused(carla, "not a recovery code, or it was used")
    carla.see("back").click()
    sign_in(carla, name, renewed)
    is_signed_in(carla)
    assert refusals_aside(carla) == []


@pytest.mark.parametrize(("first", "second"), [("chromium", "firefox")])
def test_other_devices_are_listed_and_ended_at_once_and_what_is_kept_is_given_out(
    open_node, people, artefacts, first, second
):
    dora = people(first, "Dora")
    register(dora, open_node, "dora")
    other = people(second, "Dora").open(f"{open_node.origin}/account")
    sign_in(other, "dora")
    is_signed_in(other)
    dora.page.reload()
    expect(dora.see("devices").locator("li")).to_have_count(2)
    look_at(dora, artefacts / "account-devices.png")
    dora.see("end-others").click()
    expect(dora.see("devices").locator("li")).to_have_count(1)
    other.see("keep-settings").click()
    expect(other.see("account-name")).to_be_visible()
    is_told(other, "You were signed out")

    with dora.page.expect_download() as download:
        dora.see("export").click()
    text = download.value.path().read_text()
    exported = json.loads(text)
    assert exported["name"] == "dora" and len(exported["devices"]) == 1 and exported["vault"]["sealed"]
    assert PASSWORD not in text
    assert refusals_aside(dora) == [] and refusals_aside(other) == []


@pytest.mark.parametrize(("first", "second"), [("chromium", "firefox")])
def test_deletion_asks_for_the_password_and_takes_effect_at_once_everywhere(open_node, people, first, second):
    eva = people(first, "Eva")
    register(eva, open_node, "eva")
    other = people(second, "Eva").open(f"{open_node.origin}/account")
    sign_in(other, "eva")
    is_signed_in(other)
    eva.see("delete-account").click()
    confirm(eva, "una frase larga y otra")
    expect(eva.page.locator("#confirm-password-problem")).to_be_visible(timeout=STRETCHED)
    confirm(eva)
    is_told(eva, "The account is deleted")
    sign_in(eva, "eva")
    is_refused(eva, "That is not right")
    other.page.reload()
    expect(other.see("account-name")).to_be_visible()
    assert refusals_aside(eva) == [] and refusals_aside(other) == []


def authenticator(person) -> None:
    """A key of Chromium's own that answers by itself, verifies its owner and computes secrets (WebAuthn's virtual authenticator)."""
    session = person.page.context.new_cdp_session(person.page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": True}
    options |= {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True, "hasPrf": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_is_the_second_step_or_the_only_one_and_opens_what_is_kept(open_node, people, artefacts):
    fina = people("chromium", "Fina")
    authenticator(fina)
    register(fina, open_node, "fina")
    fina.see("add-passkey").click()
    fina.see("passkey-label").fill("<b>llave</b>'; --")
    confirm(fina)
    expect(fina.see("passkeys").locator("li")).to_have_count(1, timeout=STRETCHED)
    expect(fina.see("passkeys")).to_contain_text("<b>llave</b>'; --")
    look_at(fina, artefacts / "account-passkey.png")
    fina.see("sign-out").click()

    sign_in(fina, "fina")
    expect(fina.see("second-passkey")).to_be_visible(timeout=STRETCHED)
    expect(fina.see("sign-out")).to_have_count(0)
    look_at(fina, artefacts / "account-second-passkey.png")
    fina.see("second-passkey").click()
    is_signed_in(fina)
    fina.see("sign-out").click()

    fina.see("with-passkey").click()
    is_signed_in(fina)
    expect(fina.see("no-rooms")).to_be_visible()
    expect(fina.see("vault-locked")).to_be_hidden()
    fina.see("remove-passkey").click()
    confirm(fina)
    expect(fina.see("passkeys").locator("li")).to_have_count(0, timeout=STRETCHED)
    fina.see("sign-out").click()
    fina.see("with-passkey").click()
    is_refused(fina, "That is not right")
    sign_in(fina, "fina")
    is_signed_in(fina)
    assert refusals_aside(fina) == []


def test_a_locked_database_lets_nobody_sign_in_says_so_and_meetings_go_on(people):
    with contextlib.closing(Node("--registration", "open")) as node:
        ana, berta = people("chromium", "Ana"), people("firefox", "Berta")
        register(ana, node, "ana")
        ana.see("sign-out").click()
        expect(ana.see("account-name")).to_be_visible()
        guest = people("chromium", "Gala")
        link = make_room(node, guest, door="open")
        berta.join(link)
        guest.sees_moving_picture_of("Berta")
        with contextlib.closing(sqlite3.connect(node.database, isolation_level=None)) as holder:
            holder.execute("BEGIN EXCLUSIVE")
            sign_in(ana, "ana")
            is_refused(ana, "The server cannot read or write accounts now")
            guest.says("seguimos")
            berta.reads("seguimos")
            guest.sees_moving_picture_of("Berta")
            holder.execute("ROLLBACK")
        sign_in(ana, "ana")
        is_signed_in(ana)
        assert re.search(r"reason.{0,8}locked", node.log())
