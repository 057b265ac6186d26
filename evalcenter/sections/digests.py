"""What ties the report to its evidence: digests, plugin versions and the environment it ran in."""

from __future__ import annotations

from typing import ClassVar, Final

from evalcenter import canon
from evalcenter.blocks import Block, Facts, Fields, Paragraph, Subheading, Table
from evalcenter.records import Lang, Text
from evalcenter.sections.wording import count, say


class Digests:
    """Digests, plugins, environment."""

    name: ClassVar[str] = "digests"
    version: ClassVar[str] = "1"
    order: ClassVar[int] = 110
    title: ClassVar[Text] = Text(zh="溯源", en="Evidence")

    def build(self, facts: Facts, lang: Lang) -> tuple[Block, ...]:
        """The digests in `lang`."""
        plan = facts.plan
        return (
            Paragraph(
                text=say(
                    lang,
                    "凭日志可重新计算本报告的每个数字。下列摘要任何一个不符，报告即不成立。",
                    "Every figure in this report can be recomputed from its journal. Where one of "
                    "these digests does not match, the report "
                    "does not stand.",
                )
            ),
            Fields(
                rows=(
                    (say(lang, "计划摘要", "Plan"), facts.plan_digest),
                    (say(lang, "日志中判定条目的摘要", "The verdict's entry in the journal"), facts.journal_head),
                    (say(lang, "日志条数（至判定为止）", "Journal entries, up to the verdict"), count(facts.entries)),
                    (say(lang, "被测对象及请求参数摘要", "Candidate and its settings"), canon.digest(plan.candidate)),
                    (say(lang, "标准摘要", "Standard"), canon.digest(plan.standard)),
                    *(
                        (say(lang, f"题库 {s.id} {s.version}", f"Suite {s.id} {s.version}"), s.digest)
                        for s in plan.suites
                    ),
                    *_banks(facts, lang),
                    *_judges(facts, lang),
                    (say(lang, "随机种子", "Seed"), _seed(facts, lang)),
                )
            ),
            *_plugins(facts, lang),
            Subheading(text=say(lang, "运行环境", "Environment")),
            Fields(rows=tuple((name, facts.environment[name]) for name in sorted(facts.environment))),
        )


def _banks(facts: Facts, lang: Lang) -> tuple[tuple[str, str], ...]:
    held = () if facts.plan.sealing is None else facts.plan.sealing.banks
    return tuple(
        (say(lang, f"密封题库 {b.suite} 的承诺根", f"Root of the sealed bank {b.suite}"), b.root) for b in held
    )


def _judges(facts: Facts, lang: Lang) -> tuple[tuple[str, str], ...]:
    panel = facts.plan.panel
    if panel is None:
        return ()
    held = panel.qualification
    named = ((say(lang, "判定模型及问法摘要", "Judges and how they were asked"), canon.digest(panel)),)
    return named if held is None else (*named, (say(lang, "标定文件摘要", "Qualification of the judges"), held.digest))


def _seed(facts: Facts, lang: Lang) -> str:
    if all(item.visibility == "public" for item in facts.plan.items):
        return facts.plan.seed
    return say(lang, "保存于计划（含密封题，不公开）", "kept in the plan (sealed items: not made public)")


def _plugins(facts: Facts, lang: Lang) -> tuple[Block, ...]:
    if not facts.plan.plugins:
        return ()
    return (
        Table(
            caption=say(lang, "参与的插件", "Plugins that took part"),
            head=(say(lang, "种类", "Kind"), say(lang, "名称", "Name"), say(lang, "版本", "Version")),
            rows=tuple((plugin.kind, plugin.name, plugin.version) for plugin in facts.plan.plugins),
            align="lll",
        ),
    )


plugin: Final = Digests()
