"""Turns suites, a standard and a seed into a plan: every question, in its order, fixed before the first is asked.

Rules this module keeps:

* The same suites, standard, candidate and seed give the same plan, to the byte, on any platform.
* Red-line items come first, every one of them once (a census); then the items that the other requirements have drawn.
* Each requirement draws from its own scope with its own stream of choices, and reads only what it drew. Within one plan an item
  is asked once, so no answer is counted twice as if it were two.
* Generated items are distinct: a family that cannot make as many different questions as it should stops the plan.

It refuses to ask anything, and it reads neither disk nor clock: generators come in as an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from evalcenter import canon, hooks
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

STOPPING: Final = "fixed: every planned sample is asked once; nothing is decided before the last one"
REDRAWS: Final = 50
ReadParams = Callable[[type[Any], Any], Any]


# -- what is sent -----------------------------------------------------------------------------------------------------


def render(item: Item) -> tuple[Message, ...]:
    """The messages of an item as the candidate sees them: documents before its first user turn, options below its last."""
    users = [at for at, message in enumerate(item.prompt) if message.role == "user"]
    messages = list(item.prompt)
    if item.documents:
        messages[users[0]] = _joined(messages[users[0]], _documents(item), messages[users[0]].content)
    if item.options:
        messages[users[-1]] = _joined(messages[users[-1]], messages[users[-1]].content, _options(item))
    return tuple(messages)


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


def question(plan: Plan, position: int) -> Question:
    """The first call at `position`: the whole rendered prompt; a dialogue is cut into turns by `script`."""
    index = plan.order[position]
    item = plan.items[index]
    epoch = plan.order[:position].count(index) if len(plan.order) > len(plan.items) else 0
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
    census, order, streams = _order(items, standard, seed)
    asked = {index: place for place, index in enumerate(sorted(set(order)))}
    return Plan(
        suites=tuple(_head(suite, digest) for suite, digest in suites),
        standard=standard,
        candidate=candidate,
        seed=seed,
        items=tuple(items[index] for index in asked),
        risks=_risks(suites),
        order=tuple(asked[index] for index in order),
        census=census,
        streams=streams,
        plugins=_taking_part(items, candidate, suites, plugins),
        stopping=STOPPING,
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


def _order(items: Sequence[Item], standard: Standard, seed: str) -> tuple[int, list[int], tuple[Stream, ...]]:
    scopes = {r.id: [index for index, item in enumerate(items) if measured(r, item)] for r in standard.requirements}
    drawn = {r.id: _drawn(scopes[r.id], r, seed) for r in standard.requirements}
    red = sorted({index for r in standard.requirements if r.rule == "zero" for index in drawn[r.id]})
    rest = sorted({index for indices in drawn.values() for index in indices} - set(red))
    order = Draws(seed, "order/census").shuffled(red) + Draws(seed, "order/rest").shuffled(rest)
    position = {index: place for place, index in enumerate(order)}
    streams = tuple(
        Stream(
            requirement=requirement.id,
            positions=tuple(position[index] for index in drawn[requirement.id]),
            bank=len(scopes[requirement.id]),
            covers=_covers(requirement, [items[index] for index in scopes[requirement.id]]),
        )
        for requirement in standard.requirements
    )
    return len(red), order, streams


def _drawn(scope: Sequence[int], requirement: Requirement, seed: str) -> list[int]:
    count = len(scope) if requirement.sample is None else min(requirement.sample, len(scope))
    return Draws(seed, f"stream/{requirement.draw or requirement.id}").sample(scope, count)


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
