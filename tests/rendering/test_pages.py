"""The page of a certificate shows what was signed; that of a declaration can't be taken for one."""

import io
import re
from dataclasses import replace

import pytest

from evalcenter import grants
from evalcenter.certificate import Certificate
from evalcenter.declaration import Declaration
from evalcenter.grants import Party
from evalcenter.records import Lang, Text
from evalcenter.rendering import pages
from tests.centre import ID, place

DOCUMENT = "sha256:" + "d" * 64
LONG = "a name that somebody may well have given " * 20
HOSTILE = "<script>alert(1)</script>\u202e\x1b[2J&\"'"


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate as it was signed."""
    here = place(tmp_path_factory.mktemp("page"))
    here.evaluate()
    return here.held()


def shown(held: Certificate, lang: Lang = "en") -> str:
    return pages.certificate(held, DOCUMENT)[lang].decode("utf-8")


def declared(said: Declaration, lang: Lang = "en") -> str:
    return pages.declaration(said, DOCUMENT, "sha256:key")[lang].decode("utf-8")


def words(page: str) -> str:
    return re.sub(r"<[^>]*>", " ", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL))


@pytest.mark.parametrize(
    "said",
    [
        *(ID, "PASS", "Invented Centre", "1 Example Road", "Vendor Ltd", "2 Vendor Road", "Answers on medication"),
        *(
            "A. Example",
            "B. Example",
            "2098-12-31",
            "not issued under accreditation",
            "example 1",
            DOCUMENT,
            "Weights behind",
        ),
    ],
)
def test_the_page_shows_what_was_signed(held: Certificate, said: str) -> None:
    """Every field of 7.7.1, who evaluated and who decided, and the digest of the signed file."""
    assert said in words(shown(held))


@pytest.mark.parametrize(
    "said", ["上线前评测证书", "通过", "某评测中心（虚构）", "张一", "李二", "非认可范围内出具", "用药问答"]
)
def test_the_page_is_in_chinese_too(held: Certificate, said: str) -> None:
    """The Chinese page says the same."""
    assert said in words(shown(held, "zh"))


def test_the_code_leads_to_the_status(held: Certificate) -> None:
    """The QR code is a drawing in the page, dark on light, and its address stands below it."""
    page = shown(held)
    assert held.status == f"https://register.example/status?id={ID}"
    assert page.count(f'href="{held.status}"') == 2
    assert '<path fill="#fff"' in page


def test_the_code_is_that_of_the_address(held: Certificate) -> None:
    """Another address is another code."""
    other = replace(held, status=f"https://register.example/other/{ID}")
    drawn = [re.findall(r'<path class="qrline" stroke="#000" d="([^"]+)"', shown(one)) for one in (held, other)]
    assert len(drawn[0]) == len(drawn[1]) == 1
    assert drawn[0] != drawn[1]


def test_without_a_register_there_is_no_code(held: Certificate) -> None:
    """A centre that names no register has no code, and the page says why."""
    page = shown(replace(held, status=None))
    assert "<svg" not in page
    assert "names no public register" in page


@pytest.mark.parametrize(("lang", "mark"), [("en", "DEMONSTRATION"), ("zh", "演示")])
def test_a_demonstration_says_so_three_times(held: Certificate, lang: Lang, mark: str) -> None:
    """At the head, at the foot and across the page, and in the title; another certificate doesn't say it at all."""
    page = shown(replace(held, demonstration=True), lang)
    assert words(page).count(mark) >= 4
    assert f"<title>{mark}" in page
    assert mark not in words(shown(held, lang))


@pytest.mark.parametrize(("lang", "mark"), [("en", "NOT A CERTIFICATE"), ("zh", "不是证书")])
def test_a_declaration_is_no_certificate(held: Certificate, lang: Lang, mark: str) -> None:
    """Its heading is what it is not; it has no code, no centre, no frame of a certificate."""
    page = declared(held.evidence, lang)
    assert f"<h1>{mark}</h1>" in page
    assert "<svg" not in page
    assert 'class="certificate' not in page
    assert "Centre" not in words(page)


def test_a_reason_keeps_its_line(held: Certificate) -> None:
    """The line that an open requirement was held to is on the page, not behind a cut that is longer than what it hides."""
    said = "The cap of 300 units is spent and nothing can be decided: bounds 83.36 % to 94.99 %, line 90 %."
    finding = replace(held.evidence.verdict.findings[0], verdict="inconclusive", reasons=(Text(zh=said, en=said),))
    verdict = replace(held.evidence.verdict, outcome="inconclusive", findings=(finding,))
    assert said in words(declared(replace(held.evidence, verdict=verdict)))


def test_a_simulated_declaration_says_so(held: Certificate) -> None:
    """A stand-in's declaration says SIMULATED."""
    assert "SIMULATED" in words(declared(replace(held.evidence, simulated=True)))


def test_conditions_are_named(held: Certificate) -> None:
    """What keeps a CONDITIONAL from being a PASS stands beside it, and how much more there is."""
    finding = replace(
        held.evidence.verdict.findings[0],
        verdict="conditional",
        reasons=(Text(zh="只达到最低线", en="only the floor"),),
    )
    verdict = replace(held.evidence.verdict, outcome="conditional", findings=(finding,) * 5)
    page = words(shown(replace(held, evidence=replace(held.evidence, verdict=verdict))))
    assert "meets conditionally" in page
    assert page.count("safety: only the floor") == 3
    assert "2 more are in the report" in page


def test_hostile_texts_stay_text(held: Certificate) -> None:
    """Markup is escaped and hidden characters are shown, wherever they were signed."""
    candidate = replace(held.evidence.candidate, name=HOSTILE, model=HOSTILE, vendor=HOSTILE, filing_number=HOSTILE)
    bad = replace(
        held,
        scope=HOSTILE,
        client=Party(name=HOSTILE, address=HOSTILE),
        body=replace(held.body, name=HOSTILE, address=HOSTILE, accreditation=HOSTILE),
        evaluated_by=replace(held.evaluated_by, name=HOSTILE),
        decided_by=replace(held.decided_by, name=HOSTILE),
        evidence=replace(held.evidence, candidate=candidate),
    )
    page = shown(bad)
    assert "<script" not in page
    assert not {"\u202e", "\x1b"} & set(page)
    assert "⟦U+202E⟧" in page


@pytest.mark.parametrize("sign", ["default-src 'none'", "style-src 'unsafe-inline'"])
def test_the_page_needs_nothing_else(held: Certificate, sign: str) -> None:
    """A policy in the page forbids scripts and the network."""
    assert sign in shown(held)
    assert "@import" not in shown(held)
    assert "url(" not in shown(held)


def test_the_same_certificate_gives_the_same_page(held: Certificate) -> None:
    """A page made again is the same to the byte."""
    assert pages.certificate(held, DOCUMENT) == pages.certificate(held, DOCUMENT)


# -- on paper ---------------------------------------------------------------------------------------------------------


def full(held: Certificate) -> Certificate:
    """Everything as long as it may be."""

    def text(most: int) -> Text:
        return Text(zh=("很长的名称与地址" * 99)[: most // 2], en=LONG[:most])

    said = held.evidence
    finding = replace(said.verdict.findings[0], verdict="conditional", reasons=(text(300),))
    candidate = replace(said.candidate, name=LONG, model=LONG, version=LONG, vendor=LONG, filing_number=LONG)
    verdict = replace(said.verdict, outcome="conditional", findings=(finding,) * 9)
    return replace(
        held,
        demonstration=True,
        scope=text(grants.SCOPE),
        client=Party(name=text(grants.LONGEST), address=text(grants.LONGEST)),
        body=replace(
            held.body, name=text(grants.LONGEST), address=text(grants.LONGEST), accreditation=text(grants.SCOPE)
        ),
        evaluated_by=replace(held.evaluated_by, name=text(grants.LONGEST)),
        decided_by=replace(held.decided_by, name=text(grants.LONGEST)),
        fingerprint=DOCUMENT,
        evidence=replace(said, candidate=candidate, verdict=verdict),
    )


@pytest.mark.parametrize("whole", [False, True])
def test_it_stands_on_one_sheet(held: Certificate, whole: bool) -> None:
    """A certificate is one sheet of paper, even with every text as long as it may be; and it passes the tagged-PDF check."""
    pikepdf = pytest.importorskip("pikepdf")
    pytest.importorskip("weasyprint")
    made = pages.paper(full(held) if whole else held, DOCUMENT)
    assert [len(pikepdf.open(io.BytesIO(raw)).pages) for raw in made.values()] == [1, 1]
