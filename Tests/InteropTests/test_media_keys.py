"""The shared numbers of media_keys.json, which the Swift core checks in MediaKeyVectorTests."""

import json
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

import media_keys
from link import Link, password_key, unb64url

VECTORS = json.loads((Path(__file__).parent / "media_keys.json").read_text())


@pytest.mark.parametrize("vector", VECTORS["links"])
def test_what_follows_from_a_link(vector):
    address = f"https://example.org/r/{vector.get('room', 'ROOM')}#{vector['fragment']}"
    link = Link.parse(address, vector.get("password"))
    assert unb64url(link.gate).hex() == vector["gate"]
    assert link.room_psk.hex() == vector["room_psk"]
    assert link.knock_key.hex() == vector["knock"]
    if link.invitation is not None:
        assert link.invitation_public_key.hex() == vector["invitation"]
    if link.password is not None:
        assert password_key(link.password, link.room).hex() == vector["password_key"]


@pytest.mark.parametrize("vector", VECTORS["frames"])
def test_a_frame_opens_with_the_epochs_media_secret(vector):
    secret, frame = bytes.fromhex(vector["media_secret"]), bytes.fromhex(vector["frame"])
    kid = media_keys.key_id(vector["context"], vector["leaf"], vector["epoch"])
    base = media_keys.base_key(secret, vector["leaf"])
    key, salt = media_keys.key_and_salt(base, kid)
    assert (base.hex(), key.hex(), salt.hex()) == (vector["base_key"], vector["key"], vector["salt"])
    header = media_keys.SFrameHeader.parse(frame[vector["clear"] :])
    assert (header.kid, header.counter) == (kid, vector["counter"])
    assert media_keys.open_frame(secret, frame, vector["clear"]).hex() == vector["plain"]


@pytest.mark.parametrize("vector", VECTORS["frames"])
def test_another_epochs_secret_opens_nothing(vector):
    secret = bytes.fromhex(vector["media_secret"])
    with pytest.raises(InvalidTag):
        media_keys.open_frame(bytes([secret[0] ^ 1]) + secret[1:], bytes.fromhex(vector["frame"]), vector["clear"])
