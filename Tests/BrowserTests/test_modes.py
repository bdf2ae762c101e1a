"""What people spend is what they chose: pictures that are not wanted are neither received nor made."""

import re
import time

import pytest
from people import PATIENCE, tag
from playwright.sync_api import expect

BROWSERS = ["chromium", "firefox"]
BACK_WITHIN = 2000  # ms from wanting large pictures to a larger layer being made again
# Of all video that arrives: packets, frames, and the largest height that was decoded in the last second.
RECEIVED = """
  async () => {
    const all = [...(await connectionsOfThisPage.at(-1).getStats()).values()].filter(({ type }) => type === 'inbound-rtp');
    const sum = (kind, figure) => all.filter((one) => one.kind === kind).reduce((sum, one) => sum + (one[figure] ?? 0), 0);
    const height = Math.max(0, ...all.filter((one) => one.framesDecoded > 0).map((one) => one.frameHeight ?? 0));
    return { video: sum('video', 'packetsReceived'), frames: sum('video', 'framesDecoded'), height,
      sound: sum('audio', 'packetsReceived') };
  }
"""
# Waits until such layers of the camera (q, h, f) are made; tells how long that took and what there is instead.
LAYERS = """
  async ([wanted, patience]) => {
    const made = () => connectionsOfThisPage.at(-1).getTransceivers().map(({ sender }) => sender.getParameters().encodings)
      .find((encodings) => encodings.length === 3).map(({ active }) => Number(active)).join('');
    const began = performance.now();
    while (!new RegExp(wanted).test(made()) && performance.now() - began < patience) {
      await new Promise((done) => setTimeout(done, 20));
    }
    return { made: made(), after: performance.now() - began };
  }
"""


def makes(person, wanted: str, patience: int = PATIENCE) -> None:
    layers = person.page.evaluate(LAYERS, [wanted, patience])
    assert re.fullmatch(wanted, layers["made"]), layers


def press_mode(person, mode: str) -> None:
    person.page.locator(f'dialog[open] label:has({tag(f"mode-{mode}")})').click()


def choose(person, mode: str) -> None:
    person.see("devices-open").click()
    press_mode(person, mode)
    person.page.keyboard.press("Escape")


def eventually(look, holds, what: str):
    deadline = time.monotonic() + PATIENCE / 1000
    while not holds(seen := look()):
        assert time.monotonic() < deadline, f"{what}: {seen}"
        time.sleep(0.2)
    return seen


@pytest.mark.parametrize("kind", BROWSERS)
def test_low_data_brings_small_pictures_and_only_sound_brings_none(node, people, kind):
    link = node.fresh_link()
    ana, berta = people(kind, "Ana").join(link), people(kind, "Berta").join(link)
    ana.sees_moving_picture_of("Berta")
    received = lambda: ana.page.evaluate(RECEIVED)  # noqa: E731
    choose(ana, "low_data")
    makes(berta, "100")
    eventually(received, lambda seen: 0 < seen["height"] <= 180, "low data gets a small picture")
    expect(ana.see("connection-state")).to_contain_text("Low data")

    choose(ana, "audio_only")
    expect(ana.see("question")).to_have_attribute("data-question", "camera_off")
    expect(ana.tile_of("Berta").locator("video")).to_be_hidden()
    makes(berta, "000")
    ana.page.wait_for_timeout(500)  # what was under way arrives
    before = received()
    ana.page.wait_for_timeout(2000)  # the time over which nothing may come is what is measured
    after = received()
    assert after["frames"] == before["frames"] and after["video"] - before["video"] <= 2, (before, after)
    assert after["sound"] > before["sound"]

    ana.page.wait_for_timeout(100)
    ana.see("question-no").click()
    assert ana.see("toggle-camera").get_attribute("aria-pressed") == "true"
    berta.sees_moving_picture_of("Ana")

    choose(ana, "full")
    ana.sees_moving_picture_of("Berta")
    eventually(received, lambda seen: seen["frames"] > after["frames"] + 5, "pictures come again")
    assert ana.errors() == [] and berta.errors() == []


@pytest.mark.parametrize("kind", BROWSERS)
def test_layers_that_nobody_shows_are_not_made_and_come_back_at_once(node, people, kind):
    link = node.fresh_link()
    ana, berta = people(kind, "Ana").join(link), people(kind, "Berta").join(link)
    makes(berta, ".1.|..1")
    ana.see("devices-open").click()
    press_mode(ana, "low_data")
    makes(berta, "100")
    press_mode(ana, "full")
    makes(berta, ".1.|..1", BACK_WITHIN)
    ana.page.keyboard.press("Escape")
    ana.sees_moving_picture_of("Berta")

    berta.see("toggle-camera").click()
    expect(ana.tile_of("Berta")).to_have_attribute("data-camera", "false")
    berta.see("toggle-camera").click()
    ana.sees_moving_picture_of("Berta")
    assert ana.errors() == [] and berta.errors() == []


@pytest.mark.parametrize("kind", BROWSERS)
def test_the_figures_of_a_call_are_plausible_and_name_nobody(node, people, kind):
    link = node.fresh_link()
    ana, berta = people(kind, "Ana").join(link), people("chromium", "Berta").join(link)
    ana.sees_moving_picture_of("Berta")
    ana.see("connection-state").click()
    expect(ana.see("figures")).to_be_visible()
    number = lambda name: float(re.sub(r"[^\d.]", "", ana.see(f"details.{name}").inner_text().split(" ")[0]) or -1)  # noqa: E731
    eventually(lambda: number("down"), lambda rate: 20 < rate < 20_000, "kilobits a second arrive")
    eventually(lambda: number("up"), lambda rate: 20 < rate < 20_000, "kilobits a second leave")
    assert 0 <= number("round_trip") < 5000 and 0 <= number("loss_down") < 30
    expect(ana.see("details.way")).to_have_text("UDP")
    expect(ana.see("details.sent")).to_contain_text("VP8")
    expect(ana.see("details.received")).to_contain_text("VP8")
    sealed = number("encryption")
    assert sealed > 0
    eventually(lambda: number("encryption"), lambda now: now > sealed, "the figures go on")
    shown = ana.see("sheet-details").inner_text()
    assert "127.0.0.1" not in shown and "Berta" not in shown and link.split("/r/")[1][:12] not in shown
    ana.page.keyboard.press("Escape")
    expect(ana.see("connection-state")).to_be_focused()
    expect(ana.see("connection-state")).to_have_attribute("data-quality", re.compile("."))
    assert ana.errors() == []
