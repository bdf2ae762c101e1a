"""aiortc publishes through the node and another aiortc decodes it. No frame encryption here: what is tested is WebRTC."""

import asyncio

from peer import Peer


def test_aiortc_publishes_and_aiortc_subscribes(node):
    async def meet():
        link = node.fresh_link()
        async with Peer(link, send=True) as speaker, Peer(link) as listener:
            assert speaker.index in listener.roster
            await listener.until(lambda: speaker.index in listener.slots.values(), "slot for the speaker")
            slot = next(slot for slot, index in listener.slots.items() if index == speaker.index)
            await listener.until(lambda: listener.frames[f"video{slot}"] >= 30, "30 decoded pictures")
            await listener.until(lambda: listener.frames[f"audio{slot}"] >= 50, "50 decoded audio frames")

    asyncio.run(meet())


def test_two_aiortc_peers_decode_each_other(node):
    async def meet():
        link = node.fresh_link()
        async with Peer(link, send=True) as one, Peer(link, send=True) as other:
            for peer in (one, other):
                await peer.until(lambda p=peer: sum(n for k, n in p.frames.items() if k[0] == "v") >= 20, "pictures")
                await peer.until(lambda p=peer: sum(n for k, n in p.frames.items() if k[0] == "a") >= 20, "sound")

    asyncio.run(meet())


def test_a_peer_that_leaves_is_announced(node):
    async def meet():
        link = node.fresh_link()
        async with Peer(link) as stays:
            async with Peer(link) as leaves:
                await leaves.tell("leave")
                await stays.until(lambda: leaves.index not in stays.roster, "notice that the other left")

    asyncio.run(meet())
