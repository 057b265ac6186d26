"""Settings that every test shares, and the rule that nothing is skipped where everything is installed."""

import os

import pytest
from hypothesis import settings

STRICT = os.environ.get("EVALCENTER_STRICT") == "1"

# Where a run decides whether a change lands, the same examples are drawn every time; elsewhere new ones look for new bugs.
settings.register_profile("evalcenter", deadline=None, max_examples=60, derandomize=STRICT)
settings.load_profile("evalcenter")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share something made once for their file stay on one worker, or each worker would make it again."""
    for item in items:
        made = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
        if any(one.scope == "module" for found in made.values() for one in found):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the skips that fail the run."""
    for report in _forbidden(terminalreporter):
        terminalreporter.write_line(f"skipped where nothing may be: {report.nodeid}", red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """With EVALCENTER_STRICT=1 a skip fails the run, except for public data that is simply not on the machine."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and _forbidden(reporter) and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _forbidden(reporter: pytest.TerminalReporter) -> list[pytest.TestReport]:
    if not STRICT:
        return []
    skipped = reporter.stats.get("skipped", [])
    return [report for report in skipped if os.environ.get("EVALCENTER_REALDATA") or "realdata" not in report.keywords]
