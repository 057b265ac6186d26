"""Which papers of an application are missing, out of date or not to be judged, by the list in the question.

Rules this module keeps:

* The list says what is asked for, of whom, in how many copies, and how old or how long valid a paper may be on the day of filing.
* A paper issued on the earliest day, or valid until the day itself, is in order: the list says so, and half of the dates stand
  there or a day beside.
* A paper that only some applicants need is missing only where they are the ones. Where the file does not say, or a date cannot be
  read, nothing is guessed: such papers stand in a list of their own.
* The answer is JSON with four fields; lists may be in any order.

It refuses to judge by anything but the list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, ClassVar, Final, Literal

from evalcenter.draws import Draws
from evalcenter.generators.drafting import say, share
from evalcenter.generators.forms import Slip, criterion, exact, form_item, same_set
from evalcenter.generators.moments import date_text, later
from evalcenter.generators.notices import applicant, city
from evalcenter.generators.problems import Params
from evalcenter.records import Item, Lang

State = Literal["fine", "missing", "expired", "unclear", "spared"]
Kind = Literal["plain", "issued", "until", "copies"]
Of = Literal["", "agent", "lease", "staff"]
DAY: Final = timedelta(days=1)
PAPERS: Final[tuple[tuple[str, str, Kind, Of], ...]] = (
    ("申请表", "application form", "plain", ""),
    ("身份证件", "identity card", "until", ""),
    ("健康证", "health certificate", "until", ""),
    ("消防检查合格证", "fire safety certificate", "until", ""),
    ("责任保险单", "liability insurance policy", "until", ""),
    ("银行流水", "bank statement", "issued", ""),
    ("无违法记录证明", "police clearance", "issued", ""),
    ("住址证明", "proof of address", "issued", ""),
    ("社保缴费证明", "contribution record", "issued", ""),
    ("近期照片", "photograph", "copies", ""),
    ("场地平面图", "floor plan", "copies", ""),
    ("学历证明", "school certificate", "plain", ""),
    ("授权委托书", "letter of authority", "until", "agent"),
    ("租赁合同", "lease", "until", "lease"),
    ("员工名册", "list of employees", "issued", "staff"),
)
WHO: Final[Mapping[Of, tuple[tuple[str, str], tuple[str, str], tuple[str, str]]]] = {
    # of whom the paper is asked, and what the file says of those who are and who are not
    "agent": (
        ("委托他人代办的", "only if somebody else files"),
        ("由其弟弟代为提交", "Filed by a brother on the applicant's behalf"),
        ("由本人提交", "Filed by the applicant in person"),
    ),
    "lease": (
        ("场所系租用的", "only if the premises are rented"),
        ("经营场所是租来的", "The premises are rented"),
        ("经营场所是自有房屋", "The applicant owns the premises"),
    ),
    "staff": (
        ("雇有员工的", "only if there are employees"),
        ("雇了两名员工", "Two people are employed"),
        ("没有雇用员工", "Nobody is employed"),
    ),
}
SERVICES: Final = (
    ("小餐饮登记", "small caterer's registration"),
    ("托育点备案", "childminding registration"),
    ("民宿登记", "guest house registration"),
    ("流动摊点许可", "street trading licence"),
    ("活动场地许可", "event venue licence"),
)
BESIDE: Final = (
    ("驾驶证", "driving licence"),
    ("荣誉证书", "certificate of merit"),
    ("推荐信", "letter of recommendation"),
)
RESULTS: Final[Mapping[Lang, tuple[str, str, str]]] = {
    "zh": ("受理", "退回补正", "先行核实"),
    "en": ("accept", "return", "ask"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paper:
    """One row of the list with what was handed in. `span` is months, or copies that are asked for.

    `day` is the date on the paper, None where it cannot be read; `copies` is 0 where the paper was not handed in. `applies` says
    whether this applicant needs it, None where the file does not say.
    """

    code: str
    name: str
    kind: Kind
    of: Of
    span: int
    day: date | None
    copies: int
    applies: bool | None = True

    def state(self, filed: date) -> State:
        """What the list says of this paper on the day of filing."""
        if self.applies is False:
            return "spared"
        if self.copies == 0:
            return "missing" if self.applies else "unclear"
        if self.kind == "copies":
            return "fine" if self.copies >= self.span else "missing"
        if self.kind == "plain":
            return "fine"
        if self.day is None:
            return "unclear"
        valid = self.day >= filed if self.kind == "until" else later(filed, -self.span) <= self.day
        return "fine" if valid else "expired"

    def edge(self, filed: date) -> bool:
        """Whether the date stands on the limit itself."""
        return self.day == (filed if self.kind == "until" else later(filed, -self.span))


class MaterialsCheck:
    """Makes one list with one file."""

    name: ClassVar[str] = "materials_check"
    version: ClassVar[str] = "2"
    params: ClassVar[type[Params]] = Params

    def make(self, params: Params, lang: Lang, draws: Draws) -> Item:
        """One item in `lang`. Raises InputError when the share is not 0 to 1."""
        lacking = share(params.unanswerable, draws)
        filed = date(draws.between(2026, 2034), draws.between(1, 12), draws.between(1, 28))
        papers = _drawn(lang, draws, filed)
        if lacking:
            papers = _blurred(draws, papers)
        right = _answer(lang, papers, filed)
        prompt = _prompt(lang, draws, papers, filed)
        return form_item(lang, draws, prompt, _criteria(lang, right), right, _slips(lang, draws, papers, filed))


def _drawn(lang: Lang, draws: Draws, filed: date) -> list[_Paper]:
    always = draws.sample([row for row in PAPERS if not row[3] and row[2] != "plain"], draws.between(4, 5))
    asked = [PAPERS[0], *always, *draws.sample([row for row in PAPERS if row[3]], 2)]
    # In a sixth of the files everything is there.
    clean = draws.coin(1, 6)
    return [_paper(lang, draws, (at, row), (filed, clean)) for at, row in enumerate(draws.shuffled(asked), 1)]


def _paper(
    lang: Lang, draws: Draws, numbered: tuple[int, tuple[str, str, Kind, Of]], when: tuple[date, bool]
) -> _Paper:
    (at, (zh, en, kind, of)), (filed, clean) = numbered, when
    span = draws.choice((1, 3, 6)) if kind == "issued" else draws.between(2, 4)
    fate = 9 if clean else draws.below(10)  # 0: not there, 1 and 2: too old or too few
    short = kind == "copies" and fate in {1, 2}
    there = 0 if fate == 0 else draws.between(1, span - 1) if short else span + draws.below(2)
    made = _Paper(
        code=f"M{at}",
        name=say(lang, zh, en),
        kind=kind,
        of=of,
        span=span,
        day=_date(draws, (kind, span, filed), late=fate in {1, 2}),
        copies=there if kind == "copies" else min(there, 1),
        applies=draws.coin(1, 2) if of else True,
    )
    # Who does not need a paper does not file it.
    return replace(made, copies=0) if made.applies is False else made


def _date(draws: Draws, row: tuple[Kind, int, date], *, late: bool) -> date | None:
    """A date on the limit or a day beside it in half of the draws, on the wrong side where `late`."""
    kind, span, filed = row
    if kind not in {"issued", "until"}:
        return None
    limit = filed if kind == "until" else later(filed, -span)
    if late:
        return limit - draws.choice((1, 1, draws.between(2, 90))) * DAY
    if draws.coin(1, 2):
        return limit + draws.below(2) * DAY
    room = 900 if kind == "until" else (filed - limit).days
    return limit + draws.between(0, room) * DAY


def _blurred(draws: Draws, papers: Sequence[_Paper]) -> list[_Paper]:
    """The papers with one date that cannot be read, or one group to which it is not said whether the applicant belongs."""
    dated = [p.code for p in papers if p.day and p.copies and p.applies]
    special = [p.code for p in papers if p.of and not p.copies]
    code = draws.choice([*dated, *special])
    return [
        p if p.code != code else replace(p, applies=None) if code in special else replace(p, day=None) for p in papers
    ]


def _answer(lang: Lang, papers: Sequence[_Paper], filed: date) -> dict[str, Any]:
    def codes(state: State) -> list[str]:
        return [paper.code for paper in papers if paper.state(filed) == state]

    accept, back, ask = RESULTS[lang]
    missing, expired, unclear = codes("missing"), codes("expired"), codes("unclear")
    result = back if missing or expired else ask if unclear else accept
    return {"missing": missing, "expired": expired, "unclear": unclear, "result": result}


def _criteria(lang: Lang, right: Mapping[str, Any]) -> tuple[Any, ...]:
    said = {
        "missing": say(lang, "缺少的材料列全且没有多列", "Lists every paper that is missing and no other"),
        "expired": say(lang, "过期或超期的材料列全且没有多列", "Lists every paper that is out of date and no other"),
        "unclear": say(
            lang, "凭现有资料判断不了的材料列对", "Lists what cannot be judged from the file, and nothing else"
        ),
    }
    lists = [criterion(name, text, {name: same_set(right[name])}) for name, text in said.items()]
    text = say(lang, "按规定给出正确的处理结果", "Gives the outcome that the list leads to")
    return (*lists, criterion("result", text, {"result": exact(right["result"])}))


def _slips(lang: Lang, draws: Draws, papers: Sequence[_Paper], filed: date) -> list[Slip]:
    right = _answer(lang, papers, filed)
    missing, expired, unclear = right["missing"], right["expired"], right["unclear"]
    edge = [p.code for p in papers if p.state(filed) == "fine" and p.edge(filed)]
    spared = [p.code for p in papers if p.state(filed) == "spared"]
    few = [p.code for p in papers if p.code in missing and p.copies]
    special = [p.code for p in papers if p.code in missing and p.of]
    fine = [p.code for p in papers if p.state(filed) == "fine"]
    others = [result for result in RESULTS[lang] if result != right["result"]]
    rows: list[tuple[str, str, str, list[str]]] = [
        ("expired", "正好在界限上的也算过期", "A date on the limit is called out of date.", [*expired, *edge]),
        ("expired", "没有核对日期", "The dates were not checked.", []),
        (
            "missing",
            "不需要的也要求补交",
            "A paper that this applicant need not file is asked for.",
            [*missing, *spared],
        ),
        ("missing", "没有看数量", "The copies were not counted.", [code for code in missing if code not in few]),
        (
            "missing",
            "漏看了特定情形才要的材料",
            "A paper for this group was overlooked.",
            [code for code in missing if code not in special],
        ),
        ("unclear", "看不清的当作没问题", "What cannot be read is taken to be in order.", []),
        ("unclear", "能判断的说成判断不了", "A paper that is in order is called unclear.", [*unclear, *fine[:1]]),
    ]
    made = [
        Slip(how=say(lang, zh, en), changed={field: codes}, fails=(field,))
        for field, zh, en, codes in rows
        if codes != right[field]
    ]
    how = say(lang, "处理结果弄错", "The outcome is the wrong one.")
    return [*draws.shuffled(made)[:4], Slip(how=how, changed={"result": draws.choice(others)}, fails=("result",))]


# -- the words --------------------------------------------------------------------------------------------------------


def _prompt(lang: Lang, draws: Draws, papers: Sequence[_Paper], filed: date) -> str:
    town, service = city(lang, draws), draws.choice(SERVICES)[lang == "en"]
    guide = "\n".join([_head(lang, draws, town, service), *(_row(lang, paper) for paper in papers), _reading(lang)])
    return "\n\n".join([*draws.shuffled([guide, _file(lang, draws, papers, filed)]), _ask(lang)])


def _head(lang: Lang, draws: Draws, town: str, service: str) -> str:
    return say(
        lang,
        draws.choice(
            (f"{town}{service}材料清单(虚构，仅供本题)", f"《{town}{service}办事指南》所列材料(虚构，仅供本题)")
        ),
        draws.choice(
            (
                f"{town}: papers for {_a(service)} (fictional, for this question only)",
                f"Checklist, {service}, {town} (fictional, for this question only)",
            )
        ),
    )


def _a(service: str) -> str:
    return f"{'an' if service[0] in 'aeiou' else 'a'} {service}"


def _measure(paper: _Paper) -> str:
    return "张" if paper.name == "近期照片" else "份"


def _row(lang: Lang, paper: _Paper) -> str:
    asked = {
        "plain": say(lang, "原件", "the original"),
        "issued": say(
            lang,
            f"提交之日前 {paper.span} 个月内开具",
            f"issued within {paper.span} month{'s' if paper.span > 1 else ''} before the day of filing",
        ),
        "until": say(lang, "提交之日在有效期内", "valid on the day of filing"),
        "copies": say(lang, f"{paper.span} {_measure(paper)}", f"{paper.span} copies"),
    }[paper.kind]
    group = f"{say(lang, '(', ' (')}{WHO[paper.of][0][lang == 'en']})" if paper.of else ""
    return f"- {paper.code} {paper.name}{group}{say(lang, '：', ': ')}{asked}"


def _reading(lang: Lang) -> str:
    accept, back, ask = RESULTS[lang]
    return say(
        lang,
        "说明：括号内写明情形的材料，只有属于该情形的申请人才需要。几个月内，从提交之日往前推到对应日，对应日当天开具的也算；有效期截止"
        f"当天仍算有效。数量不足的算缺少。有缺少或过期的，{back}；没有缺少和过期、但有判断不了的，{ask}；都没有的，{accept}。",
        "How to read this: a paper with a condition in brackets is needed only by those whom it describes. Months are counted "
        "back to the same day of the month, which is early enough; the last day of validity is still valid. Too few copies "
        f"count as missing. If anything is missing or out of date, the outcome is {back}; if nothing is, but something cannot "
        f"be judged, it is {ask}; "
        f"otherwise {accept}.",
    )


def _file(lang: Lang, draws: Draws, papers: Sequence[_Paper], filed: date) -> str:
    who, day = applicant(lang, draws), date_text(lang, filed, draws)
    head = say(
        lang,
        draws.choice((f"申请人{who}，提交日期 {day}。交来的材料：", f"{day} 收到{who}的申请，随附：")),
        draws.choice(
            (f"The file of {who}, filed on {day}, holds:", f"Day of filing: {day}. Applicant: {who}. Enclosed:")
        ),
    )
    lines = [_handed(lang, draws, paper) for paper in papers if paper.copies]
    lines.append(f"- {draws.choice(BESIDE)[lang == 'en']}")
    said = [
        WHO[paper.of][1 if paper.applies else 2][lang == "en"]
        for paper in papers
        if paper.of and paper.applies is not None
    ]
    about = say(lang, "；", ". ").join(draws.shuffled(said))
    told = [say(lang, f"另据登记：{about}。", f"{about}.")] if said else []
    return "\n".join([head, *draws.shuffled(lines), *told])


def _handed(lang: Lang, draws: Draws, paper: _Paper) -> str:
    if paper.kind == "copies":
        return f"- {paper.name}{say(lang, f' {paper.copies} {_measure(paper)}', f' × {paper.copies}')}"
    if paper.kind == "plain":
        return f"- {paper.name}{say(lang, '(原件)', ' (original)')}"
    day = date_text(lang, paper.day, draws) if paper.day else say(lang, "(日期模糊)", "(date illegible)")
    if paper.kind == "issued":
        return say(lang, f"- {paper.name}，开具日期 {day}", f"- {paper.name}, issued {day}")
    return say(lang, f"- {paper.name}，有效期至 {day}", f"- {paper.name}, valid until {day}")


def _ask(lang: Lang) -> str:
    accept, back, ask = RESULTS[lang]
    return say(
        lang,
        "请按清单审核。只输出一个 JSON 对象，含四个字段：missing(缺少的)、expired(过期或超期的)、unclear(凭现有资料判断不了的)，"
        f"三者都是材料编号的列表，可为空；result 为“{accept}”“{back}”“{ask}”之一。",
        "Check the file against the list. Answer with one JSON object with four fields: missing, expired (out of date) and unclear "
        "(cannot be judged from the file), which are lists of codes and may be empty, and result, one of "
        f'"{accept}", "{back}", "{ask}".',
    )


plugin: Final = MaterialsCheck()
