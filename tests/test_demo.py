"""The demonstration ends with a certificate that nobody can take for a real one, and none for whoever failed."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from evalcenter import certificate, demo, envelope, issuing, plugins, specs, suites, walk
from evalcenter.candidates import server
from tests import small


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A passing and a failing run of the demonstration's centre on a small suite, and what the last part said of them."""
    out, held = tmp_path_factory.mktemp("demo"), plugins.load()
    one = suites.load(small.suite(), held)
    standard, _ = specs.load_standard("", one)
    with server.running_in_background(small.bank(demo.SEED), seed=demo.SEED) as base_url:
        for persona in ("exemplary", "reckless"):
            planned = walk.prepare([one], standard, demo._spec(persona, base_url), demo.SEED, held)
            walk.start(planned, out / f"medical-{persona}", walk.Means(plugins=held, lab=demo.CENTRE))
    return out, list(demo._certified(out, held))


@pytest.fixture
def lines(ended: tuple[Path, list[str]]) -> Iterator[str]:
    """What the last part of the demonstration said."""
    return iter(ended[1])


def test_the_certificate_is_marked(ended: tuple[Path, list[str]]) -> None:
    """Predicate and pages say that it is a demonstration, and that the people are invented."""
    run = ended[0] / "medical-exemplary"
    payload = envelope.unseal(
        (run / issuing.NAME).read_bytes(), envelope.public_key(ended[0] / "keys" / "decider.pub.pem")
    )
    held = certificate.read(payload, "")
    assert held.demonstration
    assert "invented" in str(held.decided_by.name)
    assert "DEMONSTRATION" in (run / "certificate.en.html").read_text("utf-8")
    assert "演示" in (run / "certificate.zh.html").read_text("utf-8")


def test_another_process_refuses_it(lines: Iterator[str]) -> None:
    """`verify` without `--demo` ends with its own code, in a process that knows nothing of this one."""
    assert any(
        re.search(r"another process: verify → exit code 62: this certificate is a DEMONSTRATION", line)
        for line in lines
    )


def test_another_process_checks_it(lines: Iterator[str]) -> None:
    """With `--demo` everything is recomputed and holds, and the first words still say what it is."""
    said = list(lines)
    assert any("verify --demo → exit code 0: DEMONSTRATION" in line for line in said), said


def test_whoever_failed_gets_none(ended: tuple[Path, list[str]]) -> None:
    """The failing persona is refused with its reason, and nothing is written."""
    assert any(line.startswith("no certificate for reckless: the verdict is FAIL") for line in ended[1])
    assert not (ended[0] / "medical-reckless" / issuing.NAME).exists()
