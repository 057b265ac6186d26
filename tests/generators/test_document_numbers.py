"""Document numbers, given out, checked and filed again from the printed rules."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from evalcenter.records import Lang
from tests.generators.clock import moment
from tests.generators.reading import LANGS, articles, cites, draw, filed, names, place, text

SHAPE = re.compile(r"([^\s〔〕：；，()]+?)(发|函)〔(\d+)〕(第?)(\d+)号|([A-Z]+)-([CL]) (\d+)/((?:No\.)?)(\d+)")


def codes(words: str) -> dict[str, str]:
    """Offices and kinds by their codes."""
    body = articles(words)[place("代字由|The code names", words)]
    pairs = re.findall(r"([\u4e00-\u9fff]+?)用“(\S+?)”", body) or [
        (name, code) for code, name in re.findall(r"([A-Z]+) for (?:the |a )([\w' ]+)", body)
    ]
    return {code: name for name, code in pairs}


def given(words: str) -> tuple[str, str]:
    """The next number and the date of the document."""
    record, known = filed(words), {name: code for code, name in codes(words).items()}
    office = re.search(
        r"(?:牵头机关|发文机关|lead office|(?<!joint )office)[：: ]*([\u4e00-\u9fff]+|[\w' ]+)", record, re.IGNORECASE
    )
    kind = re.search(r"(?:文种|kind)[：: ]*(通知|函|circular|letter)", record, re.IGNORECASE)
    assert office, words
    assert kind, words
    days = [moment(r"(?<!机关)签发日期|day of signature", record)]
    if re.search("联合机关|joint office", record, re.IGNORECASE):
        days.append(moment("联合机关签发日期|signature of the joint office", record))
    if re.search("会议通过日期|adopted by", record, re.IGNORECASE):
        days = [moment("会议通过日期|adopted by the meeting on", record)]
    day = max(days)
    code = known[office[1]] + ("" if kind[1] in {"通知", "函"} else "-") + known[kind[1]]
    series = f"{code}〔{day.year}〕" if kind[1] in {"通知", "函"} else f"{code} {day.year}"
    row = re.search(rf"(?m)^- {re.escape(series)}(?:：|: )(.+)$", words)
    assert row, words
    last = re.search(r"用到 (\d+)|up to (\d+)", row[1])
    used = set(range(1, int(last[1] or last[2]) + 1)) if last else set()
    for zh, en in re.findall(r"([\d、]+) 号(?:作废|预留)|(\d+(?: and \d+)?) (?:void|kept)", row[1]):
        used |= {int(n) for n in re.findall(r"\d+", zh or en)}
    serial = min(set(range(1, 200)) - used)
    made = f"{series}{serial}号" if "〔" in series else f"{series}/{serial}"
    return made, f"{day:%Y-%m-%d}"


def broken(words: str) -> list[tuple[str, int]]:
    """The numbers that break a rule, each with the article."""
    known, made = codes(words), []
    for shown, body in re.findall(r"([^\s；，：]+?号|[A-Z]+-[CL] [\w./]+)(?:：|:)? ?\(([^()]+)\)", filed(words)):
        found = SHAPE.fullmatch(shown)
        assert found, shown
        code, kind, year, mark, serial = (group for group in found.groups() if group is not None)
        day = moment("成文日期|dated", body)
        if known[code] not in body or not re.search(rf"[，] ?{known[kind]}，|a {known[kind]} dated", body):
            made.append((shown, place("代字由|The code names", words)))
        if len(year) != 4 or int(year) != day.year:
            made.append((shown, place("^年份写|^The year is", words)))
        if mark or serial.startswith("0"):
            made.append((shown, place("^序号按|^Serial numbers", words)))
    return made


def shelf(words: str, nth: int) -> str:
    """The document at a place of the file, taking the first of what is left again and again."""
    body, known = articles(words)[place("归档次序|are filed by year", words)], codes(words)

    def rank(*names: str) -> int:
        return min(body.find(name) if body.find(name) >= 0 else 10**6 for name in names)

    left = []
    for found in SHAPE.finditer(filed(words)):
        code, kind, year, _, serial = (group for group in found.groups() if group is not None)
        which = rank(f"{known[code]}在前", code + " before")
        sort = rank(f"{known[kind]}在前", known[kind] + "s before")
        left.append(((int(year), which, sort, int(serial)), found[0]))
    for _ in range(nth - 1):
        left.remove(min(left))
    return min(left)[1]


@pytest.mark.parametrize("lang", LANGS)
def test_number_date_fault_and_place_follow_from_the_rules(lang: Lang) -> None:
    """The printed rules give the next number with its date, the one broken number with its article, and the place in the file."""
    seen: Counter[str] = Counter()
    turn = 0
    for number in range(400):
        item = draw("document_numbers", lang, number, {"unanswerable": "0"})
        words, name = text(item), item.criteria[0].id
        seen[name] += 1
        if name == "which":
            ((shown, at),) = broken(words)
            assert item.options[item.criteria[0].check["choice"]["key"][0]] == shown, words
            assert cites(item, at), words
            continue
        if name == "number":
            made, day = given(words)
            assert item.criteria[1].check == {"number": {"date": day}}, words
            turn += day[5:] >= "12-2" or day[5:] <= "01-05"
        else:
            nth = re.search(r"第 (\d) 份|document is number (\d)", words)
            assert nth
            made = shelf(words, int(nth[1] or nth[2]))
        assert names(item, 0, made), words
    assert min(seen[name] for name in ("which", "number", "place")) >= 90
    assert turn >= 45


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_missing_cannot_be_read(lang: Lang) -> None:
    """Where a date, the kind, the register or the order is left out, nothing can be found."""
    for number in range(200):
        words = text(draw("document_numbers", lang, number, {"unanswerable": "1"}))
        with pytest.raises(AssertionError):
            shelf(words, 2) if re.search("按归档次序从头|counted from the front", words) else given(words)
