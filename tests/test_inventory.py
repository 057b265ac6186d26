"""Suites and plans are counted and described as they are."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from evalcenter import inventory
from evalcenter.errors import RunError
from evalcenter.records import Criterion, Family, Message
from tests.factory import make_item, make_plan, make_requirement, make_standard
from tests.test_plan import suite

TWO = make_item(
    2,
    lang="en",
    expects="refuse",
    red_line=True,
    prompt=(Message(role="user", content="a"), Message(role="user", content="b")),
    criteria=(Criterion(id="a", text="a", check={"refusal": {}}), Criterion(id="b", text="b", check={"mentions": {}})),
)


def test_counts() -> None:
    """Items, criteria, graders, dialogues, red lines and families are counted."""
    family = Family(id="f", generator="counts", dimension="d", count=7)
    found = inventory.count(suite([make_item(1), TWO], family))
    assert (found["items"], found["criteria"], found["red_lines"], found["must_refuse"]) == (2, 3, 1, 1)
    assert found["by_grader"] == {"mentions": 1, "number": 1, "refusal": 1}
    assert (found["dialogues"], found["with_documents"], found["by_lang"]) == (1, 0, {"en": 1, "zh": 1})
    assert found["families"][0]["count"] == 7


def test_words_and_json_agree() -> None:
    """The text names the same numbers as the JSON."""
    found = [inventory.count(suite([make_item(1)], Family(id="f", generator="counts", dimension="d", count=7)))]
    assert json.loads(inventory.as_json(found)) == found
    assert "items 1, criteria 1, red lines 0" in inventory.as_text(found)
    assert "family f: 7 fresh items per language (zh+en), counts" in inventory.as_text(found)


@pytest.mark.parametrize(
    ("count", "changes", "words"),
    [
        (60, {}, "passes with at most 1 bad"),
        (29, {}, "passes with at most 0 bad"),
        (28, {}, "even without a failure 29 are needed"),
        (28, {"min_items": 100}, "too few: at least 100"),
        (28, {"rule": "point"}, "passes from 26 good"),
        (28, {"rule": "zero", "measure": "violations", "line": Decimal(1)}, "without a violation"),
    ],
)
def test_plan_says_what_it_takes(count: int, changes: dict[str, object], words: str) -> None:
    """Before anything is asked the plan says how many may fail, or that it can't be passed."""
    standard = make_standard(make_requirement(**changes))
    assert words in inventory.plan_text(make_plan([make_item(n) for n in range(count)], standard=standard))


def test_schemas_take_the_short_forms() -> None:
    """The schema of items lets a prompt be text, as the reader does."""
    made = json.loads(inventory.schema_text("items", list[type(TWO)]))
    assert {"type": "string"} in made["$defs"]["Item"]["properties"]["prompt"]["anyOf"]


def test_schemas_need_a_place() -> None:
    """A folder that can't be made is an error with its place."""
    with pytest.raises(RunError, match="can't write here"):
        inventory.write_schemas(Path("/proc/none"))
