"""What the families whose rule stands in the prompt share: parts, mistakes, and what is left out."""

from __future__ import annotations

import re
from decimal import Decimal
from importlib import import_module

import pytest

from evalcenter import canon
from evalcenter.draws import Draws
from evalcenter.errors import InputError
from evalcenter.generators.notices import article_part
from evalcenter.generators.problems import Family, Params, number_part
from evalcenter.records import Lang
from tests.generators.reading import LANGS, draw, text
from tests.generators.test_families import marks

PROBLEMS = (
    "budget_table",
    "care_dates",
    "case_routing",
    "citizen_id",
    "credit_code",
    "defined_terms",
    "document_numbers",
    "eligibility",
    "fee_schedule",
    "fine_brackets",
    "infusion_rate",
    "insulin_dose",
    "interaction_table",
    "level_timing",
    "means_benefit",
    "notice_timeline",
    "opioid_equivalence",
    "paediatric_dose",
    "queue_rules",
    "redaction",
    "residence_points",
    "social_accounts",
    "steroid_equivalence",
    "triage_rule",
    "unit_conversion",
    "working_days",
)
BOTH = [(family, lang) for family in PROBLEMS for lang in LANGS]
FORMS = ("lab_critical", "materials_check", "note_table")
VECTORS = {
    "budget_table": "sha256:893b8cf80909945cf7b5f3d17396b98b72746cf40701f17ebee3f11c8b080a2d",
    "care_dates": "sha256:ef1fca32eba368652d4aea0b7d656e570561245eca90fe1f31f971d32b5fdd6e",
    "case_routing": "sha256:9f0e201011d11a88288df548afe9e767c06cf3c8b4d67541599416d7e2a2672a",
    "citizen_id": "sha256:0660387186505cb0cbe2111af359b347259c75a84f85a387ba030b8609063a8c",
    "credit_code": "sha256:9988eb6a9b5e08f3f44978b67dcd2c3f770365d5193b93c6bd137352ddb8fb0f",
    "defined_terms": "sha256:6fb8a8b02cea39b7bf41f4504bf0ebb599b8e5438e0333ed9b883430ed1182f8",
    "document_numbers": "sha256:64e44ad363e42aac09dac2a70db5400ebc199940aafff8c13d7417fc97c5330a",
    "eligibility": "sha256:7c14c397959bbbcbee7449b8e2596aed424155a46e5134d8867e9f4ad9610b3f",
    "fee_schedule": "sha256:2fb5d4831685235ec7b8685ecf082f992817b94147d83d65bbcedc8c4ae2e63c",
    "fine_brackets": "sha256:6d4149b82bb1753bed63c518b7deb42574c3459d913d324f35ac265f310c56eb",
    "infusion_rate": "sha256:93ac9dc4372b901c1f0d7d0df7f20a3c6309c9ddde2509292f7833049db9a8d6",
    "insulin_dose": "sha256:0aa5dd26b40b2176f5852ba77f08ef7c77b63b3e1864bcb2532768fd43f4dc8b",
    "interaction_table": "sha256:e6a59e895be4cbf369791aa862b832a39134695fb00fe4fabde31efddeb96a4a",
    "lab_critical": "sha256:c7430e05194a0a34b216c0b16c5f4664c5c82732eb1d09c12460393104a4473d",
    "level_timing": "sha256:fb840d54e6fb2a42d6cd7dadce4f7e68b69c15785c953fb9747023f6db363243",
    "materials_check": "sha256:a097a63a7b41504214ee3ef3c169b5fdcc0972dcd9ab465ba37b01711fcb9732",
    "means_benefit": "sha256:01596172356c7e4c486b3a132d1ba45a9c056f1645dfc492650186cea36327cf",
    "note_table": "sha256:cdf9bf2b64da9ed9290b8e51d8cdfe16f13df6905f40c5fe305efdb6116d07fe",
    "notice_timeline": "sha256:26a026dc3d5e25a3a618d81469deadef63553b3b294504cc04cd67552cf8d456",
    "opioid_equivalence": "sha256:d9711c64ccc8efefd3435eb1d802079670033405aef3ad284e69cd17db45399a",
    "paediatric_dose": "sha256:6d9851b7717fccb791f068e0b5dcc84667365aa46fa350be95310c954a96f0d8",
    "queue_rules": "sha256:008e9678ff7f93695094467988ba34b43624ae0407e54237f3b6d27e8b529d4d",
    "redaction": "sha256:7ff6d3df5fd3c0167556bdfe611207501494447e8f0ce30b7f508a7e3ff93640",
    "residence_points": "sha256:0e78c3921a6789202f0bc3de854862291fab20269c06495cb411a4aa3192e5ee",
    "social_accounts": "sha256:c18ed819d894b480ba23c6f4e4da7b28362ee5ef20e212980ba5fc94703c9fdb",
    "steroid_equivalence": "sha256:dd257631fad858bf8a026e57efd5c13ae84f020e8df2f315d134b942fadf234b",
    "triage_rule": "sha256:9d10f8880b13282a6756c89e489fa7160fcea157f102e2fd238e369c7ab71a97",
    "unit_conversion": "sha256:d687332490b2bb5e1b8393fe0b546d57626709dda6984399d244c43866e3cbb4",
    "working_days": "sha256:8439c469e3b0f37002ddcbe243101b303f6b07fb8829be0cf5607663862d5284",
}


CITED = (
    ("zh", 3, "《某市 2030 年办法》第三条", True),
    ("zh", 3, "3", True),
    ("zh", 3, "第三条第一款", True),
    ("zh", 3, "**第 3 条**(第五条不适用)", True),
    ("zh", 3, "第三条、第五条", False),
    ("zh", 3, "第五条、第三条", False),
    ("zh", 3, "第三条或者第五条", False),
    ("zh", 3, "第一条至第十条", False),
    ("zh", 3, "第十三条", False),
    ("en", 4, "the Charter of 2030, Article 4", True),
    ("en", 4, "4", True),
    ("en", 4, "**Art. 4** (Article 6 gives way)", True),
    ("en", 4, "Article 4 - 41 square metres are more than 40", True),
    ("en", 4, "Articles 4 and 6", False),
    ("en", 4, "Articles 2, 4", False),
    ("en", 4, "Article 4 or Article 6", False),
    ("en", 4, "4, 5, 6", False),
    ("en", 4, "Article 14", False),
)


def part(exact: str, *mistakes: str, places: int = 1, tolerance: str = "0.1") -> object:
    """A number's part in mL/h."""
    slips = [(f"slip {mistake}", Decimal(mistake)) for mistake in mistakes]
    return number_part("en", Decimal(exact), "mL/h", slips, places=places, tolerance=Decimal(tolerance))


@pytest.mark.parametrize(("family", "lang"), BOTH)
def test_a_bad_example_fails_only_what_it_names(family: str, lang: Lang) -> None:
    """Under the real graders a bad example meets every criterion that it does not name."""
    for number in range(40):
        item = draw(family, lang, number)
        for example in item.examples.bad:
            unmet = {name for name, state in marks(item, example.text).items() if state != "met"}
            assert unmet == set(example.fails), (example, item.criteria)


@pytest.mark.parametrize(("family", "lang"), BOTH)
def test_the_share_of_items_without_an_answer_is_kept(family: str, lang: Lang) -> None:
    """About a tenth of the items lacks a needed value, and the question is worded like the others."""
    items = [draw(family, lang, number) for number in range(400)]
    lacking = [item for item in items if item.criteria[0].id == "names-missing"]
    assert 20 <= len(lacking) <= 64
    none = "无法确定" if lang == "zh" else "cannot be determined"
    assert all(none in text(item) for item in items)


@pytest.mark.parametrize(("family", "lang"), BOTH)
def test_usual_ways_to_name_what_is_missing_are_read(family: str, lang: Lang) -> None:
    """What is missing may be said before or behind its name, in several wordings, and with the answer line in bold."""
    for number in range(20):
        item = draw(family, lang, number, {"unanswerable": "1"})
        first, line = item.examples.good[0].text.split("\n")
        if lang == "zh":
            name = first.removeprefix("缺少").partition("，")[0]
            said = (f"资料中未注明{name}。\n**{line}**", f"题目没有提供{name}。\n{line}", f"{line}（缺少{name}）")
        else:
            name = first.removeprefix("The ").partition(" is missing")[0]
            said = (
                f"The {name} is not specified.\n**{line}**",
                f"Without the {name} this cannot be worked out.\n{line}",
                f"{line} (missing: {name})",
            )
        for answer in said:
            assert set(marks(item, answer).values()) == {"met"}, (answer, item.criteria)


@pytest.mark.parametrize("lang", LANGS)
def test_usual_ways_to_write_a_number_are_read(lang: Lang) -> None:
    """Working before the answer line, a spelled unit, bold print and a word of caution behind it make no difference."""
    for number in range(60):
        item = draw("infusion_rate", lang, number, {"unanswerable": "0"})
        value = item.examples.good[0].text.split("：" if lang == "zh" else ": ")[1]
        figure, unit = value.split(" ")
        if lang == "zh":
            spelled = {"mL/h": "毫升/小时", "滴/分": "滴/分钟"}.get(unit, unit)
            said = (f"先算：3 × 4 = 12。\n答案：{figure}{spelled}", f"**答案**：{value}\n请由药师复核。")
        else:
            spelled = {"mL/h": "mL/hr", "drops/min": "drops per minute"}.get(unit, unit)
            said = (f"3 × 4 = 12\nAnswer: {figure} {spelled}", f"**Answer:** {value}\nPlease have it checked.")
        for answer in said:
            assert set(marks(item, answer).values()) == {"met"}, (answer, item.criteria)


def test_a_value_on_a_rounding_tie_is_not_asked() -> None:
    """Where honest roundings would differ, there is no part."""
    assert part("10.25", "20", "30") is None
    assert part("10.21", "20", "30") is not None


def test_two_mistakes_must_stand_out() -> None:
    """A mistake within twice the tolerance, or one that gives the same value as another, does not count."""
    assert part("10.21", "10.3", "30") is None
    assert part("10.21", "30", "30.01") is None
    assert part("10.21", "-5", "30") is None


def test_the_number_of_decimals_is_never_the_answer() -> None:
    """A value beside the number of decimals that the question names is not asked."""
    assert part("1.02", "20", "30") is None


def test_a_family_that_finds_nothing_says_so() -> None:
    """A family whose draws are all refused stops the plan instead of looping."""
    with pytest.raises(InputError, match="no usable question"):
        Family("idle", lambda _lang, _draws: None).make(Params(), "en", Draws("s", "p"))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("family", [*PROBLEMS, *FORMS])
def test_a_family_makes_a_thousand_distinct_items(family: str, lang: Lang) -> None:
    """At most 1,010 draws give 1,000 different questions."""
    assert len({text(draw(family, lang, number)) for number in range(1010)}) >= 1000


@pytest.mark.parametrize("family", [*PROBLEMS, *FORMS])
def test_a_share_outside_zero_to_one_is_refused(family: str) -> None:
    """The share of unanswerable items is 0 to 1."""
    plugin = import_module(f"evalcenter.generators.{family}").plugin
    with pytest.raises(InputError, match="share"):
        plugin.make(Params(unanswerable=Decimal("1.5")), "en", Draws("s", "p"))


@pytest.mark.parametrize("family", list(VECTORS))
def test_the_first_item_is_fixed(family: str) -> None:
    """An item of one version never changes: its digest is a test vector."""
    assert canon.digest(draw(family, "zh", 0)) == VECTORS[family]


@pytest.mark.parametrize(("lang", "right", "said", "met"), CITED)
def test_a_line_cites_one_article_and_no_list(lang: Lang, right: int, said: str, met: bool) -> None:
    """An article is cited in words or digits, with its title or a remark; a list of articles cites none of them."""
    cited = article_part(lang, ("Line", "", ""), right, [("", 1), ("", 2)])
    assert (re.fullmatch(cited.check["format"]["pattern"], f"So it is.\nLine: {said}\nThat is all.") is not None) is met
