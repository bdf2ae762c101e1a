"""A second try for tests that drive real browsers and networks: a pytest plugin that only `./test` loads, for those groups
only (`-p Tests.second_try`).

On two busy cores a browser may outlast any patience though no code is wrong. A test that failed runs once more, with every
fixture made anew, node and browsers included. It is told apart from one that passed: its name is printed with all that the
first try said, and it is counted. One that fails twice has failed, and so has all that fails after `MOST` second tries: so
many are no chance, and what is broken is to be said soon.
"""

import contextlib

import pytest
from _pytest.runner import runtestprotocol

MOST = 8
PASSED, FAILED = "at the second try", "tried twice"
USED = pytest.StashKey[int]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    item.tries = 1
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    failed = [report for report in reports if report.failed]
    if failed and item.config.stash.setdefault(USED, 0) < MOST:
        item.config.stash[USED] += 1
        first, sections = failed[0], reports[-1].sections
        reports = once_more(item, nextitem)
        # The report on its end has all that was printed, also by fixtures that leave evidence behind.
        first.sections = sections
        first.outcome = FAILED if any(report.failed for report in reports) else PASSED
        reports.insert(0, first)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def once_more(item, nextitem):
    # What a fixture says when it ends here belongs to the first try, which has failed already.
    with contextlib.suppress(Exception):
        item.session._setupstate.teardown_exact(None)
    item._report_sections.clear()
    item.tries = 2
    return runtestprotocol(item, nextitem=nextitem, log=False)


def pytest_report_teststatus(report):
    if report.outcome in (PASSED, FAILED):
        return report.outcome, "2", (report.outcome.upper(), {"yellow": True})
    return None


def pytest_terminal_summary(terminalreporter):
    tried = [report for outcome in (PASSED, FAILED) for report in terminalreporter.getreports(outcome)]
    for report in tried:
        terminalreporter.write_sep("_", f"first try of {report.nodeid}")
        terminalreporter.write_line(report.longreprtext)
        for name, text in report.sections:
            terminalreporter.write_sep("-", name)
            terminalreporter.write_line(text)
    if tried:
        terminalreporter.write_sep("=", "second tries")
    for report in tried:
        terminalreporter.write_line(f"second try: {report.nodeid} {'passed' if report.outcome == PASSED else 'failed again'}")
