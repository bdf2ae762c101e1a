"""A delivery service of a few lines for ends that have no node: hands on what one says to the others, keeps the tree."""

import base64


def unpack(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def pack(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Reader:
    """The presentation language of RFC 9420 §2.1."""

    def __init__(self, data: bytes):
        self.data, self.offset = data, 0

    def take(self, count: int) -> bytes:
        self.offset += count
        return self.data[self.offset - count : self.offset]

    def number(self, count: int) -> int:
        return int.from_bytes(self.take(count), "big")

    def opaque(self) -> bytes:
        size = 1 << (self.data[self.offset] >> 6)
        return self.take(self.number(size) & ((1 << (8 * size - 2)) - 1))


def vector(data: bytes) -> bytes:
    for size, prefix in ((1, 0), (2, 1), (4, 2)):
        if len(data) < 1 << (8 * size - 2):
            return (len(data) | prefix << (8 * size - 2)).to_bytes(size, "big") + data
    raise ValueError("too long")


def epoch_of(message: bytes) -> int:
    """Of a PublicMessage (RFC 9420 §6)."""
    reader = Reader(message)
    reader.take(4)
    reader.opaque()
    return reader.number(8)


class Node:
    """Ends join one after the other; the first lets the others in."""

    def __init__(self):
        self.ends, self.members, self.ready, self.tree, self.epoch = [], set(), set(), {}, 0

    def enter(self, end) -> None:
        end.ask("enter", {"resumed": False, "senderKey": "A" * 43})
        self.ends.append(end)
        for one in self.ends:
            one.ask("setRoster", [other.join for other in self.ends if other is not one])
        if len(self.ends) == 1:
            end.ask("deliver", {"type": "create_group"}, None)
        else:
            packages = [message["box"] for message in end.fetch() if message["type"] == "key_package"]
            self.ends[0].ask("deliver", {"type": "commit_request", "packages": packages}, None)
        self.settle()

    def settle(self) -> None:
        """Carries what everybody has said so far."""
        while said := [(end, message) for end in self.ends for message in end.fetch()]:
            for end, message in said:
                self.take(end, message)

    def take(self, author, message: dict) -> None:
        others = [end for end in self.ends if end is not author]
        if message["type"] == "group":
            reader = Reader(unpack(message["box"]))
            reader.opaque()
            self.change(reader)
            self.members.add(author)
        elif message["type"] == "commit":
            reader = Reader(unpack(message["box"]))
            commit, welcome = pack(reader.opaque()), pack(reader.opaque())
            reader.opaque()
            if epoch_of(unpack(commit)) != self.epoch:
                author.ask("deliver", {"type": "commit_refused", "epoch": epoch_of(unpack(commit))}, None)
                return
            self.change(reader)
            for end in self.ends:
                if end in self.members:
                    end.ask("deliver", {"type": "commit", "epoch": self.epoch, "from": 0, "box": commit}, None)
                else:
                    end.ask("deliver", {"type": "group_welcome", "welcome": welcome, "tree": self.served()}, None)
            self.members.update(self.ends)
            self.ready.clear()
            self.epoch += 1
        elif message["type"] == "ready" and message["epoch"] == self.epoch:
            self.ready.add(author)
            for end in self.ends if self.ready >= self.members else ():
                end.ask("deliver", {"type": "ready", "epoch": self.epoch}, None)
        elif message["type"] == "message":
            for end in others:
                if "to" not in message or end.join in message["to"]:
                    box = {"type": "message", "from": 0, "box": message["box"], "seq": 0}
                    end.ask("deliver", box, author.join)

    def change(self, reader: Reader) -> None:
        count, changes = reader.number(4), Reader(reader.opaque())
        while changes.offset < len(changes.data):
            index = changes.number(4)
            self.tree[index] = changes.opaque()
        self.tree = {index: node for index, node in self.tree.items() if index < count}

    def served(self) -> str:
        last = max(index for index, node in self.tree.items() if node)
        nodes = (self.tree.get(index, b"") for index in range(last + 1))
        return pack(vector(b"".join(b"\1" + node if node else b"\0" for node in nodes)))
