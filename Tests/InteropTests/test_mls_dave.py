"""OpenMLS (PyPI davey) and mlspp (PyPI dave.py) with our MLS library in one group, suite 2 with external senders.

Both show MLS only through DAVE: ours plays the delivery service, which is the external sender, and fellow members.
Crosses in both directions: key packages, proposals of the external sender (Add, Remove) that the other refers to,
commits with and without a path, Welcomes with the tree inside, epoch authenticators, exporters (as media keys, each
side opening the other's frames). To OpenMLS only: commits without proposals, which libdave refuses. Not crossed, for
DAVE has no such messages: application messages, private handshake messages, members' own proposals and Updates,
proposals by value, PSKs, external commits, trees beside a Welcome.
"""

import pytest
from mls_peer import add, remove, vector

for package, name in (("davey", "davey"), ("dave", "dave.py")):
    pytest.importorskip(package, reason=f"{name} could not be installed from PyPI")

from mls_dave import EXPORTER, GROUP, MLSpp, OpenMLS, identity, open_frame, seal_frame  # noqa: E402

EXTERNAL_SENDERS = 5
OURS, GUEST, THIRD, FOURTH = 22, 11, 33, 44
EVERYBODY = {OURS, GUEST, THIRD, FOURTH}
PEERS = pytest.mark.parametrize("peer", [OpenMLS, MLSpp])


class Meeting:
    """A delivery service of ours, and makers of members."""

    def __init__(self, ours):
        self._ours = ours
        self.node = ours(b"node", 2)

    def ours(self, user: int = OURS):
        return self._ours(identity(user), 2)

    def guest(self, peer, user: int = GUEST):
        return peer(user, self.node.external_sender)

    def proposes(self, proposal: dict, epoch: int) -> bytes:
        return self.node.propose_externally(proposal, GROUP, epoch)

    def invited(self, peer):
        """A group of ours with `peer` as its second member."""
        creator, guest = self.ours(), self.guest(peer)
        creator.create(GROUP, [(EXTERNAL_SENDERS, vector(self.node.external_sender))])
        creator.receive(self.proposes(add(guest.key_package()), epoch=0))
        _, welcome = creator.commit()
        guest.join(welcome, EVERYBODY)
        return creator, guest

    def inviting(self, peer):
        """A group of `peer` with one of ours as its second member."""
        creator, guest = self.guest(peer), self.ours()
        commit, welcome = creator.propose([self.proposes(add(guest.key_package()), epoch=0)], EVERYBODY)
        creator.receive(commit)
        guest.join(welcome)
        return creator, guest


@pytest.fixture
def meeting(ours):
    return Meeting(ours)


def media_key(ours, user: int) -> bytes:
    return ours.export(EXPORTER, user.to_bytes(8, "little"), 16)


def assert_one_group(ours, theirs):
    assert ours.authenticator == theirs.authenticator
    assert open_frame(media_key(ours, theirs.user), theirs.seal_frame(b"their voice")) == b"their voice"
    frame = seal_frame(media_key(ours, OURS), 1, b"our voice")
    assert theirs.open_frame(OURS, frame) == b"our voice"


@PEERS
def test_it_joins_our_group(meeting, peer):
    creator, guest = meeting.invited(peer)
    assert creator.members == {0: identity(OURS), 1: identity(GUEST)}
    assert_one_group(creator, guest)


@PEERS
def test_ours_joins_its_group(meeting, peer):
    creator, guest = meeting.inviting(peer)
    assert guest.members == {0: identity(GUEST), 1: identity(OURS)}
    assert_one_group(guest, creator)


@PEERS
@pytest.mark.parametrize("path", [True, False])
def test_it_follows_our_commits(meeting, peer, path):
    creator, guest = meeting.invited(peer)
    third = meeting.ours(THIRD)
    proposal = meeting.proposes(add(third.key_package()), epoch=1)
    creator.receive(proposal)
    guest.propose([proposal], EVERYBODY)
    commit, welcome = creator.commit(withPath=path)
    guest.receive(commit)
    third.join(welcome)
    assert_one_group(creator, guest)
    proposal = meeting.proposes(remove(2), epoch=2)
    creator.receive(proposal)
    guest.propose([proposal], EVERYBODY)
    commit, _ = creator.commit()
    guest.receive(commit)
    assert_one_group(creator, guest)


@PEERS
def test_ours_follows_its_commits(meeting, peer):
    creator, guest = meeting.inviting(peer)
    third = meeting.ours(THIRD)
    proposal = meeting.proposes(add(third.key_package()), epoch=1)
    guest.receive(proposal)
    commit, welcome = creator.propose([proposal], EVERYBODY)
    creator.receive(commit)
    assert guest.receive(commit)["added"] == [2]
    third.join(welcome)
    assert third.authenticator == guest.authenticator
    assert_one_group(guest, creator)
    proposal = meeting.proposes(remove(2), epoch=2)
    for one in (guest, third):
        one.receive(proposal)
    commit, _ = creator.propose([proposal], EVERYBODY)
    creator.receive(commit)
    assert guest.receive(commit)["removed"] == [2]
    assert third.receive(commit)["removed"] == [2] and third.state["isRemoved"]
    assert_one_group(guest, creator)


def test_openmls_follows_a_commit_without_proposals(meeting):
    creator, guest = meeting.invited(OpenMLS)
    guest.receive(creator.commit()[0])
    assert_one_group(creator, guest)


def test_three_libraries_in_one_group(meeting):
    """OpenMLS and mlspp commit in turn, ours and the other follow; then ours removes both."""
    creator, guest = meeting.invited(OpenMLS)
    third = meeting.guest(MLSpp, THIRD)
    proposal = meeting.proposes(add(third.key_package()), epoch=1)
    creator.receive(proposal)
    commit, welcome = guest.propose([proposal], EVERYBODY)
    guest.receive(commit)
    creator.receive(commit)
    third.join(welcome, EVERYBODY)
    for one in (guest, third):
        assert_one_group(creator, one)
    fourth = meeting.ours(FOURTH)
    proposal = meeting.proposes(add(fourth.key_package()), epoch=2)
    creator.receive(proposal)
    guest.propose([proposal], EVERYBODY)
    commit, welcome = third.propose([proposal], EVERYBODY)
    third.receive(commit)
    guest.receive(commit)
    creator.receive(commit)
    fourth.join(welcome)
    assert fourth.authenticator == creator.authenticator
    for one in (guest, third):
        assert_one_group(creator, one)
    for proposal in (meeting.proposes(remove(1), epoch=3), meeting.proposes(remove(2), epoch=3)):
        for one in (creator, fourth):
            one.receive(proposal)
    commit, _ = creator.commit()
    assert fourth.receive(commit)["removed"] == [1, 2]
    assert fourth.authenticator == creator.authenticator != guest.authenticator
