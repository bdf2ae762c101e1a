"""Fixtures: a node, and people in real browsers who open its page."""

import concurrent.futures
import contextlib
import os
from pathlib import Path

import pytest
from node import Node, ROOT
from people import Browsers

ARTEFACTS = Path(os.environ.get("TERTULIA_ARTEFACTS", ROOT / "artefacts"))


@pytest.fixture(scope="session")
def artefacts() -> Path:
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    return ARTEFACTS


@pytest.fixture(scope="session")
def browsers():
    with contextlib.closing(Browsers()) as launched:
        yield launched


@pytest.fixture(scope="session")
def node():
    with contextlib.closing(Node()) as started:
        yield started


@pytest.fixture
def own_node():
    """A node that the test may kill."""
    with contextlib.closing(Node()) as started:
        yield started


@pytest.fixture
def people(browsers, request, artefacts):
    """Opens pages; on failure leaves a picture and the console of each behind."""
    opened = []

    def open_page(kind: str, name: str, **options):
        person = browsers.person(kind, name, **options)
        opened.append(person)
        return person

    yield open_page
    again = "-again" if getattr(request.node, "tries", 1) > 1 else ""
    for person in opened:
        if request.node.outcome_failed:
            person.leave_evidence(artefacts / f"failed{again}-{request.node.name}-{person.name}")
        person.close()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if call.when in ("setup", "call"):
        item.outcome_failed = outcome.get_result().failed


@pytest.fixture
def run_aside():
    """Runs a function in a thread of its own: an event loop cannot start beside Playwright's."""
    with concurrent.futures.ThreadPoolExecutor(max_workers=1) as executor:
        yield lambda function, *arguments: executor.submit(function, *arguments).result(timeout=120)
