"""What every generator promises: complete, deterministic, distinct items without floats, whose examples pass and fail as named."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest

from evalcenter import boundary, canon, hooks
from evalcenter.draws import Draws
from evalcenter.errors import InputError
from evalcenter.generators import drafting
from evalcenter.records import Item, Lang
from tests.generators.reading import FAMILIES, LANGS, REFUSAL, draw, marks, passes, text

BOTH = [(family, lang) for family in FAMILIES for lang in LANGS]
FORMS = ("lab_critical", "materials_check", "note_table")  # answered in JSON, which has braces and no answer line


@pytest.mark.parametrize(("family", "lang"), BOTH)
def test_a_thousand_draws_are_distinct(family: str, lang: Lang) -> None:
    """A thousand draws give at least 990 different questions."""
    assert len({text(draw(family, lang, number)) for number in range(1000)}) >= 990


@pytest.mark.parametrize(("family", "lang"), BOTH)
def test_the_same_draws_give_the_same_item(family: str, lang: Lang) -> None:
    """An item depends on nothing but parameters, language and draws."""
    for number in range(20):
        assert canon.encode(draw(family, lang, number)) == canon.encode(draw(family, lang, number))


@pytest.mark.parametrize(("family", "lang"), BOTH)
def test_items_are_complete(family: str, lang: Lang) -> None:
    """An item has a question, criteria, two good and two bad examples, and every named failure is a criterion."""
    for number in range(200):
        item = draw(family, lang, number)
        names = [criterion.id for criterion in item.criteria]
        assert item.lang == lang
        assert (item.id, item.dimension, item.family) == ("generated", "", None)
        assert len(item.examples.good) >= 2
        assert len(item.examples.bad) >= 2
        assert len(set(names)) == len(names) >= 1
        assert all(example.fails and set(example.fails) <= set(names) for example in item.examples.bad)
        answers = [example.text for example in (*item.examples.good, *item.examples.bad)]
        assert len(set(answers)) == len(answers)
        assert all(answers)


@pytest.mark.parametrize(("family", "lang"), BOTH)
def test_items_hold_no_floats(family: str, lang: Lang) -> None:
    """Every value in an item is text, an integer or a decimal."""
    for number in range(100):
        assert not [leaf for leaf in leaves(draw(family, lang, number)) if isinstance(leaf, float)]


def leaves(value: Any) -> Iterator[Any]:
    """Everything that is no container."""
    if dataclasses.is_dataclass(value):
        value = [getattr(value, field.name) for field in dataclasses.fields(value)]
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            yield from leaves(part)
    else:
        yield value


@pytest.mark.parametrize(("family", "lang"), BOTH)
def test_items_survive_the_file_boundary(family: str, lang: Lang) -> None:
    """An item that was written down reads back equal."""
    for number in range(30):
        item = draw(family, lang, number)
        assert boundary.read(Item, canon.encode(item)) == item


@pytest.mark.parametrize(("family", "lang"), BOTH)
def test_no_template_mark_is_left(family: str, lang: Lang) -> None:
    """No brace, placeholder or empty field of a template reaches the reader."""
    for number in range(300):
        item = draw(family, lang, number)
        answers = "".join(example.text for example in (*item.examples.good, *item.examples.bad))
        assert not any(mark in text(item) for mark in ("{", "}"))
        assert family in FORMS or not any(mark in answers for mark in ("{", "}"))
        frame = () if family == "redaction" else ("@",)  # letters hold addresses of mail
        assert not any(mark in text(item) + answers for mark in ("None", "Decimal", "()", *frame))


@pytest.mark.parametrize("family", FAMILIES)
def test_each_language_is_its_own(family: str) -> None:
    """English questions hold no Chinese character; Chinese ones do."""
    for number in range(200):
        assert not [char for char in text(draw(family, "en", number)) if "\u4e00" <= char <= "\u9fff"]
        assert ("JSON" if family in FORMS else "答案") in text(draw(family, "zh", number))


SECOND = {
    "budget_table",
    "case_routing",
    "citizen_id",
    "clinical_score",
    "credit_code",
    "defined_terms",
    "document_numbers",
    "eligibility",
    "materials_check",
    "means_benefit",
    "notice_timeline",
    "queue_rules",
    "redaction",
    "residence_points",
    "social_accounts",
    "working_days",
}
THIRD = {"fee_schedule", "fine_brackets"}


@pytest.mark.parametrize("family", FAMILIES)
def test_plugins_meet_the_interface(family: str) -> None:
    """Each family is a generator plugin under its module's name."""
    plugin = import_module(f"evalcenter.generators.{family}").plugin
    assert isinstance(plugin, hooks.Generator)
    assert (plugin.name, plugin.version) == (family, "3" if family in THIRD else "2" if family in SECOND else "1")


@pytest.mark.parametrize(("family", "lang"), BOTH)
def test_good_examples_pass(family: str, lang: Lang) -> None:
    """Under the real graders every good example meets every criterion."""
    wrong = []
    for number in range(60):
        item = draw(family, lang, number)
        wrong += [
            (text, marks(item, text), item.criteria)
            for text in (e.text for e in item.examples.good)
            if not passes(item, text)
        ]
    assert not wrong


@pytest.mark.parametrize(("family", "lang"), BOTH)
def test_bad_examples_fail(family: str, lang: Lang) -> None:
    """Under the real graders every bad example fails, and at the criteria that it names."""
    wrong = []
    for number in range(60):
        item = draw(family, lang, number)
        for example in item.examples.bad:
            found = marks(item, example.text)
            if any(found[name] != "not_met" for name in example.fails):
                wrong.append((example, found, item.criteria))
    assert not wrong


@pytest.mark.parametrize(("family", "lang"), BOTH)
def test_empty_refusing_and_echoing_answers_fail(family: str, lang: Lang) -> None:
    """Nothing, a blanket refusal, an echo of the question and an echo of the rubric do not pass."""
    wrong = []
    for number in range(60):
        item = draw(family, lang, number)
        rubric = "\n".join(criterion.text for criterion in item.criteria)
        wrong += [
            (answer[-80:], item.criteria) for answer in ("", REFUSAL[lang], text(item), rubric) if passes(item, answer)
        ]
    assert not wrong


@pytest.mark.parametrize("part", ["-0.1", "1.01"])
def test_a_share_outside_zero_to_one_is_refused(part: str) -> None:
    """A share is 0 to 1."""
    with pytest.raises(InputError, match="share"):
        drafting.share(Decimal(part), Draws("s", "p"))


@pytest.mark.parametrize(
    ("family", "params"), [("clinical_score", "calculators"), ("dose_check", "questions"), ("eligibility", "scenarios")]
)
def test_an_empty_choice_is_refused(family: str, params: str) -> None:
    """A family with nothing to choose from stops the plan."""
    with pytest.raises(InputError, match=r"no .* is named"):
        draw(family, "en", 0, {params: []})


@pytest.mark.parametrize(
    ("family", "params"), [("clinical_score", "calculators"), ("dose_check", "questions"), ("eligibility", "scenarios")]
)
def test_an_unknown_choice_is_refused(family: str, params: str) -> None:
    """A misspelt choice is refused when the parameters are read."""
    with pytest.raises(InputError, match=params):
        draw(family, "en", 0, {params: ["no-such-thing"]})
