"""Queues of invented service halls: which number is called at a given place, and which appointment is the earliest that can be had.

Rules this module keeps:

* Three classes stand in the notice: priority, appointments kept, all others; so does their order, and that every so many calls
  one of the others has its turn. All people wait when the calling begins, and nobody joins them.
* Half of the ages stand on the limit or a year below; late appointments are late by one minute or more than that.
* Mistakes: order of tickets, no turn for the others, a late appointment taken for a kept one, classes in the wrong order.
* What is left out is who has priority or what is on time, where that decides; for appointments see `queue_slots.py`.

It refuses manners: whoever deserves to go first stands in the notice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.charters import Charter, named_part
from evalcenter.generators.drafting import REDRAWS, Fact, say
from evalcenter.generators.notices import article_part, city
from evalcenter.generators.problems import Family, Gap, Problem, answer_label, fact
from evalcenter.generators.queue_slots import build as slots
from evalcenter.records import Lang

STATES: Final = (("孕妇", "pregnant"), ("持残疾证", "holds a disability card"))
OTHERS: Final = (
    ("带一名同事", "with a colleague"),
    ("首次来办事", "first visit"),
    ("材料已齐", "papers complete"),
    ("赶火车", "has a train to catch"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """`age` and `grace` (minutes) include their limits; after `turn` calls of the first classes one of the others is called.

    `first` ranks "priority" and "kept"; whoever belongs to both belongs to the higher.
    """

    age: int
    grace: int
    turn: int
    first: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Person:
    """`came` and `slot` are minutes of the day; `state` is a place in STATES, or -1."""

    ticket: str
    came: int
    slot: int | None
    age: int
    state: int


def kind(rule: _Rule, who: _Person) -> str:
    """The class: "priority", "kept" or "plain"."""
    belongs = {
        "priority": who.age >= rule.age or who.state >= 0,
        "kept": who.slot is not None and who.came <= who.slot + rule.grace,
    }
    return next((name for name in rule.first if belongs[name]), "plain")


def called(rule: _Rule, people: Sequence[_Person], *, by_slot: bool = True) -> list[str]:
    """The tickets in the order in which they are called."""
    sorts: dict[str, list[_Person]] = {"priority": [], "kept": [], "plain": []}
    for who in sorted(people, key=lambda one: one.came):
        sorts[kind(rule, who)].append(who)
    if by_slot:
        sorts["kept"].sort(key=lambda one: (one.slot or 0, one.came))
    ahead, plain = [*sorts[rule.first[0]], *sorts[rule.first[1]]], sorts["plain"]
    made: list[str] = []
    while ahead or plain:
        turn = [ahead.pop(0) for _ in range(min(rule.turn, len(ahead)))]
        made += [who.ticket for who in turn]
        if plain and len(turn) in {0, rule.turn}:
            made.append(plain.pop(0).ticket)
    return made


def _drawn(draws: Draws) -> tuple[_Rule, list[_Person]]:
    first = ("priority", "kept") if draws.coin(1, 2) else ("kept", "priority")
    rule = _Rule(
        age=draws.choice((60, 65, 70, 75)), grace=draws.choice((5, 10, 15)), turn=draws.between(2, 3), first=first
    )
    count = draws.between(7, 9)
    start, letter, number = draws.between(480, 620), draws.choice("ABCDEFGHJK"), draws.between(11, 880)
    people: list[_Person] = []
    came = start
    for at in range(count):
        came += draws.between(1, 6)
        slot = None
        if draws.coin(1, 2):
            late = draws.choice((rule.grace, rule.grace + 1, draws.between(-40, 0), draws.between(rule.grace + 2, 40)))
            slot = came - late
        # Two kept appointments of the same minute would be in no order.
        if slot is not None and any(slot == other.slot for other in people):
            slot = None
        age = draws.choice((rule.age, rule.age - 1, draws.between(19, 58), draws.between(19, 58)))
        state = draws.below(2) if draws.coin(1, 8) and age < 45 else -1
        people.append(_Person(ticket=f"{letter}{number + at:03d}", came=came, slot=slot, age=age, state=state))
    return rule, people


def _order(lang: Lang, draws: Draws) -> Problem | None:
    rule, people = _drawn(draws)
    line = called(rule, people)
    nth = draws.between(2, len(people) - 1)
    right = line[nth - 1]
    who = next(one for one in people if one.ticket == right)
    wrong = _wrong(lang, rule, people, nth)
    wrong.pop(right, None)
    if {kind(rule, one) for one in people} != {"priority", "kept", "plain"} or len(wrong) < 2:
        return None
    town = city(lang, draws)
    charter = _charter(lang, draws, rule, town)
    places = charter.places
    said = (
        "ticket",
        say(lang, "给出按规则轮到的那个号", "Gives the ticket whose turn it is by the rules"),
        answer_label(lang),
        say(lang, "号码", "the ticket"),
    )
    asked = (
        say(lang, "类别条款", "Class article"),
        say(
            lang,
            "界定该号所属类别的那一条的条号",
            "the number of the article that says who is in the class of that ticket",
        ),
        say(lang, "指明该号所属类别由哪一条界定", "Names the article that defines the class of that ticket"),
    )
    how = say(lang, "类别判错", "Another class.")
    others = [(how, places[name]) for name in ("priority", "kept", "plain")]
    cited = article_part(
        lang,
        asked,
        places[kind(rule, who)],
        [*others, (say(lang, "写成了先后条款", "The article on the order."), places["rank"])],
    )
    return Problem(
        opening=_opening(lang, draws, town),
        facts=tuple(_told(lang, draws, one) for one in people),
        noise=(),
        rule=charter.text(),
        ask=say(
            lang,
            f"叫号现在开始，名单上的人都已在场，此后没有人再来，也没有人离开。第 {nth} 个被叫到的是哪个号？",
            f"Calling starts now; everyone is there, nobody joins and nobody leaves. Which ticket is number {nth} to be called?",
        ),
        parts=(named_part(said, right, (), wrong, alone=True), cited),
        working=say(lang, "叫号次序为 ", "the order is ") + say(lang, "、", ", ").join(line),
        gaps=_gaps(lang, charter, rule, people, nth),
    )


def _wrong(lang: Lang, rule: _Rule, people: Sequence[_Person], nth: int) -> dict[str, str]:
    """The tickets that mistakes lead to, with the mistake."""
    made = (
        (say(lang, "直接按号码顺序数", "Counted by ticket."), [one.ticket for one in people]),
        (say(lang, "没有给普通类轮到的机会", "The others never had a turn."), called(replace(rule, turn=99), people)),
        (say(lang, "迟到的预约也算按时", "A late appointment was kept."), called(replace(rule, grace=999), people)),
        (
            say(lang, "正好到年龄的没有算", "The age itself was not counted."),
            called(replace(rule, age=rule.age + 1), people),
        ),
        (
            say(lang, "优先与预约的先后弄反", "Classes in the wrong order."),
            called(replace(rule, first=rule.first[::-1]), people),
        ),
        (say(lang, "预约类按取号时间排", "Appointments by ticket."), called(rule, people, by_slot=False)),
    )
    return {line[nth - 1]: how for how, line in reversed(made)}


def _gaps(lang: Lang, charter: Charter, rule: _Rule, people: Sequence[_Person], nth: int) -> tuple[Gap, ...]:
    """The articles that others speak of, where another usual age or span of minutes would bring up another ticket."""
    other = {
        "priority": [replace(rule, age=age) for age in (60, 65, 70, 75, 80)],
        "kept": [replace(rule, grace=grace) for grace in (0, 5, 10, 15, 20)],
    }
    words = {
        "priority": say(
            lang, "优先类的范围|优先类|优先对象", "definition of the priority class|priority class|who has priority"
        ),
        "kept": say(
            lang,
            "预约类的范围|预约类|按时的标准",
            "definition of the appointment class|appointment class|definition of on time",
        ),
    }
    return tuple(
        charter.gap(name, words[name])
        for name, rules in other.items()
        if len({called(read, people)[nth - 1] for read in rules}) > 1
    )


# -- the words --------------------------------------------------------------------------------------------------------


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _told(lang: Lang, draws: Draws, who: _Person) -> Fact:
    parts = [
        say(lang, f"{_clock(who.came)} 取号", f"took the ticket at {_clock(who.came)}"),
        say(lang, f"{who.age} 岁", f"aged {who.age}"),
    ]
    if who.slot is not None:
        parts.append(say(lang, f"预约 {_clock(who.slot)}", f"booked for {_clock(who.slot)}"))
    if who.state >= 0:
        parts.append(STATES[who.state][lang == "en"])
    elif draws.coin(1, 2):
        parts.append(draws.choice(OTHERS)[lang == "en"])
    shown = say(lang, "、", " / ").join(draws.shuffled(parts))
    return fact(lang, who.ticket, who.ticket, say(lang, f"({shown})", f"({shown})"))


def _opening(lang: Lang, draws: Draws, town: str) -> str:
    return say(
        lang,
        draws.choice(
            (
                f"{town}政务服务大厅综合窗口，候号情况如下：",
                f"大厅值班员核对叫号次序({town})：",
                f"培训用案例：{town}，窗口前的候号名单。",
            )
        ),
        draws.choice(
            (
                f"People waiting at the {town} service centre:",
                f"The duty officer in {town} checks who is next:",
                f"From staff training, {town}: the queue at one counter.",
            )
        ),
    )


def _charter(lang: Lang, draws: Draws, rule: _Rule, town: str) -> Charter:
    middle = draws.shuffled(("priority", "kept", "plain", "rank", "within", "turn", "both", "desk"))
    title = say(lang, f"{town}政务服务大厅叫号规则", f"{town} Service Centre: Rules for the Queue")
    texts = (_zh if lang == "zh" else _en)(rule)
    return Charter(lang=lang, title=title, order=("scope", *middle, "wording"), texts=lambda _: texts)


def _zh(rule: _Rule) -> Mapping[str, str]:
    names = {"priority": "优先类", "kept": "预约类"}
    one, two = (names[name] for name in rule.first)
    return {
        "scope": "窗口叫号分优先类、预约类和普通类，依照本规则进行。",
        "priority": f"年满 {rule.age} 周岁的人、孕妇和持残疾证的人，为优先类。",
        "kept": f"有预约并且按时取号的，为预约类；取号时间不晚于预约时刻后 {rule.grace} 分钟的，为按时。",
        "plain": "既不属于优先类也不属于预约类的，为普通类；预约而迟到的，不因有预约而属于预约类。",
        "rank": f"{one}先于{two}，{two}先于普通类。",
        "within": "同一类中，优先类和普通类按取号时间先后，预约类按预约时刻先后。",
        "turn": f"优先类和预约类合计每连续叫满 {rule.turn} 个，接着叫一个普通类，然后重新计数；普通类无人等候的，继续叫。"
        "优先类和预约类叫完后，依次叫普通类。",
        "both": "同时属于优先类和预约类的，归入先后次序在前的一类。",
        "desk": "过号后须重新取号；号码中的字母只表示窗口区域。",
        "wording": "年龄按周岁计，“年满”包括本数，“不晚于”包括本数。",
    }


def _en(rule: _Rule) -> Mapping[str, str]:
    names = {"priority": "the priority class", "kept": "the appointment class"}
    one, two = (names[name] for name in rule.first)
    return {
        "scope": "There are three classes in the queue: priority, appointment and general.",
        "priority": f"People aged {rule.age} or over, pregnant women and holders of a disability card are in the priority class.",
        "kept": f"Whoever has booked and takes a ticket no later than {rule.grace} minutes after the time booked is in the "
        "appointment class.",
        "plain": "Everybody who is in neither the priority nor the appointment class is in the general class; a booking for "
        "which one comes too late does not count.",
        "rank": f"People in {one} are called before those in {two}, and both before the general class.",
        "within": "Within a class the earlier ticket goes first; in the appointment class, the earlier time booked.",
        "turn": f"After every {rule.turn} calls in a row from the first two classes, one from the general class is called (if "
        "anyone is left in it), and the count starts again. When the first two are empty, the rest of the general class follows.",
        "both": "Whoever fits both of the first two classes belongs to the one that is called earlier.",
        "desk": "A missed call means a new ticket; the letter on a ticket only shows the area of the hall.",
        "wording": '"Or over" and "no later than" include the figure named.',
    }


def _build(lang: Lang, draws: Draws) -> Problem | None:
    asked = draws.choice((_order, _order, slots))
    # Few draws of a table leave two mistakes standing, so the question is chosen first and drawn until one does.
    return next((made for made in (asked(lang, draws) for _ in range(REDRAWS)) if made), None)


plugin: Final = Family("queue_rules", _build, "2")
