"""`./test` gives tests of these groups a second try: nothing that needed one is hidden, and nothing that is broken passes."""

import os
import subprocess
import sys

import pytest
from node import ROOT

SUITE = """
import pytest

tries, made = [], []

@pytest.fixture(scope="session")
def shared():
    made.append("a world")
    yield len(made)

@pytest.fixture
def evidence():
    yield
    print("what the fixture left")

def test_sound(shared):
    assert shared == 1

def test_shaky(shared, evidence):
    tries.append("shaky")
    print("what was said")
    assert len(tries) == 2, "not yet"
    assert shared == 2

def test_next(shared):
    assert shared == 2
"""
BROKEN = """
def test_broken():
    assert False, "always"
"""
ENDS_BADLY = """
import pytest

ends = []

@pytest.fixture
def end():
    yield
    ends.append("one")
    assert len(ends) == 2, "its end"

def test_ends_badly(end):
    pass
"""


@pytest.fixture
def run(tmp_path):
    """What pytest says of these tests, its exit status, and how `./test` counts it: passed, failed, skipped, again."""

    def run(source: str, *options: str):
        (tmp_path / "test_suite.py").write_text(source)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "Tests.second_try", "-p", "no:cacheprovider", *options]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        done = subprocess.run(
            [*command, f"--rootdir={tmp_path}", tmp_path], cwd=ROOT, env=environment, capture_output=True, text=True
        )
        log = tmp_path / "log"
        log.write_text(done.stdout)
        script = 'set -uo pipefail; . tools/test-groups.sh; read_pytest "$1" "$2"'
        counted = subprocess.run(
            ["bash", "-c", script, "sh", log, str(done.returncode)], cwd=ROOT, check=True, capture_output=True, text=True
        )
        return done.stdout, done.returncode, [int(number) for number in counted.stdout.split()]

    return run


def test_what_passes_at_the_second_try_is_named_with_what_its_first_said_and_counted(run):
    said, status, counted = run(SUITE)
    assert status == 0, said
    assert counted == [3, 0, 0, 1]
    assert "\nsecond try: test_suite.py::test_shaky passed\n" in said
    assert said.count("second try:") == 1
    for part in ["AssertionError: not yet", "what was said", "what the fixture left"]:
        assert part in said
    assert run("def test_sound():\n  pass\n")[2] == [1, 0, 0, 0]


def test_what_fails_twice_has_failed(run):
    said, status, counted = run(SUITE + BROKEN)
    assert status == 1
    assert counted == [3, 1, 0, 1]
    assert "\nsecond try: test_suite.py::test_broken failed again\n" in said


def test_an_end_that_fails_is_tried_again_too(run):
    said, status, counted = run(ENDS_BADLY)
    assert status == 0, said
    assert counted == [1, 0, 0, 1]


def test_when_everything_is_broken_the_second_tries_end(run):
    said, status, counted = run("".join(f"def test_{number}():\n  assert False\n" for number in range(20)))
    assert status == 1
    assert counted == [0, 20, 0, 0]
    assert said.count(" failed again\n") == 8
