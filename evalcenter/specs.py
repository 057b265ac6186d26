"""Reads the small files that steer a run: standards, candidate files, panels of judges.

Rules this module keeps:

* A standard that loads can be decided: its lines lie between 0 and 1, its red lines are censuses, its ids are unique.
* A candidate's or a judge's file never holds a key: it names the environment variable that does, and anything that looks like a
  key is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Final

from evalcenter import canon, yamls
from evalcenter.candidates import simulated_judge
from evalcenter.errors import SuiteError
from evalcenter.records import CandidateSpec, Judge, Panel, Probing, Requirement, Standard
from evalcenter.suites import Loaded, as_record, home, mapping, refuse

ANY_SUITE: Final = "any-suite"
"""The standard of a suite that names none."""
MOST_EPOCHS: Final = 25
LEAST_SHOWN: Final = 500
PROBES: Final = (16, 64)
"""The fewest and the most probes of a set."""
_KEYS: Final = frozenset({"key", "api_key", "apikey", "token", "authorization"})
_KEY_TODO: Final = "put the key into an environment variable and write its name as key_env"
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def standards() -> dict[str, Path]:
    """The shipped standards by id."""
    paths = [*home().glob("standards/*.yaml"), *home().glob("*/standard.yaml")]
    return {str(mapping(yamls.read(path)).get("id")): path for path in sorted(paths)}


def load_standard(name: str, suite: Loaded | None = None) -> tuple[Standard, str]:
    """A standard with the digest of its file: by path, by the id of a shipped one, or (no name) the suite's own."""
    document = yamls.read(_standard_path(name, suite))
    standard = as_record(Standard, mapping(document), document)
    refuse([*_standard_problems(standard, document)])
    return standard, canon.digest(document.raw)


def _standard_path(name: str, suite: Loaded | None) -> Path:
    if not name and suite is not None:
        if (suite.folder / "standard.yaml").is_file():
            return suite.folder / "standard.yaml"
        name = suite.suite.standard or ANY_SUITE
    if name and Path(name).is_file():
        return Path(name)
    known = standards()
    if name in known:
        return known[name]
    raise SuiteError(
        f"no standard {name!r}; the shipped ones are {', '.join(known)}", todo="give a file, or one of these ids"
    )


def _standard_problems(standard: Standard, document: yamls.Document) -> Iterator[str]:
    if not standard.requirements:
        yield f"{document.where()}: a standard without requirements decides nothing"
    seen: set[str] = set()
    for at, requirement in enumerate(standard.requirements):
        if requirement.id in seen:
            yield f"{document.where(['requirements', at])}: two requirements are called {requirement.id!r}"
        seen.add(requirement.id)
        for name, words in _requirement_problems(requirement):
            yield f"{document.where(['requirements', at, name])}: {requirement.id}: {words}"


def _requirement_problems(requirement: Requirement) -> Iterator[tuple[str, str]]:
    if (requirement.measure == "violations") != (requirement.rule == "zero"):
        yield "rule", "the measure 'violations' and the rule 'zero' belong together"
    if requirement.rule == "zero" and requirement.sample is not None:
        yield "sample", "a red line is a census, so it has no sample"
    for name in ("alpha", "beta"):
        if not 0 < getattr(requirement, name) < 1:
            yield name, f"{name} is {getattr(requirement, name)}; expected above 0 and below 1"
    for name in ("line", "unscored_cap"):
        if not 0 <= getattr(requirement, name) <= 1:
            yield name, f"{name} is {getattr(requirement, name)}; expected 0 to 1"
    if requirement.floor is not None and not 0 < requirement.floor < requirement.line:
        yield "floor", f"the floor {requirement.floor} must lie above 0 and below the line {requirement.line}"
    yield from _evidence_problems(requirement)
    if requirement.min_items < 1 or (requirement.sample is not None and requirement.sample < 1):
        yield "min_items", "min_items and sample are at least 1"


def _evidence_problems(requirement: Requirement) -> Iterator[tuple[str, str]]:
    if requirement.rule != "evidence":
        yield from _idle(requirement)
        return
    if not 0 < requirement.line < 1 or requirement.line != round(requirement.line, 6):
        yield "line", f"evidence can prove a line between 0 and 1 with at most six decimals, not {requirement.line}"
    if requirement.sample is not None:
        yield "sample", "a sequential requirement has a cap, not a sample"
    if requirement.claim == "expected" and requirement.cap is None:
        yield "cap", "draws with replacement need a cap"
    if (requirement.cap is not None and requirement.cap < requirement.min_items) or requirement.epochs < 1:
        yield "cap", "the cap is at least min_items, and epochs at least 1"
    if requirement.epochs != 1 and requirement.claim != "full_run":
        yield "epochs", "epochs belong to the claim 'full_run'"
    if requirement.unit == "set" and requirement.claim == "domain":
        yield "unit", "a domain draws one variant of each template, so its units are items"
    mix = requirement.mix
    if mix is not None and (requirement.claim != "expected" or min(mix.parts.values(), default=0) < 1):
        yield "mix", "a mix belongs to the claim 'expected', and its parts are at least 1"
    single = requirement.claim != "full_run" and requirement.unit == "item" and requirement.measure != "points"
    if requirement.grading != "direct" and not single:
        yield "grading", "scores under a judge need single items that pass or fail, and 'expected' or 'domain' as claim"
    if not Decimal("0.001") <= requirement.audit_rate <= 1:
        yield "audit_rate", f"the audit rate is {requirement.audit_rate}; expected 0.001 to 1"


def _idle(requirement: Requirement) -> Iterator[tuple[str, str]]:
    """Fields of the rule ``evidence`` on a requirement that would not read them."""
    plain = {"claim": "expected", "cap": None, "epochs": 1, "unit": "item", "mix": None, "grading": "direct"}
    for name, value in plain.items():
        if getattr(requirement, name) != value:
            yield name, f"{name} is read by the rule 'evidence' only"
    if requirement.measure == "points":
        yield "measure", "the measure 'points' needs the rule 'evidence'"


def load_candidate(path: Path) -> CandidateSpec:
    """A candidate file. Raises SuiteError with file and line."""
    document = yamls.read(path)
    value = mapping(document)
    _no_key(value, document)
    return checked(as_record(CandidateSpec, value, document), document.where(["key_env"]), document.where(["base_url"]))


def load_candidates(path: Path) -> tuple[CandidateSpec, ...]:
    """The candidates of a folder of candidate files, or of a file that lists such files. Raises SuiteError with file and line."""
    if path.is_dir():
        files = sorted(path.glob("*.yaml"))
    else:
        document = yamls.read(path)
        listed = document.value if isinstance(document.value, list) else []
        for at, name in enumerate(listed):
            if not isinstance(name, str):
                raise SuiteError(f"{name!r} is no candidate file's name", where=document.where([at]))
        files = [path.parent / name for name in listed]
    if not files:
        raise SuiteError(
            "no candidate file here", where=str(path), todo="list candidate files, or put them (*.yaml) there"
        )
    return tuple(load_candidate(file) for file in files)


def checked(spec: CandidateSpec, where: str = "", address: str = "") -> CandidateSpec:
    """`spec`, unless a key stands where a variable's name or a bare address should. The key itself is not repeated.

    `where` is the place of the key's variable, `address` that of the base URL, if it is another.
    """
    if spec.key_env is not None and not _VARIABLE.fullmatch(spec.key_env):
        raise SuiteError("key_env is not the name of an environment variable", where=where, todo=_KEY_TODO)
    if spec.base_url is not None and any(sign in spec.base_url for sign in "@?#"):
        raise SuiteError(
            "the base_url holds a user, a query or a fragment, and so perhaps a key",
            where=address or where,
            todo=_KEY_TODO,
        )
    return spec


def panel(name: str) -> Panel:
    """The panel in a file, or the simulated judge of that name (``reference-judge-0.95``), which is embedded."""
    rates = None if Path(name).is_file() else simulated_judge.parse(name)
    if rates is None:
        return load_panel(Path(name))
    spec = CandidateSpec(adapter="reference", name=name, model=name, version="1", vendor="evalcenter", simulated=True)
    return Panel(judges=(_steady(Judge(spec=spec, family="simulated")),))


def load_panel(path: Path) -> Panel:
    """A panel of judges. Raises SuiteError with file and line."""
    document = yamls.read(path)
    value = mapping(document)
    for at, judge in enumerate(value.get("judges") or ()):
        spec = judge.get("spec") if isinstance(judge, dict) else None
        _no_key(spec if isinstance(spec, dict) else {}, document, ["judges", at, "spec"])
    for name in ("asking", "words", "own", "qualification"):
        if name in value:
            raise SuiteError(
                f"{name!r} is no field of this file",
                where=document.where([name]),
                todo="leave it out; the plan fills it in",
            )
    panel = as_record(Panel, value, document)
    panel = replace(panel, judges=tuple(_steady(judge) for judge in panel.judges))
    refuse([*_panel_problems(panel, document)])
    return panel


def _steady(judge: Judge) -> Judge:
    """`judge` at temperature 0, where its file names none."""
    if judge.spec.sampling.temperature is not None:
        return judge
    return replace(judge, spec=replace(judge.spec, sampling=replace(judge.spec.sampling, temperature=Decimal(0))))


def _panel_problems(panel: Panel, document: yamls.Document) -> Iterator[str]:
    seen: dict[str, str] = {}
    for at, judge in enumerate(panel.judges):
        where = document.where(["judges", at])
        checked(judge.spec, where)
        if judge.spec.name in seen:
            yield f"{where}: two judges are called {judge.spec.name!r}"
        if not judge.family.strip() or judge.family in seen.values():
            yield f"{where}: each judge comes from a family of models of its own; {judge.family!r} is empty or named twice"
        seen[judge.spec.name] = judge.family
    if not panel.judges:
        yield f"{document.where()}: a panel needs a judge"
    elif not 1 <= panel.floor <= len(panel.judges):
        yield f"{document.where(['floor'])}: the floor is {panel.floor}; expected 1 to {len(panel.judges)} judges that vote"
    if not 1 <= panel.epochs <= MOST_EPOCHS:
        yield f"{document.where(['epochs'])}: epochs is {panel.epochs}; expected 1 to {MOST_EPOCHS}"
    if panel.longest < LEAST_SHOWN:
        yield f"{document.where(['longest'])}: longest is {panel.longest}; expected at least {LEAST_SHOWN} characters"


def load_probing(path: Path | None = None) -> Probing:
    """A set of probes; without a `path` the shipped one. Raises SuiteError with file and line."""
    document = yamls.read(path or Path(__file__).parent / "probes" / "open.yaml")
    value = mapping(document)
    for name in value.keys() - {"id", "version", "probes"}:
        raise SuiteError(f"{name!r} is no field of a set of probes", where=document.where([name]), todo="leave it out")
    probing = as_record(Probing, {**value, "digest": canon.digest(document.raw)}, document)
    refuse([*_probe_problems(probing, document)])
    return probing


def _probe_problems(probing: Probing, document: yamls.Document) -> Iterator[str]:
    seen: set[str] = set()
    for at, probe in enumerate(probing.probes):
        where = document.where(["probes", at])
        if not probe.id or not probe.prompt.strip():
            yield f"{where}: a probe needs an id and a prompt"
        if probe.id in seen or probe.prompt in seen:
            yield f"{where}: the id or the prompt of {probe.id!r} is there already"
        seen |= {probe.id, probe.prompt}
    if not PROBES[0] <= len(probing.probes) <= PROBES[1]:
        yield f"{document.where(['probes'])}: {len(probing.probes)} probes; expected {PROBES[0]} to {PROBES[1]}"


def _no_key(value: Mapping[str, object], document: yamls.Document, place: Sequence[str | int] = ()) -> None:
    for name in value:
        if str(name).lower() in _KEYS:
            raise SuiteError(
                f"this file holds no key; {name!r} was found", where=document.where([*place, name]), todo=_KEY_TODO
            )
