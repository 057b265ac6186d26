"""How fast recorded answers are graded without a model: answers a second through `grade.mark`, journal and all, and verify.

    python benchmarks/offline_grading.py --answers 40000

A run is planned over short exam-like items of the pattern graders (half choice, the rest number, mentions and refusal), and
short answers in many wordings are written to its journal. Then every answer is graded and its grade journalled, as
`evalcenter grade` does; then the journal is verified, which grades all of them again. Times are wall clock; `cpu` counts worker
processes too.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from evalcenter import certify, grade, history, plugins
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
    names = ("choice", "mentions", "number", "refusal")
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
            Plugin(kind="graders", name=name, version=plugins.load().graders[name].version) for name in names
        ),
    )
    return plan, [made[index][1]() for index in order]


def timed(name: str, answers: int, work: Callable[[], Any]) -> None:
    """Print how long `work` took, and what that is a second."""
    before, began = cpu(), time.perf_counter()
    work()
    wall, spent = time.perf_counter() - began, cpu() - before
    print(f"{name:34} {wall:7.2f} s  cpu {spent:7.2f} s  {answers / wall:9,.0f} answers/s", flush=True)


def cpu() -> float:
    """CPU seconds of this process and of its workers that have ended."""
    own, workers = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + workers.ru_utime + workers.ru_stime


def main() -> None:
    """Build the run, grade it, verify it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=40_000)
    parser.add_argument("--items", type=int, default=400)
    given = parser.parse_args()
    held = plugins.load()
    plan, texts = planned(given.answers, given.items, random.Random(1))
    marker = Marker(held.graders)
    for name in ("choice", "number", "mentions", "refusal"):
        own = [at for at in range(len(texts)) if name in plan.items[plan.order[at]].criteria[0].check]
        pairs = [(plan.items[plan.order[at]], Response(position=at, answers=(Answer(text=texts[at]),))) for at in own]
        timed(f"marks alone, one core: {name}", len(own), lambda pairs=pairs: [marker.grade(*pair) for pair in pairs])
    with tempfile.TemporaryDirectory() as folder:
        with history.create(Path(folder), plan) as run:
            answer = Answer(text="", latency_ms=5)
            timed(
                "writing the answers",
                len(texts),
                lambda: [
                    run.write("response", Response(position=at, answers=(replace(answer, text=text),)))
                    for at, text in enumerate(texts)
                ],
            )
            timed("grade.mark, journal and all", len(texts), lambda: grade.mark(run, held))
        timed("certify.verify", len(texts), lambda: certify.verify(Path(folder), held))


if __name__ == "__main__":
    main()
