"""What the node forwards, seen by a peer that stands where the node stands: it holds SRTP's keys and no link secret."""

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
from media_keys import SFrameHeader, sframe_open  # noqa: E402

CLEAR_ON_KEY_FRAME, CLEAR_OTHERWISE = 10, 1
MICROPHONE_AND_CAMERA = {"audio", "video"}


def listen(link: str) -> dict:
    """Joins as aiortc, records what is forwarded, and leaves."""

    async def run():
        async with aiortc_peer.Peer(link) as spy:
            await spy.until(lambda: any(index is not None for index in spy.slots.values()), "a slot")
            slot, index = next((s, i) for s, i in spy.slots.items() if i is not None)
            await spy.until_packets(f"video{slot}", 200)
            await spy.until_packets(f"audio{slot}", 100)
            return {
                "index": index,
                "join": unb64url(spy.roster[index]["join"]),
                "link": spy.link,
                "video": list(spy.packets[f"video{slot}"]),
                "audio": list(spy.packets[f"audio{slot}"]),
                "decoded": spy.frames[f"video{slot}"],
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


def split_video(frame: bytes) -> tuple[bytes, bytes]:
    size = CLEAR_OTHERWISE if frame[0] & 1 else CLEAR_ON_KEY_FRAME
    return frame[:size], frame[size:]


@pytest.mark.parametrize("kind", ["chromium", "firefox"])
def test_the_node_forwards_only_ciphertext_that_the_link_alone_opens(node, run_aside, people, kind):
    link = node.fresh_link()
    ana = people(kind, "Ana").join(link)
    expect(ana.see("tile").first).to_be_visible()
    heard = run_aside(listen, link)
    frames = video_frames(heard["video"])
    sounds = [packet.payload for packet in heard["audio"] if packet.payload]
    assert len(frames) >= 20 and len(sounds) >= 50

    base_key = heard["link"].sender_key(heard["index"], heard["join"])
    decoder, pictures = av.CodecContext.create("vp8", "r"), 0
    for frame in frames:
        clear, sealed = split_video(frame)
        assert SFrameHeader.parse(sealed).index == heard["index"]
        aad = aad_of(clear)
        opened = sframe_open(base_key, sealed, aad)
        assert opened not in frame
        if pictures or not frame[0] & 1:
            pictures += len(decoder.decode(av.Packet(clear + opened)))
        with pytest.raises(InvalidTag):
            sframe_open(bytes(16), sealed, aad)
    assert pictures >= 10, "what the link opens is not the picture"
    for sound in sounds:
        assert len(sframe_open(base_key, sound, aad_of(b""))) > 0
    assert heard["decoded"] == 0 or not decodes_in_the_clear(frames), "the forwarded frames decode without the link"


def aad_of(clear: bytes) -> bytes:
    """The clear bytes and their length are authenticated (docs/protocol.md)."""
    return bytes([len(clear)]) + clear


def decodes_in_the_clear(frames) -> bool:
    decoder = av.CodecContext.create("vp8", "r")
    for frame in frames:
        try:
            if decoder.decode(av.Packet(frame)):
                return True
        except av.FFmpegError:
            continue
    return False
