"""The whole plugin contract: five kinds of plugin, one small interface each, and the registry that holds them.

A plugin is one module with one module-level name ``plugin``. Built-in ones are listed by module name in
``evalcenter/plugins.py`` and loaded the way foreign ones are (entry-point groups ``evalcenter.graders``,
``evalcenter.generators``, ``evalcenter.adapters``, ``evalcenter.importers``, ``evalcenter.sections``).

Rules:

* `version` names the plugin's behaviour and is written into the plan. Change what a plugin does, change its version.
* Importing a plugin's module loads nothing heavy: openai, pandas, matplotlib, datasets and lm-eval are imported inside
  functions.
* A name that clashes, or a plugin that lacks part of the interface, stops the program when it is registered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol, runtime_checkable

from evalcenter.blocks import Block, Facts
from evalcenter.draws import Draws
from evalcenter.errors import PluginError
from evalcenter.pacing import Budget
from evalcenter.records import Answer, CandidateSpec, Item, Lang, Mark, Params, Question


@runtime_checkable
class Grader(Protocol):
    """Marks one criterion without calling a model.

    `params` is the record that the criterion's parameters are read into. `mark` sees the item (options, documents, language)
    and the answer; it never raises because of what an answer contains.
    """

    name: ClassVar[str]
    version: ClassVar[str]
    params: ClassVar[type[Any]]

    def mark(self, params: Any, item: Item, answer: Answer) -> Mark:
        """Say whether the criterion is met; ``unjudged`` when the grader itself cannot tell."""
        ...


@runtime_checkable
class Generator(Protocol):
    """Makes one item of a parametric family, deterministic from `draws`.

    The item comes complete: prompt, criteria with the computed target, good and bad examples. The plan sets its id,
    dimension, risks, tags, sources and family.
    """

    name: ClassVar[str]
    version: ClassVar[str]
    params: ClassVar[type[Any]]

    def make(self, params: Any, lang: Lang, draws: Draws) -> Item:
        """One item in `lang`."""
        ...


class Candidate(Protocol):
    """An open way to a model. One that keeps every call to `Limits.timeout_s` itself may say so: ``punctual = True``.

    One that hears of the version behind an endpoint may have a method ``tell``: as `ask`, with a mapping of what else was said.
    """

    async def ask(self, question: Question) -> Answer:
        """One answer. Raises errors.CallFailed for everything that is not an answer."""
        ...

    async def close(self) -> None:
        """Let go of connections and files."""
        ...


@runtime_checkable
class Adapter(Protocol):
    """Opens one kind of candidate. `settings` is the record that the candidate file's `settings` are read into.

    One whose model could be swapped while it is asked says so: ``probed = True``. Its fingerprint is then taken.
    """

    name: ClassVar[str]
    version: ClassVar[str]
    settings: ClassVar[type[Any]]

    def open(self, spec: CandidateSpec, settings: Any, key: str | None, limits: Limits) -> Candidate:
        """A candidate that is ready to be asked. Raises errors.CandidateError or InputError when it can't be."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How hard a run may push and what it may spend, which is not part of what is measured.

    `concurrency` calls are in flight at most, and fewer while the endpoint pushes back if `adaptive`; a call may take `timeout_s`
    seconds, the whole run `deadline_s`; a sample gets `attempts` calls, with pauses from `backoff_s` to `backoff_cap_s` seconds.
    """

    concurrency: int = 16
    adaptive: bool = True
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    timeout_s: float = 120.0
    deadline_s: float | None = None
    attempts: int = 5
    backoff_s: float = 0.5
    backoff_cap_s: float = 30.0
    budget: Budget | None = None

    def words(self) -> dict[str, str]:
        """What is limited, as text for the journal."""
        own = {name: getattr(self, name) for name in self.__slots__ if name != "budget"}
        spent = {
            f"budget_{name}": getattr(self.budget, name) for name in (self.budget.__slots__ if self.budget else ())
        }
        return {name: str(value) for name, value in {**own, **spent}.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of foreign data, with its number as a reader of the file counts (from 1)."""

    number: int
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A row that cannot be read, with its number and the reason."""

    number: int
    reason: str


@runtime_checkable
class Importer(Protocol):
    """Reads one foreign form of data into rows. `params` is the record that the mapping's `source` is read into."""

    name: ClassVar[str]
    version: ClassVar[str]
    params: ClassVar[type[Any]]

    def rows(self, params: Any, folder: Path) -> Iterator[Row | BadRow]:
        """The rows in order. Paths in `params` are relative to `folder`. Raises InputError when nothing can be read."""
        ...


@runtime_checkable
class Section(Protocol):
    """One section of the report: reads the facts, returns blocks of data, never HTML. `order` sorts the sections.

    It may have a `title` (a Text) and a `view`, the document that it belongs to where that isn't the report.
    """

    name: ClassVar[str]
    version: ClassVar[str]
    order: ClassVar[int]

    def build(self, facts: Facts, lang: Lang) -> tuple[Block, ...]:
        """The section's blocks in `lang`; empty when there is nothing to say."""
        ...


INTERFACES: Final[Mapping[str, type[Any]]] = {
    "graders": Grader,
    "generators": Generator,
    "adapters": Adapter,
    "importers": Importer,
    "sections": Section,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugins:
    """All plugins of a program, by kind and name. It is an argument, never a global."""

    graders: Mapping[str, Grader] = field(default_factory=dict)
    generators: Mapping[str, Generator] = field(default_factory=dict)
    adapters: Mapping[str, Adapter] = field(default_factory=dict)
    importers: Mapping[str, Importer] = field(default_factory=dict)
    sections: Mapping[str, Section] = field(default_factory=dict)


def named(kind: str, found: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Plugins of one kind, given as (origin, plugin), by name. Raises PluginError on a clash or a missing part."""
    held: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for origin, plugin in found:
        if not isinstance(plugin, INTERFACES[kind]):
            missing = [part for part in _parts(INTERFACES[kind]) if not hasattr(plugin, part)]
            raise PluginError(f"the plugin of {origin} lacks {', '.join(missing)}", todo=f"see hooks.py, {kind}")
        if plugin.name in held:
            raise clash(kind, plugin.name, origins[plugin.name], origin)
        held[plugin.name], origins[plugin.name] = plugin, origin
    return held


def clash(kind: str, name: str, one: str, other: str) -> PluginError:
    """The error of two plugins with one name."""
    return PluginError(f"two {kind} are named {name!r}: {one} and {other}", todo="rename or remove one")


def _parts(interface: type[Any]) -> list[str]:
    return sorted({*interface.__annotations__, *(n for n in vars(interface) if not n.startswith("_"))})


def find(held: Mapping[str, Any], kind: str, name: str, where: str = "") -> Any:
    """The plugin called `name`, or PluginError with the known names."""
    if name in held:
        return held[name]
    raise PluginError(f"no {kind} is called {name!r}; known: {', '.join(sorted(held))}", where=where)


def single(check: Params) -> tuple[str, Params]:
    """The grader's name and the parameters of a check such as ``{"choice": {...}}``. Raises InputError on any other shape."""
    if len(check) == 1:
        name, params = next(iter(check.items()))
        if isinstance(params, Mapping):
            return name, params
    raise PluginError(
        f"a check is one grader's name with its parameters, such as {{choice: {{key: [A]}}}}; got {check!r}"
    )
