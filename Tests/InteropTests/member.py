"""An aiortc peer that becomes a member of the room's group, as docs/protocol.md and docs/sealing.md have it: from there it
has the media secrets of every epoch that it is in."""

from link import b64url, unb64url
from media_keys import EXPORTER_LABEL
from mls_peer import MLSPeer
from peer import Peer

ROLES = 0xF0A1
ROOM_PSK = b"tertulia room 1"


class Member(Peer):
    """`secrets`: the media secret of each epoch, by what a key ID carries of the epoch."""

    def __init__(self, link: str, send: bool = False):
        super().__init__(link, send)
        self.secrets: dict[int, bytes] = {}
        self.mls = MLSPeer(self.join, extensions=[ROLES])
        self.mls.store_psk(ROOM_PSK, self.link.room_psk)

    async def __aenter__(self):
        await super().__aenter__()
        await self.until(lambda: self.secrets, "a place in the group")
        return self

    async def __aexit__(self, *rest):
        await super().__aexit__(*rest)
        self.mls.close()

    async def receive(self, message: dict):
        await super().receive(message)
        match message["type"]:
            case "welcome":
                await self.tell("key_package", box=b64url(self.mls.key_package()))
            case "group_welcome":
                self.mls.join(unb64url(message["welcome"]), tree=unb64url(message["tree"]))
                await self._begin()
            case "proposal" if self.secrets:
                self.mls.receive(unb64url(message["box"]))
            case "commit" if self.secrets:
                self.mls.receive(unb64url(message["box"]))
                await self._begin()

    async def _begin(self):
        epoch = self.mls.epoch
        self.secrets[epoch & 0xFF] = self.mls.export(EXPORTER_LABEL)
        await self.tell("ready", epoch=epoch)
