"""A camera as one VP9 stream with spatial layers: where everybody can decode it, and no longer than that. What receivers
decode went through their transforms, which drop whatever was not sealed for them."""

import re
import time

import pytest

# The page leaves VP9 to machines with more than four: a machine that runs tests need not be one, and says it were.
MANY_PROCESSORS, FEW_PROCESSORS = 8, 4
# A browser that was built without VP9: neither its offer nor anything else knows of it.
WITHOUT_VP9 = """
  for (const kind of [RTCRtpReceiver, RTCRtpSender]) {
    const all = kind.getCapabilities.bind(kind);
    kind.getCapabilities = (what) => {
      const { codecs, ...more } = all(what);
      return { ...more, codecs: codecs.filter(({ mimeType }) => !/vp9/i.test(mimeType)) };
    };
  }
"""
# The encodings of the camera that carry pictures now.
SENT = """
  async () => {
    const connection = connectionsOfThisPage.at(-1);
    const { sender } = connection.getTransceivers().find(({ sender }) => sender.getParameters().encodings.length === 3);
    const look = async () => new Map([...(await sender.getStats()).values()].map((one) => [one.id, one]));
    const before = await look();
    await new Promise((done) => setTimeout(done, 500));
    const after = await look();
    return [...after.values()].filter(({ type, id, framesSent }) =>
      type === 'outbound-rtp' && framesSent > (before.get(id)?.framesSent ?? 0)
    ).map(({ codecId, scalabilityMode, frameHeight }) =>
      ({ codec: after.get(codecId)?.mimeType, mode: scalabilityMode ?? null, height: frameHeight }));
  }
"""
# The pictures that moved within half a second.
SEEN = """
  async () => {
    const look = async () => new Map([...(await connectionsOfThisPage.at(-1).getStats()).values()].map((one) => [one.id, one]));
    const before = await look();
    await new Promise((done) => setTimeout(done, 500));
    const after = await look();
    return [...after.values()].filter(({ type, kind, id, framesDecoded }) =>
      type === 'inbound-rtp' && kind === 'video' && framesDecoded > (before.get(id)?.framesDecoded ?? 0)
    ).map(({ codecId, frameHeight }) => ({ codec: after.get(codecId)?.mimeType, height: frameHeight }));
  }
"""
PATIENCE = 30  # seconds: how long anything may take on a slow machine before a test calls it broken
BACK_WITHIN = 5  # seconds from somebody's entering who cannot decode VP9 to VP8 being sent
SMALL, LARGE = 180, 360  # pixels: the smallest layer of a camera of 720, and the one above


def until(look, holds, what: str, patience: float = PATIENCE):
    deadline = time.monotonic() + patience
    while not holds(seen := look()):
        assert time.monotonic() < deadline, f"{what}: {seen}"
    return seen


def sends(person, codec: str, mode: str, patience: float = PATIENCE):
    """Waits until the camera is sent as this codec alone, in layers that end like this."""
    look = lambda: person.page.evaluate(SENT)  # noqa: E731
    fits = lambda seen: seen and all(one["codec"] == codec and (one["mode"] or "").endswith(mode) for one in seen)  # noqa: E731
    return until(look, fits, f"{person.name} sends {codec} {mode}", patience)


def sees(person, codec: str, height=lambda height: height > 0, patience: float = PATIENCE) -> int:
    """Waits until the one picture that arrives is decoded as this codec, and returns its height."""
    look = lambda: person.page.evaluate(SEEN)  # noqa: E731
    fits = lambda seen: [one["codec"] for one in seen] == [codec] and height(seen[0]["height"])  # noqa: E731
    return until(look, fits, f"{person.name} sees {codec}", patience)[0]["height"]


def show_small(person) -> None:
    person.see("devices-open").click()
    person.page.locator('dialog[open] label:has([data-testid="mode-low_data"])').click()
    person.page.keyboard.press("Escape")


def listener(people, kind: str, name: str, link: str, script: str = ""):
    """Somebody who sends no picture, so that the one that arrives is the one that is meant."""
    person = people(kind, name)
    person.page.add_init_script(script)
    person.join(link).see("toggle-camera").click()
    return person


def sender(people, kind: str, name: str, link: str):
    return people(kind, name, processors=MANY_PROCESSORS).join(link)


def test_a_camera_is_one_stream_of_which_everybody_gets_the_layers_they_show(node, people):
    link = node.fresh_link()
    ana = sender(people, "chromium", "Ana", link)
    berta, carla = listener(people, "chromium", "Berta", link), listener(people, "firefox", "Carla", link)
    sent = sends(ana, "video/VP9", "T1_KEY")
    assert len(sent) == 1, "layers of one stream, and no simulcast beside it"
    show_small(carla)
    sees(carla, "video/VP9", lambda height: height <= SMALL)
    sees(berta, "video/VP9", lambda height: height >= LARGE)
    for person in (berta, carla):
        person.sees_moving_picture_of("Ana")

    ana.see("connection-state").click()
    pictures = until(
        lambda: re.findall(r"(\d+)[ ×x]+(\d+), ([\d.]+) a second, .*VP9", ana.see("details.sent").inner_text()),
        lambda found: len(found) == 1,
        "the sheet shows one picture",
    )
    assert 1 <= float(pictures[0][2]) <= 31, f"its layers are counted once: {pictures}"
    ana.page.keyboard.press("Escape")

    show_small(berta)
    sends(ana, "video/VP9", "L1T1")
    sees(berta, "video/VP9", lambda height: height <= SMALL)
    for person in (ana, berta, carla):
        assert person.errors() == []


def test_who_cannot_decode_it_brings_everybody_back_to_a_simulcast_while_they_are_there(node, people):
    link = node.fresh_link()
    ana = sender(people, "chromium", "Ana", link)
    berta, carla = listener(people, "chromium", "Berta", link), listener(people, "firefox", "Carla", link)
    sends(ana, "video/VP9", "T1_KEY")
    for person in (berta, carla):
        sees(person, "video/VP9")
    dora = listener(people, "chromium", "Dora", link, WITHOUT_VP9)
    sends(ana, "video/VP8", "T2", BACK_WITHIN)
    for person in (berta, carla, dora):
        sees(person, "video/VP8")
        person.sees_moving_picture_of("Ana")
    dora.see("leave").click()
    sends(ana, "video/VP9", "T1_KEY")
    for person in (berta, carla):
        sees(person, "video/VP9")
    for person in (ana, berta, carla, dora):
        assert person.errors() == []


@pytest.mark.parametrize(("kind", "processors"), [("chromium", FEW_PROCESSORS), ("firefox", MANY_PROCESSORS)])
def test_who_cannot_make_it_sends_a_simulcast_to_people_who_could_take_it(node, people, kind, processors):
    link = node.fresh_link()
    ana, berta = people(kind, "Ana", processors=processors).join(link), sender(people, "chromium", "Berta", link)
    sends(berta, "video/VP9", "T1_KEY")
    sends(ana, "video/VP8", "")
    sees(ana, "video/VP9")
    sees(berta, "video/VP8")
    assert ana.errors() == [] and berta.errors() == []
