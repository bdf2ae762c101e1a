"""The node's fixture is the browser tests' own; participants of our MLS library are processes."""

import contextlib
import sys
from pathlib import Path

import pytest
from mls_peer import MLSPeer

sys.path.append(str(Path(__file__).resolve().parents[1] / "BrowserTests"))
from node import Node  # noqa: E402


@pytest.fixture(scope="session")
def node():
    with contextlib.closing(Node()) as started:
        yield started


@pytest.fixture
def ours():
    """Makes participants of our MLS library, which end with the test."""
    with contextlib.ExitStack() as processes:
        yield lambda *identity, **more: processes.enter_context(contextlib.closing(MLSPeer(*identity, **more)))
