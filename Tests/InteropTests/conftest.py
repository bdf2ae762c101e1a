"""The node's fixture is the browser tests' own."""

import contextlib
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "BrowserTests"))
from node import Node  # noqa: E402


@pytest.fixture(scope="session")
def node():
    with contextlib.closing(Node()) as started:
        yield started
