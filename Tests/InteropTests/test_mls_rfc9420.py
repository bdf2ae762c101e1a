"""rfc9420 (PyPI) and our MLS library in one group, suites 1 and 2.

Crosses in both directions: key packages, Welcomes with the tree inside, Adds and PSKs by reference, commits without a
path, external PSKs in a commit and in a Welcome, application messages, exporters. To it only: commits with a path
(Update, Remove, none), Update and Remove proposals. Not crossed:
- commits with a path from it: it never signs the new leaf (RFC 9420 §7.2), which ours has to refuse, and does;
- commits to it that both add and have a path: it leaves new members out of the filtered direct path, where §4.1.2
  counts them (and mls-rs, OpenMLS and mlspp do);
- external commits: it takes their leaf for the one at 0;
- private handshake messages and trees beside a Welcome, which its interface has not.
"""

import pytest
from mls_peer import UPDATE, Refused, add, psk, remove

pytest.importorskip("rfc9420", reason="rfc9420 could not be installed from PyPI")

from mls_rfc9420 import Pythonist  # noqa: E402

SUITES = pytest.mark.parametrize("suite", [1, 2])
PSK, SECRET = b"room psk", bytes(range(32))


def assert_one_group(ours, theirs):
    assert ours.authenticator == theirs.authenticator
    assert ours.export("tertulia test", b"context") == theirs.export("tertulia test", b"context")
    assert theirs.open(ours.seal(b"from Swift", padding=17)) == b"from Swift"
    assert ours.open(theirs.seal(b"from Python")) == b"from Python"


def invited(ours, suite: int, *proposals: dict, **options):
    """A group of ours with rfc9420 as its second member."""
    creator, guest = ours(b"Ana", suite), Pythonist(b"Berta", suite)
    creator.store_psk(PSK, SECRET)
    guest.psks[PSK] = SECRET
    creator.create(b"room")
    _, welcome = creator.commit(add(guest.key_package), *proposals, **options)
    guest.join(welcome)
    return creator, guest


def three(ours, suite: int):
    """The same with a third member, of ours."""
    creator, guest = invited(ours, suite)
    third = ours(b"Dora", suite)
    commit, welcome = creator.commit(add(third.key_package()), withPath=False)
    guest.receive_commit(commit)
    third.join(welcome)
    return creator, guest, third


@SUITES
@pytest.mark.parametrize("path", [True, False])
def test_it_joins_our_group_by_welcome(ours, suite, path):
    assert_one_group(*invited(ours, suite, withPath=path))


@SUITES
def test_it_joins_our_group_by_a_welcome_with_the_room_psk(ours, suite):
    assert_one_group(*invited(ours, suite, psk(PSK)))


@SUITES
def test_without_the_room_psk_it_cannot_open_the_welcome(ours, suite):
    creator, guest = ours(b"Ana", suite), Pythonist(b"Berta", suite)
    creator.store_psk(PSK, SECRET)
    guest.psks[PSK] = bytes(32)
    creator.create(b"room")
    _, welcome = creator.commit(add(guest.key_package), psk(PSK))
    with pytest.raises(Exception, match="(?i)tag|decrypt|aead"):
        guest.join(welcome)


@SUITES
def test_ours_joins_its_group_by_welcome(ours, suite):
    creator, guest = Pythonist(b"Berta", suite), ours(b"Ana", suite)
    creator.create(b"room")
    creator.propose_add(guest.key_package())
    _, welcome = creator.commit()
    guest.join(welcome)
    assert_one_group(guest, creator)


@SUITES
def test_ours_joins_its_group_by_a_welcome_with_the_room_psk(ours, suite):
    creator, guest = Pythonist(b"Berta", suite), ours(b"Ana", suite)
    creator.psks[PSK] = SECRET
    creator.create(b"room")
    creator.propose_psk(PSK)
    creator.propose_add(guest.key_package())
    _, welcome = creator.commit()
    with pytest.raises(Refused, match="psk.*missing"):
        guest.join(welcome)
    guest.store_psk(PSK, SECRET)
    guest.join(welcome)
    assert_one_group(guest, creator)


@SUITES
def test_it_follows_our_commits(ours, suite):
    creator, guest, third = three(ours, suite)
    third.store_psk(PSK, SECRET)
    for proposals, path in (([], True), ([psk(PSK)], False), ([psk(PSK)], True)):
        commit, _ = creator.commit(*proposals, withPath=path)
        guest.receive_commit(commit)
        third.receive(commit)
        assert_one_group(creator, guest)
    assert third.authenticator == guest.authenticator
    commit, _ = creator.commit(remove(2))
    guest.receive_commit(commit)
    assert_one_group(creator, guest)


@SUITES
def test_ours_follows_its_commits_by_reference(ours, suite):
    creator, guest = invited(ours, suite)
    third = ours(b"Dora", suite)
    third.store_psk(PSK, SECRET)
    for proposal in (guest.propose_psk(PSK), guest.propose_add(third.key_package())):
        assert creator.receive(proposal)["kind"] == "proposal"
    commit, welcome = guest.commit()
    effects = creator.receive(commit)
    assert effects["added"] == [2] and effects["psks"] == [PSK.hex()]
    third.join(welcome)
    assert third.authenticator == guest.authenticator
    assert_one_group(creator, guest)


@SUITES
def test_it_follows_a_commit_of_an_update(ours, suite):
    creator, guest, third = three(ours, suite)
    update = third.propose(UPDATE)
    creator.receive(update)
    guest.receive_proposal(update, sender=2)
    commit, _ = creator.commit()
    assert third.receive(commit)["updated"] == [2]
    guest.receive_commit(commit)
    assert_one_group(creator, guest)


@SUITES
def test_its_remove_is_committed_by_ours(ours, suite):
    creator, guest, third = three(ours, suite)
    creator.receive(guest.propose_remove(2))
    commit, _ = creator.commit()
    guest.receive_commit(commit)
    assert_one_group(creator, guest)
    assert creator.members == {0: b"Ana", 1: b"Berta"}


@SUITES
def test_its_commit_whose_new_leaf_is_not_signed_is_refused(ours, suite):
    creator, guest = invited(ours, suite)
    commit, _ = guest.commit()
    with pytest.raises(Refused, match="badSignature"):
        creator.receive(commit)
