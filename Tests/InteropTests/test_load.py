"""`tertulia load` against a running node."""

import contextlib
import json
import math
import subprocess

from node import BINARY, Node


def load(*options: str) -> tuple[int, dict, str]:
    done = subprocess.run([BINARY, "load", "--json", *options], capture_output=True, text=True, timeout=120)
    return done.returncode, json.loads(done.stdout) if done.stdout.startswith("{") else {}, done.stderr


def call(node, *options: str) -> tuple[int, dict, str]:
    return load(f"localhost:{node.port}", "--insecure", "--join-storm", "1", *options)


def test_a_call_is_held_and_measured(node):
    status, found, said = call(node, "--senders", "2", "--receivers", "3", "--duration", "6", "--fail-over-loss", "1")
    assert status == 0, said
    assert found["served"] == found["clients"] == 5
    assert found["faults"] == {} and found["violations"] == 0
    streams = 2 * 1 + 3 * 2
    # What the generator was too late to make, nobody could hear: each packet of it would have gone to four.
    assert found["audio_expected"] > 0.9 * streams * 6 * 50 - 4 * found["skipped"]
    assert found["video_expected"] > 0.9 * found["pictures"] > 0
    assert 0 < found["delay_ms_p50"] < 500 and 0 < found["join_ms_p50"] < 10_000
    assert sum(found["heights"].values()) == streams


def test_loss_is_seen_as_it_is_and_is_recovered(node):
    """One path loses a tenth: a picture, whose sender repeats what the node misses, that much, and sound once or twice that.
    How many packets a picture has is the congestion controller's to say: at such a loss, on a machine that is busy besides,
    it takes the picture away for a while. So calls are held until there was something to lose."""
    expected = missed = lost = recovered = 0
    for _ in range(8):
        status, found, said = call(
            node, "--senders", "1", "--receivers", "3", "--loss", "10", "--duration", "10", "--no-simulcast", "--video", "80"
        )
        assert status == 0 or found["served"] >= 2, said
        assert 6 < found["audio_loss_before_percent"] < 26
        expected += found["video_expected"]
        missed += found["video_expected"] * found["video_loss_before_percent"] / 100
        lost += found["video_lost"]
        recovered += found["video_recovered"]
        if expected >= 400:
            break
    assert expected >= 400
    chance = 5 * math.sqrt(expected * 0.1 * 0.9)
    assert abs(missed - 0.1 * expected) < chance, (missed, expected)
    # The rest was still on its way when a call ended.
    assert recovered > 0.75 * missed and lost < 0.15 * missed, (missed, recovered, lost)


def test_people_leave_and_others_come(node):
    status, found, said = call(
        node, "--senders", "2", "--receivers", "2", "--leave-rate", "60", "--duration", "8", "--speakers", "1", "--turn", "2"
    )
    assert status == 0, said
    # One a second; on a busy machine the last second may be spent on the one before.
    assert 4 <= found["rejoined"] <= 8
    assert found["violations"] == 0


def test_who_comes_when_all_others_have_been_silent_for_long_hears_whoever_has_the_turn(node):
    status, found, said = call(
        node, "--senders", "3", "--receivers", "2", "--speakers", "1", "--join-storm", "6", "--duration", "1"
    )
    assert status == 0, said
    assert found["served"] == 5


def test_a_limit_that_is_passed_fails_with_its_figure(node):
    status, found, said = call(node, "--senders", "1", "--receivers", "1", "--duration", "2", "--fail-over-join", "0.001")
    assert status == 1
    assert "Time to join (p95)" in said and len(found["complaints"]) == 1


def test_a_room_that_is_too_small_says_how_to_make_it_larger():
    with contextlib.closing(Node("--max-participants", "3", "--metrics-port", "0")) as small:
        status, found, said = call(small, "--senders", "1", "--receivers", "4", "--video", "0", "--duration", "1")
    assert status == 1
    assert found["faults"] == {"room_full": 2}
    assert "2 of 5 participants were not served" in said


def test_what_cannot_work_is_said_in_one_plain_line(node):
    for options, text in [
        (["localhost:9", "--insecure"], "Nobody answers at localhost:9"),
        ([f"localhost:{node.port}"], "add --insecure"),
        (["http://localhost/r/X"], "is no server"),
        (["localhost", "--receivers", "2000"], "from 1 to 2000 clients"),
        ([], "Give one server"),
    ]:
        status, _, said = load(*options)
        assert status != 0 and text in said, said
