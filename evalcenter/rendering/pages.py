"""One page to show: of a certificate, and of a declaration, which looks otherwise and says that it is no certificate.

Rules this module keeps:

* A page is made from what was signed and nothing else. It is a picture of it: the signed file counts, and the page says so.
* A certificate has a frame, its centre's name and a code that leads to its status. A declaration has neither, and says in its
  largest words what it is not.
* A demonstration says so at the head, across the page, and at the foot.
* Every text is hostile: escaped and made visible, as in a report. No script, no network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Literal

from evalcenter.blocks import Words, worded
from evalcenter.certificate import Certificate
from evalcenter.declaration import Declaration
from evalcenter.records import Lang, VerdictState
from evalcenter.rendering import pdf
from evalcenter.rendering.plaintext import visible
from evalcenter.sections.wording import SIMULATED, VERDICTS, clip, say

if TYPE_CHECKING:
    from jinja2 import Template

HERE: Final = "evalcenter.rendering"
LANGS: Final[tuple[Lang, ...]] = ("zh", "en")
LONGEST: Final = 70
"""Characters of a value, so that one page holds all of them; the signed file has the whole."""
REASON: Final = 160
"""The same of a reason, which says nothing without the line at its end."""
ROOMY: Final = 900
"""Characters that a printed page holds in letters of full size."""
MOST: Final = 3
"""Conditions that one page names; the report names all."""

Row = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What stands on one page, in the order in which it is read."""

    lang: Lang
    kind: str
    issuer: str
    title: str
    number: str
    marks: tuple[Row, ...]
    outcome: VerdictState
    sentence: str
    points: tuple[str, ...]
    rows: tuple[Row, ...]
    people: tuple[Row, ...]
    status: str | None
    notes: tuple[str, ...]
    digests: tuple[Row, ...]


def certificate(held: Certificate, document: str) -> Mapping[Lang, bytes]:
    """The page of a certificate whose signed statement has the digest `document`, in each language."""
    return {lang: _render(_certificate(held, document, lang)) for lang in LANGS}


def paper(held: Certificate, document: str) -> Mapping[Lang, bytes]:
    """The same as a PDF. Raises MissingExtra without the extra ``pdf`` or fonts, RunError where it fails the tagged-PDF check."""
    code = {"code": _code(held.status)} if held.status else {}
    return {
        lang: pdf.of_page(_html(_certificate(held, document, lang), "picture"), code, lang, f"{held.granted}T00:00:00Z")
        for lang in LANGS
    }


def declaration(said: Declaration, document: str, signer: str) -> Mapping[Lang, bytes]:
    """The page of a declaration signed by the key with the fingerprint `signer`, in each language."""
    return {lang: _render(_declaration(said, document, signer, lang)) for lang in LANGS}


# -- what stands there ------------------------------------------------------------------------------------------------


def _certificate(held: Certificate, document: str, lang: Lang) -> Page:
    said = held.evidence
    show = (
        (
            say(lang, "演示", "DEMONSTRATION"),
            say(
                lang,
                "本页仅用于演示流程：受测的是模拟对象，或签名密钥为一次性密钥。任何人不得据此作出判断。",
                "Made to show how it is done: a stand-in was tested, or the keys are throw-away ones. Nobody may rely on it.",
            ),
        ),
    )
    return Page(
        lang=lang,
        kind="certificate",
        issuer=_of(held.body.name, lang),
        title=say(lang, "上线前评测证书", "Certificate of test before launch"),
        number=held.id,
        marks=show * held.demonstration,
        outcome=said.verdict.outcome,
        sentence=_sentence(held, lang),
        points=_conditions(said, lang),
        rows=(
            *_candidate(said, lang),
            (say(lang, "委托方", "Client"), f"{_of(held.client.name, lang)}\n{_of(held.client.address, lang)}"),
            (say(lang, "认证范围", "Scope"), _of(held.scope, lang)),
            (say(lang, "颁发日期", "Granted"), held.granted),
            (say(lang, "有效期", "Valid"), f"{held.valid_from} – {held.valid_until} (UTC)"),
            (say(lang, "机构地址", "Address of the centre"), _of(held.body.address, lang)),
            (say(lang, "认可", "Accreditation"), _of(held.body.accreditation, lang)),
        ),
        people=(
            (say(lang, "评测人（已签名）", "Evaluated by (signed)"), _of(held.evaluated_by.name, lang)),
            (say(lang, "决定人（已签名）", "Decided by (signed)"), _of(held.decided_by.name, lang)),
        ),
        status=held.status,
        notes=(held.subject.of(lang), _counts(lang)),
        digests=(
            (say(lang, "签名文件摘要", "Digest of what was signed"), document),
            (say(lang, "受测对象描述符摘要", "Digest of the descriptor"), said.candidate.digest),
            *(((say(lang, "探针指纹", "Probe fingerprint"), held.fingerprint),) if held.fingerprint else ()),
        ),
    )


def _declaration(said: Declaration, document: str, signer: str, lang: Lang) -> Page:
    mark = say(
        lang,
        "这是密钥持有人对自己所做测试的声明，没有第三方决定，也没有登记。",
        "What whoever holds the key declares of a test of their own. No third party decided on it, and no register knows it.",
    )
    stand_in = ((SIMULATED.of(lang), say(lang, "受测的是模拟对象。", "A stand-in was tested.")),)
    return Page(
        lang=lang,
        kind="declaration",
        issuer=say(lang, "自测声明", "Declaration of a self-test"),
        title=say(lang, "不是证书", "NOT A CERTIFICATE"),
        number="",
        marks=((say(lang, "自测", "SELF-TEST"), mark), *(stand_in * said.simulated)),
        outcome=said.verdict.outcome,
        sentence=say(lang, "声明的结论。", "The verdict that is declared."),
        points=_conditions(said, lang),
        rows=_candidate(said, lang),
        people=((say(lang, "签名密钥", "Signed by the key"), signer),),
        status=None,
        notes=(_counts(lang),),
        digests=(
            (say(lang, "签名文件摘要", "Digest of what was signed"), document),
            (say(lang, "受测对象描述符摘要", "Digest of the descriptor"), said.candidate.digest),
        ),
    )


def _candidate(said: Declaration, lang: Lang) -> tuple[Row, ...]:
    one, none = said.candidate, say(lang, "未提供", "not supplied")
    rows = (
        (say(lang, "受测对象", "Candidate"), one.name),
        (say(lang, "模型与版本", "Model and version"), f"{one.model or none} · {one.version or none}"),
        (say(lang, "提供方", "Vendor"), one.vendor or none),
        (say(lang, "备案号", "Filing number"), one.filing_number or none),
        (say(lang, "标准", "Standard"), f"{said.standard.id} {said.standard.version}"),
        (say(lang, "题库", "Suites"), ", ".join(f"{suite.id} {suite.version}" for suite in said.suites)),
        (say(lang, "测试日期", "Tested"), " – ".join(dict.fromkeys((said.started[:10], said.finished[:10])))),
    )
    return tuple((name, clip(value, LONGEST, lang)) for name, value in rows)


def _sentence(held: Certificate, lang: Lang) -> str:
    standard = f"{held.evidence.standard.id} {held.evidence.standard.version}"
    conditional = held.evidence.verdict.outcome == "conditional"
    name = clip(held.evidence.candidate.name, 80, lang)
    return say(
        lang,
        f"兹证明 {name} 经测试，{'有条件地满足' if conditional else '满足'}标准 {standard} 的要求。",
        f"{name} was tested and {'meets conditionally' if conditional else 'meets'} the requirements of {standard}.",
    )


def _conditions(said: Declaration, lang: Lang) -> tuple[str, ...]:
    """What keeps a verdict from being a PASS: the first few, and how many more there are."""
    findings = [one for one in said.verdict.findings if one.verdict != "pass"]
    open_ = [f"{one.requirement}: {' '.join(reason.of(lang) for reason in one.reasons[:1])}" for one in findings]
    more = len(open_) - MOST
    rest = (say(lang, f"另有 {more} 项，见报告。", f"{more} more are in the report."),) if more > 0 else ()
    return (*(clip(words, REASON, lang) for words in open_[:MOST]), *rest)


def _counts(lang: Lang) -> str:
    return say(
        lang,
        "本页只是签名文件的图示，以签名文件为准：用 evalcenter verify 和从签名者另行取得的公钥核对。",
        "This page is a picture of a signed file, and the file counts: check it with evalcenter verify and with public keys that "
        "you have by another way from whoever signed.",
    )


def _of(words: Words, lang: Lang) -> str:
    return worded(words, lang) or ""


# -- how it looks -----------------------------------------------------------------------------------------------------


def _render(page: Page) -> bytes:
    return _html(page, "drawing").encode("utf-8")


def _html(page: Page, code: Literal["drawing", "picture"]) -> str:
    """The page with its code drawn into it, or named as a picture of its own."""
    from markupsafe import Markup, escape

    words = {
        "number": say(page.lang, "证书编号", "Certificate"),
        "verdict": say(page.lang, "结论", "Verdict"),
        "word": VERDICTS[page.outcome].of(page.lang),
        "status": say(page.lang, "扫码查询现状", "Scan for its present status"),
        "no_status": say(page.lang, "该机构未公布登记簿。", "The centre names no public register."),
    }
    # Our own files and our own drawing: the only markup that isn't in the template.
    sheets = ("palette.css", "pages.css", *(("pages-print.css",) if code == "picture" else ()))
    style = Markup("".join(map(_text, sheets)))  # noqa: S704
    drawn = None
    if page.status and code == "picture":
        named = escape(f"{words['status']}: {page.status}")
        drawn = Markup(f'<img src="{pdf.SCHEME}code" alt="{named}">')  # noqa: S704 (escaped)
    elif page.status:
        drawn = Markup(_code(page.status))  # noqa: S704
    return _template().render(page=page, words=words, style=style, code=drawn, dense=_dense(page))


def _dense(page: Page) -> bool:
    """Whether there is so much to say that a printed page needs small letters; a Chinese character takes the room of two."""
    said = [page.issuer, page.sentence, *page.points, *(value for _, value in (*page.rows, *page.people))]
    return sum(1 + (letter > "\u2e7f") for text in said for letter in text) > ROOMY


def _code(address: str) -> str:
    """The address as a QR code in SVG: one path, dark on light whatever the screen's colours are."""
    import segno

    return str(
        segno.make(address, error="m", micro=False).svg_inline(omitsize=True, border=4, dark="#000", light="#fff")
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    env = Environment(autoescape=True, undefined=StrictUndefined, finalize=_shown, trim_blocks=True, lstrip_blocks=True)
    return env.from_string(_text("pages.html.j2"))


def _shown(value: Any) -> Any:
    return value if hasattr(value, "__html__") else visible(str(value))


def _text(name: str) -> str:
    return files(HERE).joinpath(name).read_text(encoding="utf-8")
