"""What the node forwards, seen by a peer that stands where the node stands, with SRTP's keys, and by a member."""

import asyncio
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

sys.path.append(str(Path(__file__).resolve().parents[1] / "InteropTests"))

av = pytest.importorskip("av")
aiortc_peer = pytest.importorskip("peer")
from aiortc.codecs.vpx import VpxPayloadDescriptor  # noqa: E402
from cryptography.exceptions import InvalidTag  # noqa: E402
from link import unb64url  # noqa: E402
from media_keys import SFrameHeader, open_frame  # noqa: E402
from member import Member  # noqa: E402

CLEAR_ON_KEY_FRAME, CLEAR_OTHERWISE = 10, 1


def listen(link: str, as_who) -> dict:
    """Joins as aiortc, records what is forwarded, and leaves."""

    async def run():
        async with as_who(link) as spy:
            await spy.until(lambda: any(index is not None for index in spy.slots.values()), "a slot")
            slot, index = next((s, i) for s, i in spy.slots.items() if i is not None)
            await spy.until_packets(f"video{slot}", 300)
            await spy.until_packets(f"audio{slot}", 200)
            return {
                "join": unb64url(spy.roster[index]["join"]),
                "link": spy.link,
                "video": video_frames(spy.packets[f"video{slot}"]),
                "audio": [packet.payload for packet in spy.packets[f"audio{slot}"] if packet.payload],
                "decoded": spy.frames[f"video{slot}"],
                "secrets": getattr(spy, "secrets", {}),
                "members": spy.mls.members if as_who is Member else {},
            }

    return asyncio.run(run())


def video_frames(packets) -> list[bytes]:
    """Whole frames, RTP's and VP8's headers taken off."""
    frames, parts, expected = [], [], None
    for packet in packets:
        if not packet.payload:
            continue
        descriptor, rest = VpxPayloadDescriptor.parse(packet.payload)
        if descriptor.partition_start and descriptor.partition_id == 0:
            parts, expected = [], packet.sequence_number
        if expected is None or packet.sequence_number != expected:
            parts, expected = [], None
            continue
        parts.append(rest)
        expected = (expected + 1) & 0xFFFF
        if packet.marker:
            frames.append(b"".join(parts))
            parts, expected = [], None
    return frames


def clear_length(frame: bytes) -> int:
    return CLEAR_OTHERWISE if frame[0] & 1 else CLEAR_ON_KEY_FRAME


@pytest.mark.parametrize("kind", ["chromium", "firefox"])
def test_a_member_opens_what_the_node_forwards(node, run_aside, people, kind):
    link = node.fresh_link()
    ana = people(kind, "Ana").join(link)
    expect(ana.see("tile").first).to_be_visible()
    heard = run_aside(listen, link, Member)
    leaf = next(leaf for leaf, join in heard["members"].items() if join == heard["join"])

    decoder, pictures = av.CodecContext.create("vp8", "r"), 0
    for frame, opened in opened_frames(heard, heard["video"], leaf, clear_length):
        assert opened[clear_length(frame) :] not in frame
        if pictures or not opened[0] & 1:
            pictures += len(decoder.decode(av.Packet(opened)))
    assert pictures >= 10, "what a member opens is not the picture"
    sounds = [opened for _, opened in opened_frames(heard, heard["audio"], leaf, lambda _: 0)]
    assert len(sounds) >= 50 and all(sounds)


def opened_frames(heard, frames, leaf, clear):
    """Frames of the epochs that the member was in; what was sealed before stays closed to it."""
    for frame in frames:
        header = SFrameHeader.parse(frame[clear(frame) :])
        assert header.leaf == leaf, "sealed by somebody else than the node says"
        secret = heard["secrets"].get(header.epoch_bits)
        if secret is not None:
            yield frame, open_frame(secret, frame, clear(frame))
            continue
        for later in heard["secrets"].values():
            with pytest.raises(InvalidTag):
                open_frame(later, frame, clear(frame))


@pytest.mark.parametrize("kind", ["chromium", "firefox"])
def test_who_is_no_member_opens_nothing_with_the_link_and_every_packet(node, run_aside, people, kind):
    link = node.fresh_link()
    ana = people(kind, "Ana").join(link)
    expect(ana.see("tile").first).to_be_visible()
    heard = run_aside(listen, link, aiortc_peer.Peer)
    frames, sounds = heard["video"], heard["audio"]
    assert len(frames) >= 20 and len(sounds) >= 50
    for secret in (heard["link"].secret, heard["link"].root, heard["link"].room_psk, bytes(32)):
        for frame, clear in [(frame, clear_length(frame)) for frame in frames] + [(sound, 0) for sound in sounds]:
            with pytest.raises(InvalidTag):
                open_frame(secret, frame, clear)
    assert heard["decoded"] == 0 or not decodes_in_the_clear(frames), "the forwarded frames decode without a key"


def decodes_in_the_clear(frames) -> bool:
    decoder = av.CodecContext.create("vp8", "r")
    for frame in frames:
        try:
            if decoder.decode(av.Packet(frame)):
                return True
        except av.FFmpegError:
            continue
    return False
