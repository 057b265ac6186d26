"""What of a run was not as planned, in words for its report: stops, calls lost, an early end, what speaks for another model.

Nothing here changes what is decided. Names that an endpoint gives are its own words, and are rendered as such.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from evalcenter.history import Run
from evalcenter.records import Text

NAMES: Final = 5
"""So many of the endpoint's own words are repeated."""


def words(held: Run, models: Sequence[str]) -> tuple[Text, ...]:
    """The deviations of a run whose answers named these `models`, in both languages."""
    found: list[Text] = []
    if held.plan.earlier is not None:
        head = held.plan.earlier.head
        found.append(
            Text(
                zh=f"本次运行续接先前一次运行（其日志末行摘要 {head}），沿用其抽样次序、回答与证据。",
                en=f"This run carries on an earlier one (its journal ends with {head}): same sequence, answers and evidence.",
            )
        )
    if len(held.opened) > 1:
        times = len(held.opened) - 1
        found.append(
            Text(zh=f"本次运行中断并恢复 {times} 次。", en=f"The run was interrupted and resumed {times} times.")
        )
    if held.reasked:
        found.append(
            Text(
                zh=f"程序中断时有 {held.reasked} 次调用正在进行，其回答已丢失；其中仍需要的已重新提问。",
                en=f"{held.reasked} calls were in flight when the program stopped; their answers were lost, and what was still "
                "needed was asked again.",
            )
        )
    if held.closed and held.closed.startswith(("budget: ", "deadline: ")):
        found.append(
            Text(
                zh=f"提问提前结束（{held.closed}），结论只依据此前得到的回答。",
                en=f"The asking ended early ({held.closed}); the verdict rests on what was answered until then.",
            )
        )
    if held.remembered:
        found.append(
            Text(
                zh=f"有 {held.remembered} 个样本的回答取自此前保存的缓存，本次未向被测模型提问。",
                en=f"The answers to {held.remembered} samples came from a cache of earlier runs; the candidate was not asked.",
            )
        )
    found += _identity(held, models)
    if held.recovered:
        found.append(
            Text(
                zh=f"有 {held.recovered} 次在日志末尾发现未写完的一行，已另存。",
                en=f"Half a line at the journal's end was set aside {held.recovered} times.",
            )
        )
    return tuple(found)


def _identity(held: Run, models: Sequence[str]) -> list[Text]:
    """What speaks for another model behind the endpoint."""
    found: list[Text] = []
    if len(models) > 1:
        named = ", ".join(models)
        found.append(
            Text(
                zh=f"测试过程中服务端自报了 {len(models)} 个模型名（{named}），无法确认全部回答出自同一版本。",
                en=f"The endpoint named {len(models)} models in the course of the run ({named}); whether all answers came from one "
                "version can't be told.",
            )
        )
    if held.closed and held.closed.startswith("swapped: "):
        found.append(
            Text(
                zh="探针显示服务端背后的模型已更换，提问因此提前结束。",
                en="The probes show that another model answers; the asking was ended early for that.",
            )
        )
    if news := _renamed(held):
        found.append(
            Text(
                zh=f"服务端自报的版本标识在提问开始后变化：{news}。",
                en=f"What the endpoint says of its own version changed after the first question: {news}.",
            )
        )
    return found


def _renamed(held: Run) -> str:
    """What replies to probes said of the version only after the first question."""
    first = {(name, said) for one in held.probes if one.phase == "before" for name, said in one.told.items()}
    later = {(name, said) for one in held.probes if one.phase != "before" for name, said in one.told.items()}
    return ", ".join(f"{name}: {said}" for name, said in sorted(later - first)[:NAMES])
