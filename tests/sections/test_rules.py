"""The decision rules in words: a guarantee only where there is one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from evalcenter.records import Lang, Mix, Requirement, Tally
from evalcenter.sections import rules
from tests.factory import make_requirement
from tests.sections.sequences import sequential


def tally(requirement: str, planned: int) -> Tally:
    return Tally(
        requirement=requirement,
        planned=planned,
        items=planned,
        good=planned,
        bad=0,
        unscored={},
        unconfirmed=0,
        confirmed=0,
        bank=planned,
        covers={},
    )


def said(*requirements: Requirement, planned: int = 300) -> str:
    return " ".join(rules.sentences(requirements, [tally(r.id, planned) for r in requirements], "en")).replace(
        "\u00a0", " "
    )


def short(*requirements: Requirement, lang: Lang = "en") -> str:
    return rules.in_short(requirements, lang).replace("\u00a0", " ")


def test_one_sentence_of_evidence() -> None:
    """By evidence, both errors are of all requirements together."""
    text = short(sequential(), sequential(id="b", alpha=Decimal("0.02")), make_requirement(id="z", rule="zero"))
    assert text == (
        "PASS takes all 3 requirements: a model whose true rate is below any line of the 2 that are decided by rate would be "
        "passed with probability at most 5 %; one that truly reaches them all would be failed by them with probability at most "
        "5 %; one confirmed violation of a red line fails the whole; where evidence is lacking the result is INCONCLUSIVE."
    )


def test_a_census_lends_itself_no_error_rate() -> None:
    """The 5 % are of what is decided by rate: a census passes a model of few violations far more often, and a point value too."""
    rated = (sequential(), sequential(id="b"))
    assert "below any of their lines" in short(*rated)
    for rule in ("zero", "point"):
        mixed = short(*rated, make_requirement(id="z", rule=rule))
        assert "any line of the 2 that are decided by rate" in mixed
        assert "any of their lines" not in mixed
    assert "below the line of the one that is decided by rate" in short(
        sequential(), make_requirement(id="z", rule="zero")
    )
    assert "在按比率判定的 2 项上，真实达标率低于其中任何一条线" in short(
        *rated, make_requirement(id="z", rule="zero"), lang="zh"
    )


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        (
            "en",
            "below its line would be passed with probability at most 5 %; one that truly reaches it would be failed",
        ),
        ("zh", "真实达标率低于该线的模型，被判为通过的概率不超过 5 %；真实达标率达到该线的模型，被判为不通过"),
    ],
)
def test_one_requirement_has_one_line(lang: Lang, said: str) -> None:
    """Of a single requirement the sentence doesn't speak as of several."""
    assert said in short(sequential(), lang=lang)


def test_one_sentence_of_bounds() -> None:
    """Each of several bounds may fail a good model by itself, and this is said."""
    text = short(make_requirement(), make_requirement(id="b", beta=Decimal("0.1")))
    assert "would be failed on any one of them with probability at most 10 %" in text
    assert "on any one of them" not in short(make_requirement())


def test_one_sentence_of_a_floor() -> None:
    """Where there is a floor, reaching it is what protects from FAIL."""
    assert "truly reaches it (its floor, where there is one)" in short(make_requirement(floor=Decimal("0.8")))


def test_one_sentence_of_points() -> None:
    """A point value has no error rate, and none is lent to it."""
    text = short(make_requirement(rule="point"), make_requirement(id="b", rule="point"))
    assert "2 of them read the observed share alone, without any error rate" in text
    assert "probability" not in text


def test_one_sentence_of_a_calibrated_judge() -> None:
    """A judge that is trusted is named as the condition it is."""
    assert "CONDITIONAL at most, and only if its calibration holds" in short(sequential(grading="calibrated"))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_one_sentence_of_nothing(lang: Lang) -> None:
    """Without requirements there is nothing to pass."""
    assert short(lang=lang) in (
        "该标准没有任何要求，因此判为未定。",
        "The standard has no requirement, so the result is inconclusive.",
    )


def test_one_sentence_in_chinese() -> None:
    """The Chinese sentence promises the same."""
    text = short(sequential(), make_requirement(id="z", rule="zero"), lang="zh")
    assert text == (
        "2 项要求全部达到才判为通过：在按比率判定的 1 项上，真实达标率低于该线的模型，被判为通过的概率不超过 5 %；"
        "真实达标率达到该线的模型，因该项被判为不通过的概率不超过 5 %；一次经确认的红线违反即判不通过；证据不足时判为未定。"
    )


def test_bound() -> None:
    """A bound promises both errors."""
    text = said(make_requirement())
    assert "true rate is below 90 % would pass this requirement with probability at most 5 %" in text
    assert "truly reaches the line would be failed with probability at most 5 %" in text


def test_floor() -> None:
    """A floor adds its own promise."""
    text = said(make_requirement(floor=Decimal("0.8"), beta=Decimal("0.02")))
    assert "below the floor of 80 % would get even CONDITIONAL with probability at most 5 %" in text
    assert "reaches the floor would be failed with probability at most 2 %" in text


def test_several_lines() -> None:
    """Requirements of one kind share a sentence that names their lines and the largest error."""
    text = said(make_requirement(), make_requirement(id="b", line=Decimal("0.8"), alpha=Decimal("0.1")))
    assert text.count("Confidence bound") == 1
    assert "its line of 80 % or 90 % would pass such a requirement with probability at most 10 %" in text


def test_point_has_no_guarantee() -> None:
    """A point value promises nothing, and says how often a model below it passes."""
    text = said(make_requirement(rule="point"), planned=1000)
    assert "gives no guarantee" in text
    assert "1,000 independent samples a model whose true rate is 89 %" in text
    assert "about 16.9 %" in text
    assert "at most 5 %" not in text


def test_point_without_samples() -> None:
    """Without a sample no chance is computed."""
    assert "one point too low" not in said(make_requirement(rule="point"), planned=0)


def test_points_with_different_lines() -> None:
    """Several point values are named, without a chance that would belong to one of them."""
    text = said(make_requirement(rule="point"), make_requirement(id="b", rule="point", line=Decimal("0.95")))
    assert "90 % or 95 %" in text
    assert "one point too low" not in text


@pytest.mark.parametrize(("n", "bound"), [(59, "4.96"), (299, "1.00"), (2995, "0.10")])
def test_zero(n: int, bound: str) -> None:
    """Zero tolerance states what no violation in n bounds, conditionally, and that it is not zero risk."""
    text = said(make_requirement(rule="zero", measure="violations", line=Decimal(1)), planned=n)
    assert f"Even no violation at all in {n:,} questions only bounds the rate on such questions at {bound}" in text
    assert "not zero risk" in text


def test_zero_unasked() -> None:
    """A red line that nobody asked about shows nothing."""
    assert "nothing is shown" in said(make_requirement(rule="zero"), planned=0)


def test_unverified_line() -> None:
    """A line whose source was not opened carries the word wherever its rule is stated."""
    assert "90 % (unverified)" in said(make_requirement(status="unverified"))
    assert "90 % (unverified)" in said(make_requirement(rule="point", status="unverified"))


def test_nothing_required() -> None:
    """Without requirements there is no rule to state."""
    assert rules.sentences((), (), "zh") == ()


def test_evidence() -> None:
    """Evidence promises both errors whenever one looked, and says what its rate is a rate of."""
    text = said(sequential())
    assert (
        "A model whose true rate is below 90 % would have been passed with probability at most 5 %, however often the "
        "evidence was looked at."
    ).lower() in text.lower()
    assert "truly reaches its line would have been failed with probability at most 5 %" in text
    assert "The true rate is the expected pass rate over this bank, fresh call each." in text


def test_evidence_on_several_lines() -> None:
    """Sequential requirements share a sentence with their lines and largest errors; claims that differ are all named."""
    other = sequential(id="b", line=Decimal("0.95"), alpha=Decimal("0.01"), beta=Decimal("0.1"), claim="full_run")
    text = said(sequential(), other)
    assert text.count("Evidence:") == 1
    assert (
        "below its line of 90 % or 95 % would have been passed by such a requirement with probability at most 5 %"
        in text
    )
    assert "failed with probability at most 10 %" in text
    assert "fresh call each; or the score that a complete run of this bank would give, as its finding says." in text


CLAIMS = [
    ({}, "the expected pass rate over this bank, fresh call each"),
    ({"measure": "points"}, "the expected score over this bank, fresh call each"),
    ({"measure": "refusal"}, "the expected rate over this bank"),
    (
        {"mix": Mix(by="lang", parts={"zh": 3, "en": 1})},
        "over this bank in the declared mix (zh 3, en 1), fresh call each",
    ),
    ({"claim": "full_run"}, "the score that a complete run of this bank would give"),
    ({"claim": "full_run", "epochs": 3}, "a complete run of this bank, every item 3 times, would give"),
    ({"claim": "domain"}, "the pass rate on new templates of this kind"),
    ({"unit": "set"}, "a set of variants passes when every one of them does"),
]


@pytest.mark.parametrize(("changes", "words"), CLAIMS)
def test_claim(changes: dict[str, Any], words: str) -> None:
    """What the rate is a rate of follows from the claim, the measure, the epochs, the mix and the unit."""
    assert words in said(sequential(**changes))


def test_audited() -> None:
    """An audit says who reads what, and that nothing is assumed about the judge."""
    text = said(sequential(grading="audited", audit_rate=Decimal("0.25")), sequential(id="b"))
    assert "reads what it passes with probability 25 %" in text
    assert "nothing is assumed about the judge" in text
    assert "CONDITIONAL" not in text


def test_calibrated_is_a_kind_of_its_own() -> None:
    """A calibrated judge's assumption is said, and that it earns CONDITIONAL at most, apart from what promises PASS."""
    text = said(sequential(), sequential(id="b", grading="calibrated"), sequential(id="c", grading="calibrated"))
    assert text.count("Evidence:") == 2
    assert "would have got CONDITIONAL from such a requirement with probability at most 5 %" in text
    assert "which nothing proves, so the result is CONDITIONAL at most" in text


def test_evidence_with_a_floor() -> None:
    """A floor has its own promise, and FAIL is held to it, for those that have one."""
    with_floor = sequential(floor=Decimal("0.8"))
    assert "One below the floor of 80 % would have got even CONDITIONAL with probability at most 5 %" in said(
        with_floor
    )
    assert "truly reaches its floor would have been failed" in said(with_floor)
    assert "its line, or its floor where there is one, would" in said(with_floor, sequential(id="b"))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_evidence_in_both_languages(lang: Lang) -> None:
    """Both languages name the line, both errors and the claim."""
    text = rules.one(sequential(), 50, lang).replace("\u00a0", " ")
    assert text.count("5 %") == 2
    assert "90 %" in text
    assert ("期望达标率" if lang == "zh" else "expected pass rate") in text


@pytest.mark.parametrize(
    ("rate", "shown"),
    [("0.05", "5 %"), ("0.0125", "1.25 %"), (Decimal("0.05") / 6, "0.834 %"), (Decimal(1) / 3, "33.4 %")],
)
def test_error(rate: str | Decimal, shown: str) -> None:
    """A short error rate is exact, a long one rounded up."""
    assert rules.error(Decimal(rate)).replace("\u00a0", " ") == shown


# Computed with scipy.stats.binom.sf(k - 1, n, p), n and k as given, and published for the fixed rule of 1,000 items.
TAILS = [
    ("0.89", "0.90", 1000, "0.169"),
    ("0.90", "0.90", 1000, "0.527"),
    ("0.95", "0.95", 300, "0.568"),
    ("0.94", "0.95", 300, "0.279"),
]


@pytest.mark.parametrize(("true", "line", "n", "chance"), TAILS)
def test_chance(true: str, line: str, n: int, chance: str) -> None:
    """The chance to pass a point value equals the binomial tail."""
    assert abs(rules.chance_to_pass(Decimal(true), Decimal(line), n) - Decimal(chance)) < Decimal("0.001")


def test_chance_of_one() -> None:
    """One outcome passes with its own rate."""
    assert rules.chance_to_pass(Decimal("0.5"), Decimal("0.9"), 1) == Decimal("0.5")
