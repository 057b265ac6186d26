"""Numbers of official documents of an invented city, the rules by which they are made, and a register of those in use.

Rules this module keeps:

* A number is an office's code, a letter for the kind, the year and a serial. Years follow the date of the document, serials run by
  office and kind and begin anew each year.
* Every fault that a number can have is against one article.

It refuses to give out a number: `document_numbers.py` does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.charters import Charter
from evalcenter.generators.drafting import say
from evalcenter.records import Lang

KINDS: Final = {"zh": (("发", "通知"), ("函", "函")), "en": (("C", "circular"), ("L", "letter"))}
OFFICES: Final = {
    "zh": (("府办", "政府办公室"), ("服中", "政务服务中心"), ("建委", "城乡建设委员会")),
    "en": (("MO", "Mayor's Office"), ("SC", "Service Centre"), ("WD", "Works Department")),
}
FAULTS: Final = {"zero": "serial", "mark": "serial", "short": "year", "other": "year", "kind": "code"}
"""What may be wrong with a number, and the article that it breaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doc:
    """`office` and `kind` are places in the city's offices and in the kinds."""

    office: int
    kind: int
    year: int
    serial: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """The rules of one city: its two offices, and the order for filing (which office and which kind comes first)."""

    lang: Lang
    town: str
    offices: tuple[tuple[str, str], tuple[str, str]]
    first: tuple[int, int]


def style(lang: Lang, draws: Draws, town: str) -> Style:
    """Two offices of `town` with their codes."""
    sign = town[0] if lang == "zh" else "".join(word[0] for word in town.split()) + town[-1].upper()
    one, two = draws.sample(OFFICES[lang], 2)
    return Style(
        lang=lang,
        town=town,
        offices=((f"{sign}{one[0]}", one[1]), (f"{sign}{two[0]}", two[1])),
        first=(draws.below(2), draws.below(2)),
    )


def number(of: Style, doc: Doc, fault: str = "") -> str:
    """The number of a document, or the number with one fault."""
    kind = 1 - doc.kind if fault == "kind" else doc.kind
    year = f"{doc.year % 100}" if fault == "short" else f"{doc.year - 1}" if fault == "other" else f"{doc.year}"
    serial = f"{doc.serial:03d}" if fault == "zero" else f"{doc.serial}"
    code = f"{of.offices[doc.office][0]}{say(of.lang, '', '-')}{KINDS[of.lang][kind][0]}"
    if of.lang == "zh":
        return f"{code}〔{year}〕{'第' if fault == 'mark' else ''}{serial}号"
    return f"{code} {year}/{'No.' if fault == 'mark' else ''}{serial}"


def spellings(of: Style, doc: Doc) -> tuple[str, ...]:
    """Other usual ways to type the same number."""
    made = number(of, doc)
    if of.lang == "en":
        return (made.replace(" ", ""), made.replace(" ", "-"), made.replace(" ", "/"), made.replace(" ", ", "))
    return tuple(made.replace("〔", one).replace("〕", two) for one, two in ("[]", "()", "【】"))


def filing(of: Style, doc: Doc) -> tuple[int, int, int, int]:
    """Where a document stands in the file: by year, office, kind and serial."""
    return (doc.year, doc.office != of.first[0], doc.kind != of.first[1], doc.serial)


def charter(of: Style, draws: Draws, tail: str = "") -> Charter:
    """The city's rules on numbers, with `tail` below."""
    texts = (_zh if of.lang == "zh" else _en)(of)
    middle = draws.shuffled([name for name in texts if name != "scope"])
    title = say(of.lang, f"{of.town}公文编号规则", f"{of.town} Rules on Document Numbers")
    return Charter(lang=of.lang, title=title, order=("scope", *middle), texts=lambda _: texts, tail=tail)


def register(of: Style, rows: Sequence[tuple[Doc, Sequence[int], Sequence[int]]]) -> str:
    """The register: for each series the last serial in use (0 where there is none), those void and those kept for a purpose."""
    made = []
    for doc, void, kept in rows:
        code = number(of, doc).rpartition(say(of.lang, "〕", "/"))[0] + say(of.lang, "〕", "")
        notes = [say(of.lang, f"已用到 {doc.serial} 号", f"used up to {doc.serial}")]
        if not doc.serial:
            notes = [say(of.lang, "本年还是空的", "none yet this year")]
        if void:
            notes.append(say(of.lang, f"{_listed(of.lang, void)} 号作废", f"{_listed(of.lang, void)} void"))
        if kept:
            listed = _listed(of.lang, kept)
            notes.append(say(of.lang, f"{listed} 号预留给年度报告", f"{listed} kept for the annual report"))
        made.append(f"- {code}{say(of.lang, '：', ': ')}{say(of.lang, '，', ', ').join(notes)}")
    return "\n".join([say(of.lang, "登记簿", "Register"), *made])


def _listed(lang: Lang, serials: Sequence[int]) -> str:
    return say(lang, "、", " and ").join(str(serial) for serial in serials)


def _zh(of: Style) -> Mapping[str, str]:
    codes = "，".join(f"{name}用“{code}”" for code, name in of.offices)
    kinds = "，".join(f"{name}用“{sign}”" for sign, name in KINDS["zh"])
    first = [of.offices[of.first[0]][1], of.offices[1 - of.first[0]][1]]
    sorts = [KINDS["zh"][of.first[1]][1], KINDS["zh"][1 - of.first[1]][1]]
    return {
        "scope": "公文编号依次由代字、年份、序号组成，如“甲乙发〔2020〕1号”。",
        "code": f"代字由机关代字和文种代字组成：{codes}；{kinds}。",
        "year": "年份写成文日期所在年的四位数，放在六角括号内。",
        "serial": "序号按机关和文种分别编，每年从 1 起按顺序编，不加前导零，不加“第”字。",
        "void": "作废的号不再使用；预留的号只给注明的文件用，其他文件编号时跳过。",
        "joint": "联合行文只编牵头机关的号。",
        "date": "成文日期是签发日期；联合行文的，是最后一个机关的签发日期；会议通过的，是通过日期。",
        "filing": f"归档次序：先按年份，再按机关({first[0]}在前，{first[1]}在后)，再按文种({sorts[0]}在前，{sorts[1]}在后)，"
        "最后按序号大小。",
    }


def _en(of: Style) -> Mapping[str, str]:
    codes = ", ".join(f"{code} for the {name}" for code, name in of.offices)
    kinds = ", ".join(f"{sign} for a {name}" for sign, name in KINDS["en"])
    first = [of.offices[of.first[0]][0], of.offices[1 - of.first[0]][0]]
    sorts = [KINDS["en"][of.first[1]][1], KINDS["en"][1 - of.first[1]][1]]
    return {
        "scope": "A document number consists of a code, the year and a serial number, as in XX-C 2020/1.",
        "code": f"The code names the office and the kind, with a hyphen between them: {codes}; {kinds}.",
        "year": "The year is that of the date of the document, in four digits.",
        "serial": "Serial numbers run by office and kind, start at 1 every year and follow one another. They have no leading "
        'zeros, and nothing such as "No." stands before them.',
        "void": "A void number stays unused. A number that is kept goes to the document it is kept for; all others skip it.",
        "joint": "A joint document has only the number of the office that leads.",
        "date": "The date of a document is the day on which it is signed; for a joint document, the day of the last signature; for "
        "a document adopted by a meeting, the day of adoption.",
        "filing": f"Documents are filed by year, then by office ({first[0]} before {first[1]}), then by kind ({sorts[0]}s before "
        f"{sorts[1]}s), then by the size of the serial number.",
    }
