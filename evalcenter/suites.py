"""Reads suites and their taxonomies from files; every complaint carries file and line.

A suite is one folder: ``suite.yaml``, ``items/*.yaml`` (each a list of items), and usually ``standard.yaml``. Taxonomies that
several suites share stand beside the suites in ``taxonomies/``.

Rules this module keeps:

* All problems of a suite are reported at once, each with its line.
* A suite that loads is sound in itself: ids are unique, every reference (dimension, risk, source, twin, grader) resolves,
  every check's parameters are read, and every item can earn points.
* The digest is over the exact bytes of every file that was read.

It does not grade anything: whether the examples behave, and must-refuse items have their twins, is ``lint.py``'s question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeVar

from evalcenter import boundary, canon, crew, hooks, yamls
from evalcenter.errors import EvalcenterError, SuiteError
from evalcenter.records import Bank, Item, Suite, Taxonomy

T = TypeVar("T")
MUCH: Final = 500_000
"""A worker is started for so many bytes of items, if there are as many files; fewer are read sooner without one."""
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A suite as it was read, with the digest of its files and the place of every item; and the bank, if it lay in a sealed one.

    `keepers` are the public keys that the bank was sealed to.
    """

    suite: Suite
    digest: str
    folder: Path
    files: tuple[Path, ...]
    places: Mapping[str, tuple[yamls.Document, int]] = field(default_factory=dict)
    bank: Bank | None = None
    keepers: tuple[str, ...] = ()

    def where(self, item: str, path: Sequence[str | int] = ()) -> str:
        """``file:line`` of a part of an item."""
        document, index = self.places[item]
        return document.where([index, *path])


def home() -> Path:
    """The folder of the shipped suites: inside the installed package, or at the root of a checkout."""
    package = Path(__file__).parent
    shipped = package / "shipped" / "suites"
    return shipped if shipped.is_dir() else package.parent / "suites"


def shipped() -> dict[str, Path]:
    """The shipped suites by id."""
    return {path.parent.name: path.parent for path in sorted(home().glob("*/suite.yaml"))}


def find(name: str) -> Path:
    """The folder of a suite given by path or by the id of a shipped one."""
    if (Path(name) / "suite.yaml").is_file():
        return Path(name)
    if name in shipped():
        return shipped()[name]
    raise SuiteError(
        f"no suite {name!r}: no folder of that name holds a suite.yaml, and the shipped ones are {', '.join(shipped())}",
        todo="give a suite's folder or one of these ids",
    )


# -- reading ----------------------------------------------------------------------------------------------------------


def load(folder: Path, plugins: hooks.Plugins) -> Loaded:
    """The suite in `folder`. Raises SuiteError with every problem found."""
    head = yamls.read(folder / "suite.yaml")
    files = sorted((folder / "items").glob("*.yaml"))
    much = sum(path.stat().st_size for path in files if path.is_file()) // MUCH
    hands = min(crew.cores(), len(files), much)
    documents = list(crew.spread(_read, None, files, hands=hands))
    return whole(folder, head, [*map(yamls.read, taxonomies(folder, head))], documents, plugins)


def whole(
    folder: Path,
    head: yamls.Document,
    shared: Sequence[yamls.Document],
    documents: Sequence[yamls.Document],
    plugins: hooks.Plugins,
) -> Loaded:
    """The suite whose files were read: its head, its taxonomies, its lists of items. Raises SuiteError with every problem found."""
    named = mapping(head)
    problems: list[str] = []
    items: list[Item] = []
    places: dict[str, tuple[yamls.Document, int]] = {}
    for document in documents:
        for index, item in _items(document, problems):
            if item.id in places:
                first, at = places[item.id]
                problems.append(f"{document.where([index, 'id'])}: the id {item.id!r} is taken by {first.where([at])}")
            else:
                places[item.id] = (document, index)
                items.append(item)
    if problems:
        refuse(problems)
    suite = replace(
        as_record(Suite, {**named, "taxonomies": [], "items": []}, head),
        taxonomies=tuple(as_record(Taxonomy, document.value, document) for document in shared),
        items=tuple(items),
    )
    files = (head.path, *(document.path for document in (*shared, *documents)))
    loaded = Loaded(suite, _digest(folder, [head, *shared, *documents]), folder, files, places)
    refuse([*_problems(loaded, head, plugins)])
    return loaded


def _read(_: None, path: Path) -> yamls.Document:
    return yamls.read(path)


def taxonomies(folder: Path, head: yamls.Document) -> list[Path]:
    """The files of the taxonomies that a suite names. Raises SuiteError where one is nowhere."""
    named = mapping(head).get("taxonomies") or []
    return [_taxonomy_path(folder, name, head, at) for at, name in enumerate(named)]


def _taxonomy_path(folder: Path, name: Any, head: yamls.Document, at: int) -> Path:
    where = head.where(["taxonomies", at])
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise SuiteError(f"{name!r} is not a taxonomy's id", where=where)
    for base in (folder / "taxonomies", folder.parent / "taxonomies", home() / "taxonomies"):
        if (base / f"{name}.yaml").is_file():
            return base / f"{name}.yaml"
    raise SuiteError(f"no taxonomy {name!r} beside the suite or among the shipped ones", where=where)


def _items(document: yamls.Document, problems: list[str]) -> Iterator[tuple[int, Item]]:
    if not isinstance(document.value, list):
        problems.append(f"{document.where()}: expected a list of items, each starting with '- id:'")
        return
    for index, raw in enumerate(document.value):
        try:
            yield index, boundary.sure(Item, expand(raw))
        except boundary.Invalid as problem:
            for path, words in problem.problems:
                shown = ".".join(map(str, ("items", index, *path)))
                problems.append(f"{document.where([index, *path])}: {shown}: {words}")


def expand(raw: Any) -> Any:
    """The full form of an item that uses the short ones: a prompt, or an example, that is only text."""
    if not isinstance(raw, dict):
        return raw
    made = dict(raw)
    if isinstance(made.get("prompt"), str):
        made["prompt"] = [{"role": "user", "content": made["prompt"]}]
    if isinstance(made.get("examples"), dict):
        made["examples"] = {
            kind: [{"text": e} if isinstance(e, str) else e for e in held] if isinstance(held, list) else held
            for kind, held in made["examples"].items()
        }
    if isinstance(made.get("options"), dict):
        made["options"] = {k: str(v) if isinstance(v, int) else v for k, v in made["options"].items()}
    if isinstance(made.get("pass_line"), int):
        made["pass_line"] = str(made["pass_line"])
    return made


def mapping(document: yamls.Document) -> dict[str, Any]:
    """The fields of a file that must be a mapping."""
    if isinstance(document.value, dict):
        return document.value
    raise SuiteError("expected a mapping of fields", where=document.where())


def as_record(kind: type[T], value: Any, document: yamls.Document) -> T:
    """`value`, which came from `document`, as a record. Raises SuiteError with file and line of every field that does not fit."""
    try:
        return boundary.convert(kind, value)
    except boundary.Invalid as problem:
        refuse([f"{document.where(path)}: {'.'.join(map(str, path))}: {words}" for path, words in problem.problems])
        raise


def _digest(folder: Path, documents: Sequence[yamls.Document]) -> str:
    listed = [
        [d.path.relative_to(folder).as_posix() if d.path.is_relative_to(folder) else d.path.name, canon.digest(d.raw)]
        for d in documents
    ]
    return canon.digest(sorted(listed))


def refuse(problems: Sequence[str]) -> None:
    """Raise SuiteError with all `problems`, if there are any."""
    if problems:
        raise SuiteError("\n".join(problems), todo="mend these lines" if len(problems) > 1 else "mend this line")


# -- what must hold between the parts ---------------------------------------------------------------------------------


def _problems(loaded: Loaded, head: yamls.Document, plugins: hooks.Plugins) -> Iterator[str]:
    suite = loaded.suite
    known = {
        "dimension": {d.id for d in suite.dimensions},
        "risk": {f"{t.id}:{e.id}" for t in suite.taxonomies for e in t.entries},
        "source": set(suite.sources),
    }
    for at, family in enumerate(suite.families):
        where = ("families", at)
        yield from _references(head, where, family, known)
        yield from _family(head, where, family, plugins)
    by_id = {item.id: item for item in suite.items}
    for item in suite.items:
        document, index = loaded.places[item.id]
        yield from _references(document, (index,), item, known)
        for path, words in (*_shape(item), *_twin(item, by_id), *_checks(item, plugins)):
            yield f"{document.where([index, *path])}: {item.id}: {words}"


def _references(
    document: yamls.Document, at: Sequence[str | int], owner: Any, known: Mapping[str, set[str]]
) -> Iterator[str]:
    named: list[tuple[tuple[str | int, ...], str, str]] = [(("dimension",), "dimension", owner.dimension)]
    named += [(("risks", i), "risk", risk) for i, risk in enumerate(owner.risks)]
    named += [(("sources", i), "source", source) for i, source in enumerate(owner.sources)]
    for path, kind, name in named:
        if name not in known[kind]:
            yield f"{document.where([*at, *path])}: {owner.id}: the {kind} {name!r} is not declared in suite.yaml"


def _family(document: yamls.Document, at: Sequence[str | int], family: Any, plugins: hooks.Plugins) -> Iterator[str]:
    try:
        generator = hooks.find(plugins.generators, "generator", family.generator)
        boundary.convert(generator.params, dict(family.params))
    except EvalcenterError as problem:
        yield f"{document.where([*at, 'generator'])}: {family.id}: {problem.what}"
    if family.count < 1:
        yield f"{document.where([*at, 'count'])}: {family.id}: a count of {family.count}; expected at least 1"


_Problem = tuple[Sequence[str | int], str]


def _shape(item: Item) -> Iterator[_Problem]:
    if not _ID.fullmatch(item.id):
        yield ("id",), f"the id {item.id!r} may hold letters, digits, dots and dashes only"
    if not item.prompt or item.prompt[-1].role != "user":
        yield ("prompt",), "the prompt must end with a user turn"
    if not item.criteria:
        yield ("criteria",), "an item needs at least one criterion"
    elif not any(c.points > 0 for c in item.criteria):
        yield ("criteria",), "no criterion has positive points, so nothing can be earned"
    if not Decimal(0) < item.pass_line <= 1:
        yield ("pass_line",), f"a pass_line of {item.pass_line}; expected above 0 and at most 1"
    names = [c.id for c in item.criteria]
    for at, criterion in enumerate(item.criteria):
        if criterion.id in names[:at]:
            yield ("criteria", at, "id"), f"two criteria are called {criterion.id!r}"
        if criterion.points == 0 and not criterion.critical:
            yield ("criteria", at), f"{criterion.id}: no points and not critical, so it decides nothing"
        if criterion.confirm is not None and not criterion.critical:
            yield ("criteria", at, "confirm"), f"{criterion.id}: only a critical criterion is confirmed"
    if item.red_line and not any(c.critical and c.confirm is not None for c in item.criteria):
        yield ("red_line",), "a red line needs a critical criterion with a second check (confirm)"
    yield from _example_shape(item, names)


def _example_shape(item: Item, names: Sequence[str]) -> Iterator[_Problem]:
    if not item.examples.good or not item.examples.bad:
        yield ("examples",), "at least one good and one bad example are needed"
    for kind, examples in (("good", item.examples.good), ("bad", item.examples.bad)):
        for at, example in enumerate(examples):
            if bool(example.text) and bool(example.turns):
                yield ("examples", kind, at), "an example has a text or turns, not both"
            for name in example.fails:
                if name not in names:
                    yield ("examples", kind, at, "fails"), f"no criterion is called {name!r}"


def _twin(item: Item, by_id: Mapping[str, Item]) -> Iterator[_Problem]:
    other = by_id.get(item.twin or "")
    if item.twin is None:
        return
    if other is None:
        yield ("twin",), f"no item is called {item.twin!r}"
    elif other.twin != item.id:
        yield ("twin",), f"{other.id} does not name this item as its twin"
    elif other.expects == item.expects or other.lang != item.lang:
        yield ("twin",), f"a twin pair is one item to refuse and one to help with, in one language; see {other.id}"


def _checks(item: Item, plugins: hooks.Plugins) -> Iterator[_Problem]:
    for at, criterion in enumerate(item.criteria):
        for part, check in (("check", criterion.check), ("confirm", criterion.confirm)):
            if check is None:
                continue
            path: tuple[str | int, ...] = ("criteria", at, part)
            try:
                name, params = hooks.single(check)
                grader = hooks.find(plugins.graders, "grader", name)
                boundary.params(grader.params, params)
            except boundary.Invalid as problem:
                for deeper, words in problem.problems:
                    yield (*path, name, *deeper), f"{criterion.id}: {part}.{name}.{'.'.join(map(str, deeper))}: {words}"
            except EvalcenterError as problem:
                yield path, f"{criterion.id}: {problem.what}"
