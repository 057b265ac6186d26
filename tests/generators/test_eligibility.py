"""Eligibility, decided again from the words of the rule and the application, by a reader of its own."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import get_args

import pytest

from evalcenter.errors import InputError
from evalcenter.generators import eligibility
from evalcenter.generators import eligibility_rules as rules
from evalcenter.generators import eligibility_text as words
from evalcenter.generators.notices import article
from evalcenter.generators.problems import absent_check, none_check
from evalcenter.records import Item, Lang
from tests.generators.reading import LANGS, draw, marks, text

SCENARIOS = get_args(rules.Scenario)
MARKS = {
    "residence": "在本市连续居住|without interruption",
    "age": "年满 \\d+ 周岁|年龄。|years old|the age set",
    "income": "月收入(?:不超过|低于).*。$|income per head is",
    "contributions": "累计缴纳社会保险|has paid social insurance",
    "excluded": "两套及两套以上|two or more homes",
    "exception": "退役军人申请的|veterans of",
    "priority": "同时符合第\\S+和第|Where both",
}


LIMITS = {
    "residence": r"连续居住满 (\d+)|interruption for at least (\d+)|- (?:连续居住：|Residence: )(\d+)",
    "age": r"年满 (\d+)|at least (\d+) years old|- (?:年龄：|Age: )(\d+)",
    "income": r"人均月收入(?:不超过|低于) (\d+)|per head is (?:at most|below) \$(\d+)"
    r"|- (?:家庭人均月收入：|Income per head: \$)(\d+)",
    "contributions": r"社会保险 (\d+)|insurance in [\w ]+ for at least (\d+)|- (?:缴纳社会保险：|Social insurance: )(\d+)",
}
FIGURES = {
    "residence": "(?:已连续居住|without a break for)(.{1,30})",
    "age": r"年龄 (\d+)|Age: (\d+)",
    "income": r"(?:收入\(不含补贴\)(?:分别)?为|benefits apart:) ((?:\$?\d+(?: 元)?(?:、|, )?)+)",
    "members": r"家庭成员共 (\d+)|household has (\d+)",
    "contributions": "(?:累计缴纳社会保险|insurance in the city for)(.{1,30})",
}


def seek(pattern: str, words: str) -> str | None:
    """The first group of `pattern`; None where it does not match."""
    match = re.search(pattern, words)
    return match and next(group for group in match.groups() if group is not None)


def grab(pattern: str, words: str) -> str:
    """The first group of `pattern`, which must match."""
    found = seek(pattern, words)
    assert found, (pattern, words)
    return found


def months(words: str) -> int:
    """A span in months or in years and months, in months."""
    years = re.match(r" ?(\d+) (?:年|years?)", words)
    rest = re.match(r"(?: ?\d+ (?:年零?|years?(?: and)?))? ?(\d+) (?:个月|months?)", words)
    return 12 * int(years[1] if years else 0) + int(rest[1] if rest else 0)


class Reading:
    """The rule and the application, as read from the question; `absent` lists the limits and the figures that neither holds."""

    def __init__(self, item: Item) -> None:
        self.rule = item.documents[0].text
        self.facts = text(item).split("\n\n", 1)[1].split("\n\n")[0]
        self.place = {
            name: next(n for n, line in enumerate(self.rule.split("\n"), 1) if re.search(mark, line))
            for name, mark in MARKS.items()
        }
        limits = {name: seek(pattern, self.rule) for name, pattern in LIMITS.items()}
        figures = {name: seek(pattern, self.facts) for name, pattern in FIGURES.items()}
        self.absent = [(name, True) for name, found in limits.items() if found is None]
        self.absent += [(name, False) for name, found in figures.items() if found is None]
        self.limits = {name: int(found) for name, found in limits.items() if found}
        self.incomes = [int(one) for one in re.findall(r"\d+", figures.pop("income") or "")]
        self.figures = {
            name: int(found) if found.isdigit() else months(found) for name, found in figures.items() if found
        }
        self.children = int((re.search(r"(\d+) (?:名未成年子女|child(?:ren)? under)", self.facts) or ["", "0"])[1])
        self.veteran = bool(re.search("系退役军人|Is a veteran", self.facts))
        self.homes = bool(re.search("有两套住房|Owns two homes", self.facts))

    @property
    def inclusive(self) -> bool:
        """Whether an income per head that equals the limit is within it."""
        return bool(re.search("不超过|at most", self.rule.split("\n")[self.place["income"] - 1]))

    @property
    def per_head(self) -> Fraction:
        """Income per head, which need not be whole."""
        return Fraction(sum(self.incomes), self.figures["members"])

    def unmet(self) -> set[str]:
        """The conditions that are not met."""
        top = self.limits["income"]
        missed = {name for name in ("residence", "age", "contributions") if self.figures[name] < self.limits[name]}
        fine = self.per_head <= top if self.inclusive else self.per_head < top
        return missed if fine else {*missed, "income"}

    def fill(self, name: str, value: int, *, limit: bool) -> bool:
        """Whether the benefit is due if what is absent were `value`."""
        if name == "income" and not limit:
            self.incomes = [value]
        else:
            (self.limits if limit else self.figures)[name] = value
        return self.decide()[0]

    def amount(self) -> int:
        """The monthly amount by the brackets, with supplement and cap."""
        low, first, middle, second, third, extra, cap = self.scale()
        base = first if self.per_head < low else second if self.per_head < middle else third
        return min(base + extra * self.children, cap)

    def scale(self) -> tuple[int, int, int, int, int, int, int]:
        """The two limits with the three amounts, the supplement, and the cap."""
        line = next(part for part in self.rule.split("\n") if re.search("每月标准|monthly amount", part))
        n = [int(x) for x in re.findall(r"(\d+) 元|\$(\d+)", line) for x in x if x]
        if "元" in line:
            low, first, _, middle, second, _, third, extra, cap = n
        else:
            first, low, second, _, middle, third, _, extra, cap = n
        return low, first, middle, second, third, extra, cap

    def decide(self) -> tuple[bool, set[str]]:
        """Eligible or not, and the articles that decide."""
        lines = self.rule.split("\n")
        waived = lines[self.place["exception"] - 1]
        missing = self.unmet()
        names = {name: article("zh", place) for name, place in self.place.items()}
        lifted = {
            name
            for name in missing
            if f"不受{names[name]}限制" in waived or f"Article {self.place[name]} does not apply" in waived
        }
        if self.homes and self.veteran:
            last = lines[self.place["priority"] - 1]
            if "不予发放" in last or "nothing is paid" in last:
                return False, {"excluded", "priority"}
            return not (missing - lifted), {"priority", "exception"}
        if self.homes:
            return False, {"excluded"}
        if self.veteran:
            missing, used = missing - lifted, bool(lifted)
            return not missing, missing or ({"exception"} if used else set())
        return not missing, missing


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_decision_follows_from_the_question(scenario: rules.Scenario, lang: Lang) -> None:
    """Deciding again from the words of rule and application gives option, article and amount."""
    for number in range(80):
        item = draw("eligibility", lang, number, {"scenarios": [scenario], "unanswerable": "0"})
        reading = Reading(item)
        assert not reading.absent, text(item)
        eligible, articles = reading.decide()
        checks = {criterion.id: criterion.check for criterion in item.criteria}
        letter = checks["eligible"]["choice"]["key"][0]
        assert (item.options[letter] in {"符合发放条件", "Eligible"}) is eligible, text(item)
        assert ("article" in checks) is bool(articles), text(item)
        if articles:
            cited = {int(n) for n in re.findall(r"\d+", " ".join(checks["article"]["mentions"]["any"]))}
            assert cited == {reading.place[name] for name in articles}, text(item)
        assert ("amount" in checks) is eligible
        if eligible:
            assert int(checks["amount"]["number"]["target"]) == reading.amount(), text(item)


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_missing_decides(lang: Lang) -> None:
    """Read from the question, one thing is absent, it could make the benefit due or not, and it is what the answer must name."""
    seen = set()
    for number in range(400):
        item = draw("eligibility", lang, number, {"unanswerable": "1"})
        reading = Reading(item)
        ((name, limit),) = reading.absent
        seen.add((name, limit))
        ends = (1, 10**6)
        if name == "members":
            ends = (len(reading.incomes), 1000)
        if name == "income" and limit:  # the amounts show that some income in the last bracket is within the limit
            ends = (reading.scale()[2] + (not reading.inclusive), 10**6)
        assert {reading.fill(name, value, limit=limit) for value in ends} == {True, False}, text(item)
        lacked = words.lacked(lang, rules.Lack(name=name, limit=limit))[1]  # type: ignore[arg-type]
        assert [criterion.check for criterion in item.criteria] == [
            absent_check(lang, lacked),
            none_check(lang, "答案" if lang == "zh" else "Answer"),
        ]
    assert len(seen) == 9


@pytest.mark.parametrize("lang", LANGS)
def test_a_needless_way_out_fails(lang: Lang) -> None:
    """Where everything is given, an answer that something is missing meets no criterion."""
    ways = [
        example.text
        for number in range(20)
        for example in draw("eligibility", lang, number, {"unanswerable": "1"}).examples.good
    ]
    for number in range(60):
        item = draw("eligibility", lang, number, {"unanswerable": "0"})
        assert all("met" not in marks(item, way).values() for way in ways), item.criteria


@pytest.mark.parametrize("lang", LANGS)
def test_the_form_gives_nothing_away(lang: Lang) -> None:
    """Limits stand in a table in about half of the items, whether or not something is missing."""
    head = "附表　申请条件的数额" if lang == "zh" else "Table: figures for the conditions"
    for share in ("0", "1"):
        tables = sum(head in text(draw("eligibility", lang, at, {"unanswerable": share})) for at in range(200))
        assert 70 <= tables <= 160, share


def test_scenarios_that_leave_nothing_open_become_plain() -> None:
    """An item with something missing is drawn though no scenario is named in which the benefit can be due."""
    item = draw("eligibility", "en", 0, {"scenarios": ["excluded"], "unanswerable": "1"})
    assert item.criteria[0].id == "names-missing"
    assert "Owns two homes" not in text(item)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_each_scenario_alone_makes_distinct_items(scenario: rules.Scenario, lang: Lang) -> None:
    """A suite may ask one scenario only."""
    assert len({text(draw("eligibility", lang, number, {"scenarios": [scenario]})) for number in range(300)}) >= 297


def test_cases_stand_on_a_limit_often() -> None:
    """In at least half of the plain cases some value stands exactly on its limit."""
    exact = 0
    for number in range(200):
        reading = Reading(draw("eligibility", "en", number, {"scenarios": ["plain"], "unanswerable": "0"}))
        exact += any(reading.figures[name] == reading.limits[name] for name in ("residence", "age"))
    assert exact >= 100


def test_both_answers_are_about_as_frequent() -> None:
    """Neither letter nor outcome is worth guessing."""
    keys, eligible = [], []
    for number in range(400):
        item = draw("eligibility", "zh", number, {"unanswerable": "0"})
        keys.append(item.criteria[0].check["choice"]["key"][0])
        eligible.append(item.options[keys[-1]] == "符合发放条件")
    assert 150 <= keys.count("A") <= 250
    assert 130 <= sum(eligible) <= 270


RULE = rules.Rule(
    city="X", benefit="Y", residence=12, age=25, income=3000, inclusive=True, contributions=12, waived="residence", strict=True,
    brackets=((1500, 800), (2200, 700), (3000, 600)), per_child=50, cap=850,
)  # fmt: skip
HOME = rules.Household(
    age=25,
    residence=12,
    contributions=12,
    incomes=(3000,),
    members=2,
    children=1,
    ignored=0,
    excluded=False,
    special=False,
)


@pytest.mark.parametrize(
    ("rule", "home", "decision"),
    [
        ({}, {}, (True, (), 750)),
        ({}, {"incomes": (2998,)}, (True, (), 850)),
        ({}, {"incomes": (2998,), "children": 3}, (True, (), 850)),
        ({}, {"incomes": (4400,)}, (True, (), 650)),
        ({}, {"incomes": (6000,)}, (True, (), 650)),
        ({"inclusive": False}, {"incomes": (6000,)}, (False, ("income",), 0)),
        ({}, {"incomes": (6002,)}, (False, ("income",), 0)),
        ({}, {"age": 24}, (False, ("age",), 0)),
        ({}, {"residence": 11}, (False, ("residence",), 0)),
        ({}, {"residence": 11, "special": True}, (True, ("exception",), 750)),
        ({}, {"special": True}, (True, (), 750)),
        ({}, {"excluded": True}, (False, ("excluded",), 0)),
        ({}, {"excluded": True, "special": True}, (False, ("excluded", "priority"), 0)),
        ({"strict": False}, {"excluded": True, "special": True}, (True, ("priority", "exception"), 750)),
        ({"strict": False}, {"excluded": True}, (False, ("excluded",), 0)),
        ({"waived": "contributions"}, {"residence": 11, "special": True}, (False, ("residence",), 0)),
    ],
)
def test_decisions_at_the_limits(
    rule: dict[str, object], home: dict[str, object], decision: tuple[bool, tuple[str, ...], int]
) -> None:
    """Limits, exception, exclusion and priority decide as the rule says."""
    made = rules.decide(replace(RULE, **rule), replace(HOME, **home))  # type: ignore[arg-type]
    assert (made.eligible, made.articles, made.amount) == decision


@pytest.mark.parametrize(
    ("home", "scenario"),
    [
        ({}, "plain"),
        ({"age": 24}, "age"),
        ({"age": 24, "residence": 1}, None),
        ({"special": True}, None),
        ({"special": True, "residence": 1}, "exception"),
        ({"excluded": True, "age": 24}, None),
        ({"excluded": True}, "excluded"),
        ({"excluded": True, "special": True}, "both"),
        ({"excluded": True, "special": True, "age": 24}, None),
    ],
)
def test_only_one_thing_decides_a_case(home: dict[str, object], scenario: str | None) -> None:
    """A household that two things would decide is no case."""
    assert eligibility.scenario_of(RULE, replace(HOME, **home)) == scenario  # type: ignore[arg-type]


@pytest.mark.parametrize(("number", "zh"), [(1, "第一条"), (10, "第十条"), (11, "第十一条"), (12, "第十二条")])
def test_articles_are_numbered_in_chinese(number: int, zh: str) -> None:
    """Chinese rules number their articles in Chinese numerals."""
    assert article("zh", number) == zh


@pytest.mark.parametrize(
    ("rule", "home", "lack", "opened"),
    [
        ({}, {}, ("residence", False), True),
        ({}, {}, ("income", True), True),
        ({}, {"age": 24}, ("age", True), True),
        ({}, {"age": 24}, ("residence", False), False),
        ({}, {"special": True}, ("residence", False), False),
        ({}, {"special": True, "residence": 1}, ("age", False), True),
        ({}, {"excluded": True}, ("age", False), False),
        ({"strict": False}, {"excluded": True, "special": True}, ("age", False), True),
        ({}, {"excluded": True, "special": True}, ("age", False), False),
        ({}, {"incomes": (3000,)}, ("members", False), False),
        ({}, {"incomes": (3001,)}, ("members", False), True),
        ({}, {"incomes": (3001, 2000)}, ("members", False), False),
        ({}, {"incomes": (4398,)}, ("income", True), False),
        ({}, {"incomes": (4400,)}, ("income", True), False),
        ({}, {"incomes": (4402,)}, ("income", True), True),
    ],
)
def test_a_case_is_open_when_what_is_missing_decides(
    rule: dict[str, object], home: dict[str, object], lack: tuple[str, bool], opened: bool
) -> None:
    """Nothing else bars the benefit, no exception lifts the condition, and the rest of the question does not settle it."""
    household = replace(HOME, **{"incomes": (6000,), **home})  # type: ignore[arg-type]
    gone = rules.Lack(name=lack[0], limit=lack[1])  # type: ignore[arg-type]
    assert rules.is_open(replace(RULE, **rule), household, gone) is opened  # type: ignore[arg-type]


def test_no_usable_case_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    """When no draw is usable the generator says so."""
    monkeypatch.setattr(eligibility, "scenario_of", lambda rule, home: None)
    with pytest.raises(InputError, match="found no"):
        draw("eligibility", "en", 0)
