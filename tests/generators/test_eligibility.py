"""Eligibility, decided again from the words of the rule and the application, by a reader of its own."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import get_args

import pytest

from evalcenter import canon
from evalcenter.errors import InputError
from evalcenter.generators import eligibility
from evalcenter.generators import eligibility_rules as rules
from evalcenter.generators.notices import article
from evalcenter.records import Item, Lang
from tests.generators.reading import LANGS, draw, text

SCENARIOS = get_args(rules.Scenario)
MARKS = {
    "residence": "连续居住满|without interruption",
    "age": "年满 \\d+ 周岁|years old",
    "income": "月收入(?:不超过|低于) \\d+ 元。|income per head is",
    "contributions": "累计缴纳社会保险|has paid social insurance",
    "excluded": "两套及两套以上|two or more homes",
    "exception": "退役军人申请的|veterans of",
    "priority": "同时符合第\\S+和第|Where both",
}


def grab(pattern: str, words: str) -> str:
    """The first group of `pattern`, which must match."""
    match = re.search(pattern, words)
    assert match, (pattern, words)
    return next(group for group in match.groups() if group is not None)


def span(pattern: str, words: str) -> int:
    """A number of months behind `pattern`, in months or in years and months."""
    part = grab(pattern + r"(.{1,30})", words)
    years = re.match(r" ?(\d+) (?:年|years?)", part)
    rest = re.match(r"(?: ?\d+ (?:年零?|years?(?: and)?))? ?(\d+) (?:个月|months?)", part)
    return 12 * int(years[1] if years else 0) + int(rest[1] if rest else 0)


class Reading:
    """The rule and the application, as read from the question."""

    def __init__(self, item: Item) -> None:
        self.rule = item.documents[0].text
        self.facts = text(item).split("\n\n", 1)[1].split("\n\n")[0]
        self.place = {
            name: next(n for n, line in enumerate(self.rule.split("\n"), 1) if re.search(mark, line))
            for name, mark in MARKS.items()
        }
        incomes = grab(r"(?:收入\(不含补贴\)(?:分别)?为|benefits apart:) ((?:\$?\d+(?: 元)?(?:、|, )?)+)", self.facts)
        self.per_head = sum(map(int, re.findall(r"\d+", incomes))) / int(
            grab(r"家庭成员共 (\d+)|household has (\d+)", self.facts)
        )
        self.children = int((re.search(r"(\d+) (?:名未成年子女|child(?:ren)? under)", self.facts) or ["", "0"])[1])
        self.veteran = bool(re.search("系退役军人|Is a veteran", self.facts))
        self.homes = bool(re.search("有两套住房|Owns two homes", self.facts))

    def unmet(self) -> set[str]:
        """The conditions that are not met."""
        rule, facts = self.rule, self.facts
        line = rule.split("\n")[self.place["income"] - 1]
        top = int(grab(r"(?:不超过|低于) (\d+) 元|\$(\d+)", line))
        inclusive = "不超过" in line or "not more than" in line
        fine = {
            "residence": span(r"(?:已连续居住|without a break for)", facts)
            >= int(grab(r"连续居住满 (\d+)|interruption for at least (\d+)", rule)),
            "age": int(grab(r"年龄 (\d+)|Age: (\d+)", facts))
            >= int(grab(r"年满 (\d+)|at least (\d+) years old", rule)),
            "income": self.per_head <= top if inclusive else self.per_head < top,
            "contributions": span(r"(?:累计缴纳社会保险|insurance in the city for)", facts)
            >= int(grab(r"累计缴纳社会保险 (\d+)|social insurance in [\w ]+ for at least (\d+)", rule)),
        }
        return {name for name, met in fine.items() if not met}

    def amount(self) -> int:
        """The monthly amount by the brackets, with supplement and cap."""
        line = next(part for part in self.rule.split("\n") if re.search("每月标准|monthly amount", part))
        n = [int(x) for x in re.findall(r"(\d+) 元|\$(\d+)", line) for x in x if x]
        if "元" in line:
            low, first, _, middle, second, _, third, extra, cap = n
        else:
            first, low, second, _, middle, third, _, extra, cap = n
        base = first if self.per_head < low else second if self.per_head < middle else third
        return min(base + extra * self.children, cap)

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
        item = draw("eligibility", lang, number, {"scenarios": [scenario]})
        reading = Reading(item)
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
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_each_scenario_alone_makes_distinct_items(scenario: rules.Scenario, lang: Lang) -> None:
    """A suite may ask one scenario only."""
    assert len({text(draw("eligibility", lang, number, {"scenarios": [scenario]})) for number in range(300)}) >= 297


def test_cases_stand_on_a_limit_often() -> None:
    """In at least half of the plain cases some value stands exactly on its limit."""
    exact = 0
    for number in range(200):
        item = draw("eligibility", "en", number, {"scenarios": ["plain"]})
        reading = Reading(item)
        residence = span(r"(?:without a break for)", reading.facts) == int(
            grab(r"interruption for at least (\d+)", reading.rule)
        )
        age = grab(r"Age: (\d+)", reading.facts) == grab(r"at least (\d+) years old", reading.rule)
        exact += residence or age
    assert exact >= 100


def test_both_answers_are_about_as_frequent() -> None:
    """Neither letter nor outcome is worth guessing."""
    keys, eligible = [], []
    for number in range(400):
        item = draw("eligibility", "zh", number)
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


def test_the_first_item_is_fixed() -> None:
    """A version 1 item never changes: its digest is a test vector."""
    assert (
        canon.digest(draw("eligibility", "zh", 0))
        == "sha256:992ba56968c1972ede0ef5ba941d1aebd28aec206e9102a1e2fc3a619ba456b1"
    )


def test_no_usable_case_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    """When no draw is usable the generator says so."""
    monkeypatch.setattr(eligibility, "scenario_of", lambda rule, home: None)
    with pytest.raises(InputError, match="found no"):
        draw("eligibility", "en", 0)
