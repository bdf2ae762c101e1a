"""mls-rs (PyPI agentvault-mls-rs-uniffi) and our MLS library in one group, suite 1, the only one that its binding has.

Crosses in both directions: key packages, Welcomes with the tree inside and beside, commits with a path (none, Add,
Remove) and their proposals by value and by reference, application messages, exporters. To it only: private
handshake messages, Update proposals, external commits. Not crossed, for the binding has no way to ask for them: PSKs (a
commit that names one is refused), Updates and external commits from it, group infos, the epoch authenticator; proposals
of external senders, for which it ends in "not yet implemented".
"""

import pytest
from mls_peer import UPDATE, add, psk, remove

mls_rs = pytest.importorskip("mls_rs_uniffi", reason="agentvault-mls-rs-uniffi could not be installed from PyPI")


class Rustacean:
    """One client of one group over mls-rs: messages in and out as bytes."""

    def __init__(self, name: bytes, tree_inside: bool = True):
        config = mls_rs.client_config_default()
        config.use_ratchet_tree_extension = tree_inside
        keys = mls_rs.generate_signature_keypair(mls_rs.CipherSuite.CURVE25519_AES128)
        self.client = mls_rs.Client(name, keys, config)
        self.group = None

    def key_package(self) -> bytes:
        return self.client.generate_key_package_message().to_bytes()

    def create(self, group: bytes):
        self.group = self.client.create_group(group)

    def join(self, welcome: bytes, tree: bytes | None = None):
        beside = mls_rs.RatchetTree(bytes=tree) if tree else None
        self.group = self.client.join_group(beside, mls_rs.Message.from_bytes(welcome)).group

    def receive(self, message: bytes):
        return self.group.process_incoming_message(mls_rs.Message.from_bytes(message))

    def add(self, key_package: bytes):
        return self.done(self.group.add_members([mls_rs.Message.from_bytes(key_package)]))

    def done(self, output):
        """Merges a commit of its own; gives commit, Welcome and tree."""
        self.group.process_incoming_message(output.commit_message)
        welcome = output.welcome_message and output.welcome_message.to_bytes()
        return output.commit_message.to_bytes(), welcome, output.ratchet_tree and output.ratchet_tree.bytes

    def commit(self) -> bytes:
        return self.done(self.group.commit())[0]

    def seal(self, data: bytes) -> bytes:
        return self.group.encrypt_application_message(data).to_bytes()

    def open(self, message: bytes) -> bytes:
        return self.receive(message).data

    def export(self, label: str, context: bytes, length: int = 32) -> bytes:
        return self.group.export_secret(label.encode(), context, length)


def assert_one_group(*members):
    """All export the same, and everybody reads everybody."""
    assert len({one.export("tertulia test", b"context", 48) for one in members}) == 1
    for sender in members:
        message = sender.seal(b"to all")
        assert all(one.open(message) == b"to all" for one in members if one is not sender)


def invited(ours, **options):
    """A group of ours with mls-rs as its second member."""
    creator, guest = ours(b"Ana"), Rustacean(b"Berta")
    creator.create(b"room")
    _, welcome = creator.commit(add(guest.key_package()), **options)
    guest.join(welcome, None if options.get("treeInWelcome", True) else creator.tree)
    return creator, guest


def inviting(ours, tree_inside: bool = True):
    """A group of mls-rs with one of ours as its second member."""
    creator, guest = Rustacean(b"Berta", tree_inside), ours(b"Ana")
    creator.create(b"room")
    _, welcome, tree = creator.add(guest.key_package())
    assert (tree is None) == tree_inside
    guest.join(welcome, tree)
    return creator, guest


@pytest.mark.parametrize("tree_inside", [True, False])
@pytest.mark.parametrize("path", [True, False])
def test_it_joins_our_group(ours, path, tree_inside):
    assert_one_group(*invited(ours, withPath=path, treeInWelcome=tree_inside))


@pytest.mark.parametrize("tree_inside", [True, False])
def test_ours_joins_its_group(ours, tree_inside):
    assert_one_group(*inviting(ours, tree_inside))


@pytest.mark.parametrize("private", [False, True])
def test_it_follows_our_commits(ours, private):
    creator, guest = invited(ours)
    third = ours(b"Dora")
    commit, welcome = creator.commit(add(third.key_package()), isPrivate=private)
    guest.receive(commit)
    third.join(welcome)
    assert_one_group(creator, guest, third)
    guest.receive(creator.commit(isPrivate=private)[0])
    commit, _ = creator.commit(remove(2), isPrivate=private)
    guest.receive(commit)
    assert_one_group(creator, guest)


def test_ours_follows_its_commits(ours):
    creator, guest = inviting(ours)
    third = ours(b"Dora")
    commit, welcome, _ = creator.add(third.key_package())
    assert guest.receive(commit)["added"] == [2]
    third.join(welcome)
    assert_one_group(creator, guest, third)
    commit = creator.commit()
    for one in (guest, third):
        one.receive(commit)
    identity = creator.receive(third.seal(b"who?")).sender
    commit, *_ = creator.done(creator.group.remove_members([identity]))
    assert guest.receive(commit)["removed"] == [2]
    assert third.receive(commit)["removed"] == [2] and third.state["isRemoved"]
    assert_one_group(creator, guest)


@pytest.mark.parametrize("private", [False, True])
def test_it_commits_our_proposals(ours, private):
    creator, guest = invited(ours)
    third, fourth = ours(b"Dora"), ours(b"Eva")
    commit, welcome = creator.commit(add(third.key_package()))
    guest.receive(commit)
    third.join(welcome)
    for author, proposal in ((creator, UPDATE), (creator, add(fourth.key_package())), (creator, remove(2))):
        message = author.propose(proposal, private)
        assert guest.receive(message).is_received_proposal()
        third.receive(message)
    commit, welcome, _ = guest.done(guest.group.commit())
    effects = creator.receive(commit)
    assert (effects["updated"], effects["removed"], effects["added"]) == ([0], [2], [2])
    assert third.receive(commit)["removed"] == [2]
    fourth.join(welcome)
    assert_one_group(creator, guest, fourth)


def test_ours_commits_its_proposals(ours):
    creator, guest = invited(ours)
    third, fourth = ours(b"Dora"), Rustacean(b"Eva")
    commit, welcome = creator.commit(add(third.key_package()))
    guest.receive(commit)
    third.join(welcome)
    identity = guest.receive(third.seal(b"who?")).sender
    newcomer = mls_rs.Message.from_bytes(fourth.key_package())
    for message in guest.group.propose_add_members([newcomer]) + guest.group.propose_remove_members([identity]):
        assert creator.receive(message.to_bytes())["kind"] == "proposal"
    commit, welcome = creator.commit()
    guest.receive(commit)
    fourth.join(welcome)
    assert creator.members == {0: b"Ana", 1: b"Berta", 2: b"Eva"}
    assert_one_group(creator, guest, fourth)


@pytest.mark.parametrize("tree_inside", [True, False])
def test_it_follows_an_external_commit(ours, tree_inside):
    creator, guest = invited(ours)
    third = ours(b"Dora")
    info = creator.group_info(with_tree=tree_inside)
    commit = third.join_externally(info, None if tree_inside else creator.tree)
    for one in (creator, guest):
        one.receive(commit)
    assert_one_group(creator, guest, third)
    again = ours(b"Dora")
    commit = again.join_externally(creator.group_info(), replacing=2)
    for one in (creator, guest):
        one.receive(commit)
    assert creator.members == {0: b"Ana", 1: b"Berta", 2: b"Dora"}
    assert_one_group(creator, guest, again)


def test_it_refuses_a_psk_that_it_has_not(ours):
    creator, guest = invited(ours)
    creator.store_psk(b"room psk", bytes(32))
    with pytest.raises(mls_rs.Error.MlsError):
        guest.receive(creator.commit(psk(b"room psk"))[0])


def test_twenty_of_both_take_turns(ours):
    """Blank nodes, unmerged leaves and a tree that shrinks, each epoch by another committer."""
    members = [ours(b"0")]
    members[0].create(b"room")
    for number in range(1, 20):
        newcomer = ours(str(number).encode()) if number % 2 else Rustacean(str(number).encode())
        committer = members[number * 7 % len(members)]
        invite = committer.add if isinstance(committer, Rustacean) else lambda one, c=committer: c.commit(add(one))
        commit, welcome, *_ = invite(newcomer.key_package())
        for one in members:
            if one is not committer:
                one.receive(commit)
        newcomer.join(welcome)
        members.append(newcomer)
    assert_one_group(*members)
    leaving = [17, 19, 18, 16, 5]
    for leaf in leaving:
        commit, _ = members[0].commit(remove(leaf))
        for number, one in enumerate(members[1:], 1):
            if number not in leaving[: leaving.index(leaf) + 1]:
                one.receive(commit)
    assert_one_group(*(one for number, one in enumerate(members) if number not in leaving))
