"""Accounts, as people use them: made, entered, secured."""

import base64
import hashlib
import hmac
import re
import struct
import time

from people import PATIENCE, Person
from playwright.sync_api import expect

# ms: a password is stretched in the browser, and again by the node at the lowest priority that it has, one at a time.
STRETCHED = 4 * PATIENCE
PASSWORD = "una frase larga y mia"


def register(person: Person, node, name: str, password: str = PASSWORD) -> list[str]:
    """Makes an account, stays in its page, and returns its recovery codes."""
    person.open(f"{node.origin}/account")
    person.see("to-register").click()
    person.see("new-name").fill(name)
    person.see("new-password").fill(password)
    person.see("register").click()
    expect(person.see("recovery-codes")).to_be_visible(timeout=STRETCHED)
    codes = person.see("recovery-codes").locator("li").all_inner_texts()
    assert len(codes) == 8 and all(re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){5}\w{4}", code) for code in codes), codes
    person.see("codes-kept").check()
    person.see("codes-go-on").click()
    is_signed_in(person)
    return codes


def sign_in(person: Person, name: str, password: str = PASSWORD) -> None:
    """Gives a name and a password; what comes of it is for the test to see."""
    person.see("account-name").fill(name)
    person.see("account-password").fill(password)
    person.see("sign-in").click()


def is_signed_in(person: Person) -> None:
    expect(person.see("sign-out")).to_be_visible(timeout=STRETCHED)


def is_refused(person: Person, words: str) -> None:
    expect(person.see("account-problem").locator("visible=true")).to_contain_text(words, timeout=STRETCHED)


def is_told(person: Person, words: str) -> None:
    expect(person.see("account-done").locator("visible=true")).to_contain_text(words, timeout=STRETCHED)


def confirm(person: Person, password: str = PASSWORD) -> None:
    """Gives the password that the page asks for before something that matters."""
    person.see("confirm-password").fill(password)
    person.see("confirm-yes").click()


def demand_codes(person: Person) -> str:
    """Switches codes of an app on and returns the app's key; this step's code is used up by it."""
    person.see("totp-on").click()
    confirm(person)
    expect(person.see("totp-key")).to_be_visible(timeout=STRETCHED)
    key = re.sub(r"\s", "", person.see("totp-key").inner_text())
    person.see("totp-first").fill(totp(key))
    person.see("totp-confirm").click()
    expect(person.see("totp-off")).to_be_visible()
    return key


def give_code(person: Person, code: str) -> None:
    person.see("totp-code").fill(code)
    person.see("give-code").click()


def totp(key: str, ahead: int = 0) -> str:
    """RFC 6238 with its defaults; `ahead` steps after now, as the code of this one may have been used."""
    secret = base64.b32decode(key.upper() + "=" * (-len(key) % 8))
    digest = hmac.new(secret, struct.pack(">Q", int(time.time()) // 30 + ahead), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def refusals_aside(person: Person) -> list[str]:
    """What the page complained about; a browser notes each answer of the node that says no."""
    return [line for line in person.errors() if "status of 4" not in line and "status of 5" not in line]
