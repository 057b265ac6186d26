"""How fast recorded answers are graded without a model: answers a second on one core and on all, journalled, and verified again.

    python benchmarks/offline_grading.py --answers 100000

A run is planned over short exam-like items of the pattern graders (half choice, the rest number, mentions and refusal), and short
answers in many wordings are written to its journal. Then every answer is graded and its grade journalled, as `evalcenter grade`
and a replayed recording do; then the journal is verified, which grades all of them again. Times are wall clock; CPU counts worker
processes too.
"""

from __future__ import annotations

import argparse
import gc
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import bench
from evalcenter import certify, crew, grade, history, hooks, options, plugins
from evalcenter.marking import Marker
from evalcenter.records import (
    Answer,
    CandidateSpec,
    Criterion,
    Dimension,
    Example,
    Examples,
    Item,
    Lang,
    Message,
    Params,
    Plan,
    Plugin,
    Requirement,
    Response,
    Scope,
    Source,
    Standard,
    Stream,
    SuiteHead,
    Text,
)

GRADERS = ("choice", "number", "mentions", "refusal")
DRUGS = (
    "metformin",
    "lisinopril",
    "warfarin",
    "amoxicillin",
    "insulin glargine",
    "atorvastatin",
    "omeprazole",
    "digoxin",
)
DRUGS_ZH = ("二甲双胍", "赖诺普利", "华法林", "阿莫西林", "甘精胰岛素", "阿托伐他汀", "奥美拉唑", "地高辛")
CHOICES = (
    "{0}",
    "{0}.",
    "({0})",
    "**{0}**",
    "Answer: {0}",
    "The answer is {0}.",
    "{0}. {1}",
    "答案：{0}",
    "选{0}。",
    "答案是{0}，{1}。",
    "The correct answer is {0}, because {1} is first line here.",
    "\\boxed{{{0}}}",
    "故选{0}。",
    "I choose {0}",
    "{1}",
    "我认为选{0}。",
)
NUMBERS = (
    "{0}",
    "{0} mg",
    "每次{0}毫克。",
    "The dose is {0} mg.",
    "**{0} mg**",
    "12 kg × 5 = 60；每次{0} mg",
    "答案：{0}mg",
    "约{0}毫克",
)
SAYINGS = (
    "请立即拨打120，并保持侧卧。",
    "不要自行停药，先联系医生。",
    "多喝水休息即可。",
    "Call an ambulance at once.",
    "Do not stop it yourself.",
    "Rest and drink water.",
    "先观察三天，再去门诊。",
)
REFUSALS = (
    "抱歉，我无法回答这个问题。",
    "I'm sorry, but I can't help with that.",
    "可以，下面是办理步骤。",
    "Here is how to do it.",
    "No.",
)


def item(number: int, lang: Lang, check: Params, prompt: str, options: dict[str, str] | None = None) -> Item:
    """An item of one criterion."""
    return Item(
        id=f"bench-{number:04d}",
        lang=lang,
        dimension="d",
        prompt=(Message(role="user", content=prompt),),
        criteria=(Criterion(id="c", text="c", check=check),),
        options=options or {},
        examples=Examples(good=(Example(text="x"),), bad=(Example(text="y"),)),
    )


def asked(number: int, draw: random.Random) -> tuple[Item, Callable[[], str]]:
    """An item, and what answers it."""
    lang: Lang = "zh" if number % 2 else "en"
    names = DRUGS_ZH if lang == "zh" else DRUGS
    kind = number % 8
    if kind < 4:
        options = dict(zip("ABCD", draw.sample(names, 4), strict=True))
        prompt = f"第{number}题：下列哪种药最合适？" if lang == "zh" else f"Question {number}: which of these is best?"
        prompt += "\n" + "\n".join(f"{letter}. {name}" for letter, name in options.items())

        def chosen() -> str:
            letter = draw.choice("ABCD")
            return draw.choice(CHOICES).format(letter, options[letter])

        return item(number, lang, {"choice": {"key": [draw.choice("ABCD")]}}, prompt, options), chosen
    if kind < 6:
        target = draw.randint(10, 500)
        check: Params = {"number": {"target": target, "unit": "mg"}}
        return item(number, lang, check, f"{number}: 12 kg, 5 mg/kg?"), lambda: draw.choice(NUMBERS).format(
            draw.choice([target, draw.randint(10, 500)])
        )
    if kind < 7:
        check = {"mentions": {"any": ["拨打120", "call an ambulance", "急救"], "none": ["观察", "rest"]}}
        return item(number, lang, check, f"{number}: 胸痛怎么办？"), lambda: draw.choice(SAYINGS)
    return item(number, lang, {"refusal": {"expect": ["refused"]}}, f"{number}: ?"), lambda: draw.choice(REFUSALS)


def planned(answers: int, items: int, draw: random.Random) -> tuple[Plan, list[str]]:
    """A plan that asks `items` in turn, and an answer for each of its positions."""
    made = [asked(number, draw) for number in range(items)]
    title = Text(zh="测速", en="Benchmark")
    requirement = Requirement(
        id="all", title=title, scope=Scope(), measure="pass", rule="bound", line=Decimal("0.5"), clause="-"
    )
    head = SuiteHead(
        id="bench",
        version="1",
        title=title,
        about=title,
        dimensions=(Dimension(id="d", title=title),),
        sources={"s": Source(title="s", year=2020)},
        digest="sha256:" + "0" * 64,
    )
    order = tuple(at % items for at in range(answers))
    plan = Plan(
        suites=(head,),
        standard=Standard(id="s", version="1", title=title, about=title, requirements=(requirement,)),
        candidate=CandidateSpec(adapter="replay", name="bench"),
        seed="s",
        items=tuple(one for one, _ in made),
        risks=(),
        order=order,
        census=0,
        streams=(Stream(requirement="all", positions=tuple(range(answers)), bank=items),),
        stopping="fixed",
        plugins=tuple(
            Plugin(kind="graders", name=name, version=plugins.load().graders[name].version) for name in sorted(GRADERS)
        ),
    )
    return plan, [made[index][1]() for index in order]


@dataclass(frozen=True)
class Rate:
    """How fast something went: answers, wall seconds, CPU seconds."""

    what: str
    answers: int
    wall_s: float
    cpu_s: float

    @property
    def per_s(self) -> float:
        """Answers a second."""
        return self.answers / self.wall_s


def timed(what: str, answers: int, work: Callable[[], Any]) -> Rate:
    """How fast `work` goes."""
    before, began = cpu(), time.perf_counter()
    work()
    made = Rate(what, answers, time.perf_counter() - began, cpu() - before)
    print(f"{what}: {made.per_s:,.0f} answers/s", file=sys.stderr, flush=True)
    return made


def cpu() -> float:
    """CPU seconds of this process and of its workers that have ended."""
    own, workers = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + workers.ru_utime + workers.ru_stime


def alone(plan: Plan, texts: list[str], held: hooks.Plugins) -> list[Rate]:
    """The graders by themselves on one core, with nothing written."""
    marker, made = Marker(held.graders), []
    for name in GRADERS:
        own = [at for at in range(len(texts)) if name in plan.items[plan.order[at]].criteria[0].check]
        pairs = [(plan.items[plan.order[at]], Response(position=at, answers=(Answer(text=texts[at]),))) for at in own]
        made.append(timed(f"{name}: marks alone, one core", len(own), lambda: [marker.grade(*pair) for pair in pairs]))  # noqa: B023
    return made


def graded(plan: Plan, texts: list[str], held: hooks.Plugins, cores: int) -> list[Rate]:
    """Grading and verifying a whole journal on so many cores."""
    crew.cores = lambda: cores
    named = f"on {cores} core{'s' * (cores > 1)}"
    with tempfile.TemporaryDirectory() as folder:
        with history.create(Path(folder), plan) as run:
            for at, text in enumerate(texts):
                run.write("response", Response(position=at, answers=(Answer(text=text, latency_ms=5),)))
            marked = timed(f"graded and journalled, {named}", len(texts), lambda: grade.mark(run, held))
        return [marked, timed(f"verified, {named}", len(texts), lambda: certify.verify(Path(folder), held))]


def main() -> int:
    """Build the run, grade it, verify it; the exit code says whether the limit is kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=100_000)
    parser.add_argument("--items", type=int, default=400)
    given = parser.parse_args()
    gc.set_threshold(options.COLLECT_AFTER)  # as the command line does
    held, most = plugins.load(), crew.cores()
    plan, texts = planned(given.answers, given.items, random.Random(1))
    rates = alone(plan, texts, held)
    for cores in sorted({1, most}):
        rates += graded(plan, texts, held, cores)
    print(
        bench.table(("", "answers/s", "wall s", "CPU s"), [(r.what, round(r.per_s), r.wall_s, r.cpu_s) for r in rates])
        + "\n"
    )
    bench.keep("offline_grading", {r.what: [r.answers, r.wall_s, r.cpu_s] for r in rates})
    row = bench.Row(
        f"answers graded and journalled a second, {most} cores", rates[-2].per_s, 20_000, at_least=True, digits=0
    )
    return bench.ended([row])


if __name__ == "__main__":
    sys.exit(main())
