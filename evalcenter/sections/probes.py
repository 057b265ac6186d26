"""What the probes say of the candidate's identity, in one sentence for the report.

Rules this module keeps:

* What was not measured is said to be so; "the same" is said with what it rests on, and never as a proof.
"""

from __future__ import annotations

from typing import Final

from evalcenter.blocks import Facts
from evalcenter.records import Identity, Lang, Text
from evalcenter.sections.wording import count, say

WHY: Final = {
    "unasked": Text(
        zh="最后一题之后没有完整地问过一轮探针", en="no whole round of probes came behind the last question"
    ),
    "few": Text(zh="得到回答的探针太少", en="too few probes were answered"),
    "noisy": Text(zh="同一探针的回答彼此差异太大", en="answers to one probe differ too much among themselves"),
}


def sentence(facts: Facts, lang: Lang) -> str:
    """Whether one model answered throughout, as far as its answers to the probes tell."""
    found, probing = facts.verdict.identity, facts.plan.probing
    if found is None or probing is None:
        return say(lang, "探针指纹：未测", "probe fingerprint: not measured")
    name = f"{probing.id} {probing.version}"
    print_ = found.digest or say(lang, "未取全", "not taken in full")
    return say(
        lang,
        f"探针指纹 {print_}（探针集 {name}，{len(found.looks)} 轮比较）：{_told(found, lang)}",
        f"probe fingerprint {print_} (set {name}, {len(found.looks)} rounds compared): {_told(found, lang)}",
    )


def _told(found: Identity, lang: Lang) -> str:
    if found.state == "same":
        return say(lang, "未见模型更换", "no change of model was seen")
    if found.state == "untold":
        return say(
            lang,
            f"无法判断模型是否更换（{WHY[found.why].zh}）",
            f"a change of model can't be told ({WHY[found.why].en})",
        )
    look = next(one for one in found.looks if one.drifted)
    where = say(
        lang,
        f"提问期间第 {look.round + 1} 轮" if look.phase == "during" else "最后一题之后",
        f"round {look.round + 1} among the questions" if look.phase == "during" else "behind the last question",
    )
    return say(
        lang,
        f"模型已更换：{where}，{count(look.compared)} 个探针中 {count(look.changed)} 个的回答与此前不同"
        f"（p ≤ {look.p:f}，界限 {look.level:f}）",
        f"another model answered: {where}, {count(look.changed)} of {count(look.compared)} probes were answered otherwise than "
        f"before (p ≤ {look.p:f}, level {look.level:f})",
    )
