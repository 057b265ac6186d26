"""Settings that every test shares, and the rule that nothing is skipped where everything is installed."""

import os
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parents[1]
STRICT = os.environ.get("EVALCENTER_STRICT") == "1"

# Where a run decides whether a change lands, the same examples are drawn every time; elsewhere new ones look for new bugs.
settings.register_profile("evalcenter", deadline=None, max_examples=60, derandomize=STRICT)
settings.load_profile("evalcenter")


class Together(LoadScopeScheduling):
    """Tests of a file that makes something once stay on one worker, or each worker would make it again; others go anywhere.

    In place of `--dist loadgroup`, whose groups pytest 9.2 no longer lets xdist 3.8 write into the names of tests.
    """

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return path if _makes_once(path) else nodeid


@cache
def _makes_once(path: str) -> bool:
    return 'scope="module"' in (ROOT / path).read_text("utf-8")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    return Together(config, log)


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
