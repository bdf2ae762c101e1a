"""A network that drops, a node that dies: the page comes back by itself and says what happened."""

import signal

from playwright.sync_api import expect


def meet(people, link, first="chromium", second="chromium"):
    ana = people(first, "Ana").join(link)
    berta = people(second, "Berta").join(link)
    ana.sees_moving_picture_of("Berta")
    berta.sees_moving_picture_of("Ana")
    return ana, berta


# Lets a test cut the page's WebSockets, and refuse new ones, as a dead uplink does.
CUT_SOCKETS = """
  globalThis.uplink = { cut: false, sockets: [] };
  globalThis.WebSocket = class extends WebSocket {
    constructor(address, protocols) {
      super(uplink.cut ? 'wss://localhost:1' : address, protocols);
      uplink.sockets.push(this);
    }
  };
"""


def test_five_seconds_without_signalling_keep_the_call(node, people):
    link = node.fresh_link()
    ana = people("chromium", "Ana")
    ana.page.add_init_script(CUT_SOCKETS)
    ana.join(link)
    berta = people("chromium", "Berta").join(link)
    berta.sees_moving_picture_of("Ana")

    ana.page.evaluate("uplink.cut = true; uplink.sockets.forEach((socket) => socket.close())")
    expect(ana.see("connection-state")).to_have_attribute("data-state", "reconnecting")
    ana.page.wait_for_timeout(5000)  # the length of the outage is the case under test
    berta.sees_moving_picture_of("Ana")
    ana.sees_moving_picture_of("Berta")
    ana.page.evaluate("uplink.cut = false")
    expect(ana.see("connection-state")).to_have_attribute("data-state", "connected")
    expect(berta.tile_of("Ana")).to_have_count(1)
    ana.says("de vuelta")
    berta.reads("de vuelta")


def test_a_killed_node_comes_back_and_so_do_the_people(own_node, people):
    ana, berta = meet(people, own_node.fresh_link(), second="firefox")
    ana.says("antes")
    berta.reads("antes")
    own_node.kill()
    for person in (ana, berta):
        expect(person.see("connection-state")).to_have_attribute("data-state", "reconnecting")
    own_node.start()
    for person in (ana, berta):
        expect(person.see("notice").filter(has_text="started again").first).to_be_attached()
        expect(person.see("connection-state")).to_have_attribute("data-state", "connected")
    for person, other in ((ana, "Berta"), (berta, "Ana")):
        person.sees_moving_picture_of(other)
        person.hears(other)
    berta.says("después")
    ana.reads("antes")
    ana.reads("después")


def test_an_operator_who_stops_the_node_has_people_told(own_node, people):
    ana, berta = meet(people, own_node.fresh_link())
    assert own_node.stop() == 0
    for person in (ana, berta):
        expect(person.see("connection-state")).to_have_attribute("data-state", "reconnecting")
    own_node.start()
    for person in (ana, berta):
        expect(person.see("connection-state")).to_have_attribute("data-state", "connected")
    ana.sees_moving_picture_of("Berta")


def test_a_closed_laptop_is_gone_within_30_seconds(own_node, people, browsers):
    """The laptop is a browser of its own whose processes are stopped, as a lid does: no goodbye, no packet."""
    link = own_node.fresh_link()
    ana = people("chromium", "Ana").join(link)
    with browsers.separate("chromium") as laptop:
        berta = laptop.person("Berta").join(link)
        expect(ana.tile_of("Berta")).to_be_visible()
        laptop.send(signal.SIGSTOP)
        try:
            expect(ana.tile_of("Berta")).to_have_count(0, timeout=30_000)
        finally:
            laptop.send(signal.SIGCONT)


def test_a_changed_network_is_survived(node, people):
    """Every ICE candidate pair of the page dies at once, as when a phone leaves its Wi-Fi."""
    ana, berta = meet(people, node.fresh_link())
    ana.page.context.set_offline(True)
    ana.page.wait_for_timeout(3000)  # the length of the outage is the case under test
    ana.page.context.set_offline(False)
    expect(ana.see("connection-state")).to_have_attribute("data-state", "connected")
    ana.sees_moving_picture_of("Berta")
    berta.sees_moving_picture_of("Ana")
