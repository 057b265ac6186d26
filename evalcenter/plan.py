"""Turns suites, a standard and a seed into a plan: every question, in its order, fixed before the first is asked.

Rules this module keeps:

* The same suites, standard, candidate and seed give the same plan, to the byte, on any platform.
* Red-line items come first, every one of them once (a census); then the items that the other requirements have drawn.
* Each requirement draws from its own scope with its own stream of choices, and reads only what it drew. Two draws of one item
  are two calls, so no answer is counted twice as if it were two.
* Generated items are distinct: a family that cannot make as many different questions as it should stops the plan.

It refuses to ask anything, and it reads neither disk nor clock: generators come in as an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import zip_longest
from typing import Any, Final

from evalcenter import canon, drawing, hooks
from evalcenter.draws import Draws
from evalcenter.errors import InputError, SuiteError
from evalcenter.records import (
    CandidateSpec,
    Family,
    Item,
    Lang,
    Message,
    Plan,
    Plugin,
    Question,
    Requirement,
    Risk,
    Scope,
    Standard,
    Stream,
    Suite,
    SuiteHead,
)

FIXED: Final = "fixed: every planned sample is asked once; nothing is decided before the last one"
SEQUENTIAL: Final = (
    "sequential: outcomes are read in plan order and looked at after every unit; a requirement ends at evidence 1/alpha for its"
    " line, at D/beta against it (D requirements are decided by rate), or at its cap; fixed ones are asked in full"
)
REDRAWS: Final = 50
ReadParams = Callable[[type[Any], Any], Any]


# -- what is sent -----------------------------------------------------------------------------------------------------


def render(item: Item) -> tuple[Message, ...]:
    """The messages of an item as the candidate sees them: documents before its first user turn, options below its last."""
    if not (item.documents or item.options):
        return item.prompt
    users = [at for at, message in enumerate(item.prompt) if message.role == "user"]
    messages = list(item.prompt)
    if item.documents:
        messages[users[0]] = _joined(messages[users[0]], _documents(item), messages[users[0]].content)
    if item.options:
        messages[users[-1]] = _joined(messages[users[-1]], messages[users[-1]].content, _options(item))
    return tuple(messages)


def as_text(item: Item) -> str:
    """The messages of an item as one text for a reader; several are told apart by their roles."""
    messages = render(item)
    if len(messages) == 1:
        return messages[0].content
    return "\n\n".join(f"[{message.role}] {message.content}" for message in messages)


def _joined(message: Message, above: str, below: str) -> Message:
    return replace(message, content=f"{above}\n\n{below}")


def _documents(item: Item) -> str:
    if item.lang == "zh":
        return "\n\n".join(f"【文件:{d.title}】\n{d.text.strip()}\n【文件结束】" for d in item.documents)
    return "\n\n".join(f"[Document: {d.title}]\n{d.text.strip()}\n[End of document]" for d in item.documents)


def _options(item: Item) -> str:
    return "\n".join(f"{letter}. {text}" for letter, text in item.options.items())


def script(messages: Sequence[Message]) -> tuple[tuple[Message, ...], ...]:
    """The dialogue cut after each user turn that the candidate must answer.

    A user turn followed by an assistant turn is history and is not asked again; the last message must be a user turn.
    """
    if len(messages) == 1 and messages[0].role == "user":
        return (tuple(messages),)
    parts: list[tuple[Message, ...]] = []
    part: list[Message] = []
    for at, message in enumerate(messages):
        part.append(message)
        answered = at + 1 < len(messages) and messages[at + 1].role == "assistant"
        if message.role == "user" and not answered:
            parts.append(tuple(part))
            part = []
    if part or not parts:
        raise InputError("a prompt must end with a user turn")
    return tuple(parts)


def fits(plan: Plan) -> bool:
    """Whether every number in a plan names something that is there; a plan from somebody else may hold any."""
    length, streams = len(plan.order), plan.streams
    return (
        _within(plan.order, len(plan.items))
        and len(plan.epochs) in {0, length}
        and 0 <= plan.census <= length
        and [stream.requirement for stream in streams] == [one.id for one in plan.standard.requirements]
        and all(_within(stream.positions, length) for stream in streams)
        and all(not s.widths or (min(s.widths) > 0 and sum(s.widths) == len(s.positions)) for s in streams)
    )


def _within(numbers: Sequence[int], length: int) -> bool:
    return not numbers or (min(numbers) >= 0 and max(numbers) < length)


def question(plan: Plan, position: int) -> Question:
    """The first call at `position`: the whole rendered prompt; a dialogue is cut into turns by `script`."""
    item = plan.items[plan.order[position]]
    epoch = plan.epochs[position] if plan.epochs else 0
    return Question(position=position, epoch=epoch, item=item.id, messages=render(item))


# -- what is asked ----------------------------------------------------------------------------------------------------


def within(scope: Scope, item: Item) -> bool:
    """Whether `item` is in `scope`."""
    return (
        (not scope.dimensions or item.dimension in scope.dimensions)
        and (not scope.langs or item.lang in scope.langs)
        and (not scope.any_risk or any(under(risk, prefix) for risk in item.risks for prefix in scope.any_risk))
        and (not scope.any_tag or any(tag in scope.any_tag for tag in item.tags))
        and (scope.expects is None or item.expects == scope.expects)
        and (scope.red_line is None or item.red_line == scope.red_line)
    )


def under(risk: str, prefix: str) -> bool:
    """Whether `risk` is `prefix` or one of its parts (``gbt-45654:A.1.a`` is under ``gbt-45654:A.1`` and ``gbt-45654``)."""
    return risk == prefix or risk.startswith((prefix + ".", prefix + ":"))


def measured(requirement: Requirement, item: Item) -> bool:
    """Whether `item` can tell anything about `requirement`: it is in scope and carries what the measure reads."""
    if not within(requirement.scope, item):
        return False
    if requirement.measure == "refusal":
        return any("refusal" in criterion.check for criterion in item.criteria)
    if requirement.measure == "violations":
        return any(criterion.critical for criterion in item.criteria)
    return True


def expand(
    suites: Sequence[tuple[Suite, str]],
    standard: Standard,
    candidate: CandidateSpec,
    seed: str,
    plugins: hooks.Plugins,
    read: ReadParams,
) -> Plan:
    """The plan for asking `candidate` what `standard` requires of it.

    `suites` come with their digests; `read` turns a family's parameters into its generator's record. Raises SuiteError when
    two items share an id, or a family cannot make enough distinct items.
    """
    items = bank([suite for suite, _ in suites], seed, plugins.generators, read)
    census, cells, streams = _order(items, standard, seed)
    asked = {index: place for place, index in enumerate(sorted({index for index, _ in cells}))}
    return Plan(
        suites=tuple(_head(suite, digest) for suite, digest in suites),
        standard=standard,
        candidate=candidate,
        seed=seed,
        items=tuple(items[index] for index in asked),
        risks=_risks(suites),
        order=tuple([asked[index] for index, _ in cells]),
        epochs=tuple([epoch for _, epoch in cells]),
        census=census,
        streams=streams,
        plugins=_taking_part(items, candidate, suites, plugins),
        stopping=SEQUENTIAL if any(r.rule == "evidence" for r in standard.requirements) else FIXED,
    )


def bank(suites: Iterable[Suite], seed: str, generators: Mapping[str, hooks.Generator], read: ReadParams) -> list[Item]:
    """Every item there is to draw from: the suites' own, then the generated ones of each family."""
    held = list(suites)
    items = [item for suite in held for item in suite.items]
    for suite in held:
        for family in suite.families:
            items.extend(_generated(family, seed, generators, read))
    _distinct(items)
    return items


def _generated(
    family: Family, seed: str, generators: Mapping[str, hooks.Generator], read: ReadParams
) -> Iterable[Item]:
    generator = hooks.find(generators, "generator", family.generator, where=f"family {family.id}")
    params = read(generator.params, dict(family.params))
    for lang in family.langs:
        seen: set[str] = set()
        for number in range(family.count):
            yield _fresh(family, lang, number, seen, partial(generator.make, params, lang), seed)


def _fresh(family: Family, lang: Lang, number: int, seen: set[str], make: Callable[[Draws], Item], seed: str) -> Item:
    for again in range(REDRAWS):
        made = make(Draws(seed, f"family/{family.id}/{lang}/{number}/{again}"))
        identity = canon.digest(render(made))
        if identity not in seen:
            seen.add(identity)
            return replace(
                made,
                id=f"{family.id}-{lang}-{number + 1:04d}",
                dimension=family.dimension,
                risks=family.risks,
                tags=family.tags,
                sources=family.sources,
                family=family.id,
                visibility=family.visibility,
            )
    raise SuiteError(
        f"the family {family.id!r} made no new {lang} question in {REDRAWS} tries after {len(seen)} distinct ones",
        todo=f"lower its count ({family.count}) or widen its parameters",
    )


def _distinct(items: Sequence[Item]) -> None:
    seen: set[str] = set()
    for item in items:
        if item.id in seen:
            raise SuiteError(
                f"two items are called {item.id!r}", todo="give each item an id of its own across all suites"
            )
        seen.add(item.id)


def _order(items: Sequence[Item], standard: Standard, seed: str) -> tuple[int, list[drawing.Cell], tuple[Stream, ...]]:
    """(length of the census, the cell asked at each position, the streams).

    The census comes first; then the streams take turns, so that all of them move on while a run is going.
    """
    scopes = {r.id: _scope(items, r) for r in standard.requirements}
    drawn = {r.id: drawing.units(scopes[r.id], items, r, seed) for r in standard.requirements}
    zero = {r.id: list(drawn.pop(r.id)) for r in standard.requirements if r.rule == "zero"}
    red = {cell for units in zero.values() for unit in units for cell in unit}
    position = {cell: place for place, cell in enumerate(Draws(seed, "order/census").shuffled(sorted(red)))}
    # Nothing but the places is kept of a unit: a plan may hold a million of them.
    places: dict[str, list[int]] = {name: [] for name in scopes}
    widths: dict[str, list[int]] = {name: [] for name in scopes}
    for turn in zip_longest(*(drawn[name] for name in drawn), fillvalue=()):
        for name, unit in zip(drawn, turn, strict=True):
            places[name] += [position.setdefault(cell, len(position)) for cell in unit]
            widths[name] += [len(unit)] if unit else []
    for name, units in zero.items():
        places[name] = [position[cell] for unit in units for cell in unit]
        widths[name] = [len(unit) for unit in units]
    streams = tuple(
        _stream(r, places.pop(r.id), widths.pop(r.id), scopes[r.id], items, seed) for r in standard.requirements
    )
    return len(red), list(position), streams


def _scope(items: Sequence[Item], requirement: Requirement) -> list[int]:
    return drawing.drawable([at for at, item in enumerate(items) if measured(requirement, item)], items, requirement)


def _stream(
    requirement: Requirement,
    places: Sequence[int],
    widths: Sequence[int],
    scope: Sequence[int],
    items: Sequence[Item],
    seed: str,
) -> Stream:
    return Stream(
        requirement=requirement.id,
        positions=tuple(places),
        bank=len(scope),
        widths=tuple(widths) if any(width != 1 for width in widths) else (),
        coins=drawing.coins(requirement, len(widths), seed),
        cells=drawing.full_length(scope, items, requirement),
        covers=_covers(requirement, [items[index] for index in scope]),
    )


def _covers(requirement: Requirement, bank: Sequence[Item]) -> dict[str, int]:
    risks = [risk for coverage in requirement.coverage for risk in coverage.risks]
    return {risk: sum(any(under(own, risk) for own in item.risks) for item in bank) for risk in risks}


def _head(suite: Suite, digest: str) -> SuiteHead:
    return SuiteHead(
        id=suite.id,
        version=suite.version,
        title=suite.title,
        about=suite.about,
        dimensions=suite.dimensions,
        sources=suite.sources,
        digest=digest,
    )


def _risks(suites: Sequence[tuple[Suite, str]]) -> tuple[Risk, ...]:
    found = {
        f"{taxonomy.id}:{entry.id}": replace(entry, id=f"{taxonomy.id}:{entry.id}")
        for suite, _ in suites
        for taxonomy in suite.taxonomies
        for entry in taxonomy.entries
    }
    return tuple(found[name] for name in sorted(found))


def _taking_part(
    items: Sequence[Item], candidate: CandidateSpec, suites: Sequence[tuple[Suite, str]], plugins: hooks.Plugins
) -> tuple[Plugin, ...]:
    checks = [check for item in items for c in item.criteria for check in (c.check, c.confirm) if check is not None]
    wanted: set[tuple[str, str]] = {("adapters", candidate.adapter)}
    wanted |= {("graders", hooks.single(check)[0]) for check in checks}
    wanted |= {("generators", family.generator) for suite, _ in suites for family in suite.families}
    return tuple(
        Plugin(kind=kind, name=name, version=hooks.find(getattr(plugins, kind), kind.removesuffix("s"), name).version)
        for kind, name in sorted(wanted)
    )
