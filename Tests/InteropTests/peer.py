"""An independent WebRTC peer (aiortc) that speaks Tertulia's signalling. It knows nothing of the node's code."""

import asyncio
import contextlib
import json
import os
import ssl
from collections import defaultdict

import aioice.ice
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError, VideoStreamTrack
from link import Link, b64url
from websockets.asyncio.client import connect

aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]

PERSON_SLOTS = 2


def candidates_in_every_section(sdp: str) -> str:
    """aiortc takes a bundle's candidates from its last section; RFC 9429 §5.3.1 has them in its first only."""
    head, *sections = sdp.split("\r\nm=")
    ice = [line for line in sections[0].split("\r\n") if line.startswith(("a=candidate", "a=end-of-candidates"))]
    rest = ["\r\n".join([section.rstrip(), *ice]) for section in sections[1:]]
    return "\r\nm=".join([head, sections[0].rstrip(), *rest]) + "\r\n"


class Peer:
    """One participant. `send` makes it publish a synthetic microphone and camera."""

    def __init__(self, link: str, send: bool = False):
        self.link, self.send = Link.parse(link), send
        self.join = os.urandom(16)
        self.index = None
        self.roster: dict[int, dict] = {}
        self.slots: dict[int, int | None] = {}
        self.messages: list[dict] = []
        self.frames: dict[str, int] = defaultdict(int)
        self.packets: dict[str, list] = defaultdict(list)
        self.changed = asyncio.Condition()
        self.consumers: list[asyncio.Task] = []

    async def __aenter__(self):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        address = self.link.origin.replace("https", "wss") + "/ws"
        self.socket = await connect(address, ssl=context, subprotocols=["tertulia.1"], origin=self.link.origin)
        await self.tell("hello", room=self.link.room, gate=self.link.gate, join=b64url(self.join))
        self.reader = asyncio.create_task(self._read())
        await self.until(lambda: self.index is not None, "a welcome")
        await self._connect_media()
        return self

    async def __aexit__(self, *_):
        self.reader.cancel()
        for task in self.consumers:
            task.cancel()
        await self.connection.close()
        await self.socket.close()

    async def tell(self, kind: str, **fields):
        await self.socket.send(json.dumps({"v": 1, "type": kind, **fields}))

    async def until(self, condition, what: str, patience: float = 30):
        async with self.changed:
            try:
                await asyncio.wait_for(self.changed.wait_for(condition), patience)
            except TimeoutError:
                raise AssertionError(f"no {what} within {patience} s; frames {dict(self.frames)}, slots {self.slots}") from None

    async def _notify(self):
        async with self.changed:
            self.changed.notify_all()

    async def _read(self):
        async for text in self.socket:
            message = json.loads(text)
            self.messages.append(message)
            await self.receive(message)
            await self._notify()

    async def receive(self, message: dict):
        match message["type"]:
            case "welcome":
                self.index = message["index"]
                self.roster = {one["index"]: one for one in message["participants"]}
            case "joined":
                self.roster[message["participant"]["index"]] = message["participant"]
            case "left":
                self.roster.pop(message["index"], None)
            case "slots":
                self.slots = {one["slot"]: one["index"] for one in message["slots"]}
            case "answer":
                answer = candidates_in_every_section(message["sdp"])
                await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def _connect_media(self):
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        names, receivers = [], {}
        for kind, name in (("audio", "mic"), ("video", "camera")):
            if self.send:
                track = AudioStreamTrack() if kind == "audio" else VideoStreamTrack()
                self.connection.addTransceiver(track, direction="sendonly")
                names.append(name)
        for slot in range(PERSON_SLOTS):
            for kind in ("audio", "video"):
                receiver = self.connection.addTransceiver(kind, direction="recvonly").receiver
                self._watch(receiver, f"{kind}{slot}")
                receivers[f"{kind}{slot}"] = receiver
                names.append(f"{kind}{slot}")
        await self.connection.setLocalDescription(await self.connection.createOffer())
        mid = {name: one.mid for name, one in zip(names, self.connection.getTransceivers(), strict=True)}
        slots = [{"audio": mid[f"audio{slot}"], "video": mid[f"video{slot}"]} for slot in range(PERSON_SLOTS)]
        own = {name: mid[name] for name in ("mic", "camera") if name in mid}
        await self.tell("offer", sdp=self.connection.localDescription.sdp, mids={**own, "slots": slots})
        if self.send:
            await self.tell("media", mic=True, camera=True, screen=False, screenAudio=False)
        views = [{"slot": slot, "index": None, "height": 360, "priority": 1} for slot in range(PERSON_SLOTS)]
        await self.tell("view", slots=views)
        self.connection.on("connectionstatechange", self._notify)
        await self.until(lambda: self.connection.connectionState == "connected", "media connection")
        self.consumers = [asyncio.create_task(self._consume(one, name)) for name, one in receivers.items()]

    def _watch(self, receiver, name: str):
        # Its REMB measures how late Python is, not the path: on a busy machine it would ask for less and less.
        receiver._RTCRtpReceiver__remote_bitrate_estimator = None
        handle = receiver._handle_rtp_packet

        async def record(packet, *rest, **more):
            if len(self.packets[name]) < 2000:
                self.packets[name].append(packet)
            await handle(packet, *rest, **more)

        receiver._handle_rtp_packet = record

    async def _consume(self, receiver, name: str):
        """Counts what decodes, until the track ends."""
        with contextlib.suppress(MediaStreamError):
            while True:
                await receiver.track.recv()
                self.frames[name] += 1
                await self._notify()

    async def until_packets(self, name: str, count: int):
        for _ in range(300):
            if len(self.packets[name]) >= count:
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"{len(self.packets[name])} packets on {name}, expected {count}")
