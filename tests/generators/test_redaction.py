"""Letters, masked again by patterns of the tests' own for each thing on the list."""

from __future__ import annotations

import re
from datetime import date

import pytest

from evalcenter.records import Lang
from tests.generators.reading import LANGS, draw, marks, text

FOUND = {
    "zh": {
        "来信人姓名": r"(?<=我叫)\S+?(?=，)|(?<=本人)\S+?(?=\()|(?<=此致　)\S+|(?<=写信人：)\S+",
        "公民身份号码": r"\d{18}",
        "手机号码": r"(?<!\d)\d{11}(?!\d)",
        "电子邮箱": r"[a-z]+\d+@\w+\.example",
        "银行账号": r"\d{4} \d{4} \d{4} \d{4}",
        "家庭住址": r"(?<=住在|住的)\w+\d+号\d幢\d{3}室",
        "车辆号牌": r"\w[A-Z]·[A-Z]\d{4}",
    },
    "en": {
        "the writer's name": r"(?<=My name is )\w+ \w+|(?<=I, )\w+ \w+|(?<=faithfully, )\w+ \w+|(?<=Signed: )\w+ \w+",
        "resident number": r"QQ\d{6}Z",
        "mobile number": r"07700 \d{6}",
        "e-mail address": r"\w+@\w+\.example",
        "bank account": r"0000 \d{4} \d{4}",
        "home address": r"\d{2} [A-Z]\w+ (?:Row|Street|Lane|Court)",
        "number plate": r"[A-Z]{2}\d [A-Z]\d{4}",
    },
}
MARK = {"zh": "[已遮盖]", "en": "[REDACTED]"}


def parts(words: str) -> tuple[list[str], str]:
    """The list of what is masked, and the letter."""
    listed = re.search(r"(?:清单：|what is masked:)\n((?:- .+\n?)+)", words)
    letter = re.search(r"(?s)(?:来信原文：|The letter:)\n(.+?)(?:\n\n|$)", words)
    assert listed, words
    assert letter, words
    return re.findall("- (.+)", listed[1]), letter[1]


def again(words: str, lang: Lang) -> tuple[str, list[str]]:
    """The masked letter, and what was taken out."""
    listed, letter = parts(words)
    taken = []
    for row in listed:
        pattern = next(pattern for name, pattern in FOUND[lang].items() if row.startswith(name))
        taken += re.findall(pattern, letter)
        letter = re.sub(pattern, MARK[lang], letter)
    return letter, taken


@pytest.mark.parametrize("lang", LANGS)
def test_the_masked_letter_follows_from_the_list(lang: Lang) -> None:
    """Masking by the list gives the good example; the letter as it stands meets no criterion of what is masked."""
    for number in range(400):
        item = draw("redaction", lang, number, {"unanswerable": "0"})
        masked, taken = again(text(item), lang)
        assert masked == item.examples.good[0].text
        assert len(taken) == 7, taken
        found = marks(item, parts(text(item))[1])
        masking = {name: state for name, state in found.items() if name.startswith("masked-")}
        assert len(masking) == 6
        assert set(masking.values()) == {"not_met"}
        assert {found["kept-facts"], found["kept-public"]} == {"met"}


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_left_of_an_identifier_is_seen(lang: Lang) -> None:
    """An identifier of which only the head or only the tail was taken out fails its criterion, and so does one in other spacing."""
    for number in range(60):
        item = draw("redaction", lang, number, {"unanswerable": "0"})
        masked, taken = again(text(item), lang)
        for value in taken:
            if not re.search(r"\d{4}$|\d{6}$|\dZ$", value):
                continue
            digits = value.replace(" ", "")
            head = (
                f"{value[:-4]}****" if len(re.findall("[0-9A-Z]", value)) > 7 else value
            )  # of a short plate two signs are left
            for left in (head, f"****{value[-4:]}", "-".join(digits), " ".join(digits)):
                found = marks(item, masked.replace(MARK[lang], left, 1))
                assert "not_met" in {state for name, state in found.items() if name.startswith("masked-")}, (
                    left,
                    found,
                )


@pytest.mark.parametrize(
    ("lang", "criterion", "whole", "left"),
    [
        ("zh", "masked-name", r"^(.).+$", r"\1某"),
        ("zh", "masked-name", r"^(.).+$", r"\1**"),
        ("zh", "masked-home", r"^\D+(.+)$", r"[已遮盖]\1"),
        ("en", "masked-home", r"^(\d+) .+$", r"\1 [REDACTED]"),
        ("zh", "masked-mail", r"^.+(@.+)$", r"[已遮盖]\1"),
        ("en", "masked-mail", r"^.+(@.+)$", r"[REDACTED]\1"),
    ],
)
def test_half_a_name_an_address_or_a_mailbox_is_left(lang: Lang, criterion: str, whole: str, left: str) -> None:
    """A surname with 某, a house number without its street and a domain without its mailbox are left of what must go."""
    kind = {"masked-name": r"^\D{3}$", "masked-home": r"幢|^\d+ [A-Z]", "masked-mail": "@"}[criterion]
    seen = 0
    for number in range(60):
        item = draw("redaction", lang, number, {"unanswerable": "0"})
        masked, taken = again(text(item), lang)
        if criterion not in marks(item, masked):
            continue
        assert marks(item, masked)[criterion] == "met"
        for value in (value for value in taken if re.search(kind, value)):
            seen += 1
            assert marks(item, masked.replace(MARK[lang], re.sub(whole, left, value), 1))[criterion] == "not_met"
    assert seen >= 20


@pytest.mark.parametrize("lang", LANGS)
def test_a_summary_loses_facts(lang: Lang) -> None:
    """A masked letter cut to its first half keeps too little."""
    for number in range(60):
        item = draw("redaction", lang, number, {"unanswerable": "0"})
        masked = item.examples.good[0].text
        found = marks(item, "\n".join(masked.split("\n")[:2]))
        assert "not_met" in {found["kept-facts"], found["kept-public"], found["marked"]}


@pytest.mark.parametrize("lang", LANGS)
def test_no_identifier_can_be_real(lang: Lang) -> None:
    """Resident numbers have no day of birth, numbers begin with what nobody assigns, mail ends in .example."""
    for number in range(200):
        _, taken = again(text(draw("redaction", lang, number, {"unanswerable": "0"})), lang)
        for value in taken:
            if re.fullmatch(r"\d{18}", value):
                assert value.startswith("0001")
                with pytest.raises(ValueError, match="month"):
                    date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
            elif value[0].isdigit() and not re.search("幢|[A-Z][a-z]", value):
                assert value.startswith(("0000 ", "129", "07700 900")), value


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_missing_is_not_in_the_question(lang: Lang) -> None:
    """Where letter or list is left out, the letter cannot be masked."""
    for number in range(200):
        with pytest.raises(AssertionError):
            parts(text(draw("redaction", lang, number, {"unanswerable": "1"})))
