"""The report as a PDF: real text in embedded fonts, bookmarks, tags, running heads; the same report gives the same bytes.

Rules this module keeps:

* The page is the HTML report's, with a style sheet for paper. Nothing is fetched: a picture is one of our own drawings
  or the centre's logo, and any other address ends the rendering.
* Every character is drawn. One that no font on the machine has is shown by its code point; where whole letters of Chinese or
  English are missing, nothing is written and the error says what to install.
* What is made passes the tagged-PDF check, or nothing is written.
* Dates are the report's own; no name of a machine or of a person's account gets in.

WeasyPrint and pikepdf are the extra ``pdf``; they are imported when a PDF is made.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from html import escape
from importlib import import_module
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

from evalcenter import __version__, logos
from evalcenter.blocks import Interval, Report, Table, Trace
from evalcenter.errors import MissingExtra
from evalcenter.records import Lang
from evalcenter.rendering import chart, html, icons, path_chart, structure, tagged
from evalcenter.rendering.plaintext import visible
from evalcenter.sections.wording import odds

if TYPE_CHECKING:
    from markupsafe import Markup

SCHEME: Final = "evalcenter:"
FAMILY: Final = "'Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
LETTERS: Final = re.compile("[\u0021-\u007e\u00a1-\u00ff\u2010-\u2027\u3001-\u3011\u4e00-\u9fff\uff01-\uff5e]")
"""Letters and marks that Chinese and English are written in: a machine without them can't set a report."""
LONG: Final = re.compile(r"((?:&[#a-z0-9]+;|[^\s<>&\u2e80-\u9fff\uff00-\uffef]){24})(?=(?:&[#a-z0-9]+;|[^\s<>&]){8})")
"""A piece of a word so long that WeasyPrint would look for its end over and over."""
NAMED: Final = 12
WORDY: Final = 160
"""A cell wider than so many letters lets its table's columns be shared out."""
PAPER: Final = replace(chart.WIDE, name="paper", row=0.2, letters=46, beside=(3.25, 3.2))
"""Page one holds sixteen requirements beside everything else that it must say."""


def render(report: Report) -> bytes:
    """`report` as a PDF.

    Raises MissingExtra without the extra or without the fonts, RunError where what was made fails the tagged-PDF check.
    """
    _require()
    page, pictures = _page(report)
    absent = _absent(page + "".join(pictures.values()))
    if absent:
        page, pictures = _page(replace(report, title=visible(report.title).translate(absent)))
        page = page.translate(absent)
        pictures = {name: drawn.translate(absent) for name, drawn in pictures.items()}
    return _done(page, pictures, report.lang, report.issued)


def of_page(page: str, pictures: Mapping[str, str], lang: Lang, made: str) -> bytes:
    """A page of ours as a PDF, whose pictures are named ``evalcenter:NAME`` in it and given as SVG; `made` is its time.

    Raises as `render`.
    """
    _require()
    absent = _absent(page)
    return _done(page.translate(absent), pictures, lang, made)


def _done(page: str, pictures: Mapping[str, str], lang: Lang, made: str) -> bytes:
    raw, missing = _set(page, pictures, made)
    _refuse(missing)
    done = structure.mend(raw, language="zh-CN" if lang == "zh" else "en", creator=f"evalcenter {__version__}")
    tagged.must_pass(done)
    return done


def _require() -> None:
    for module in ("weasyprint", "pikepdf"):
        try:
            import_module(module)
        except (ImportError, OSError) as problem:  # WeasyPrint raises OSError where Pango's libraries are missing
            raise MissingExtra(
                f"a PDF needs {module}, which can't be loaded ({problem.__class__.__name__})",
                todo="pip install 'evalcenter[pdf]', and the system's Pango (on Debian libpango-1.0-0 and libpangoft2-1.0-0)",
            ) from None


# -- the page and its pictures ----------------------------------------------------------------------------------------


def _page(report: Report) -> tuple[str, dict[str, str]]:
    """The page as HTML, and every picture that it names as SVG."""
    from markupsafe import Markup

    colours = _colours()
    pictures = {f"icon-{tone}": icons.standing(tone, colours[tone]) for tone in icons.ICONS}

    def put(drawn: str, words: str) -> list[tuple[str, Markup]]:
        name = f"chart-{len(pictures)}"
        pictures[name] = _plain(drawn, colours)
        return [("paper", Markup(f'<img src="{SCHEME}{name}" alt="{escape(visible(words))}">'))]  # noqa: S704 (escaped)

    def charts(intervals: Sequence[Interval]) -> list[tuple[str, Markup]]:
        drawn = chart.draw([html.seen(interval) for interval in intervals], PAPER)
        return put(drawn, html.described(intervals, report.lang))

    def paths(trace: Trace) -> list[tuple[str, Markup]]:
        ends = (f"{curve.label}: {odds(Decimal(curve.values[-1]))}." for curve in trace.curves)
        return put(path_chart.draw(html.seen_trace(trace), path_chart.WIDE), f"{trace.said}. {' '.join(ends)}")

    paper = html.Paper(charts=charts, paths=paths, shares=_shares, style=html.text("print.css"))
    head, body, rest = html.page(report, paper).partition("<body>")
    parts = re.split("(<[^>]*>)", rest)
    parts[::2] = (LONG.sub(r"\1<wbr>", said) for said in parts[::2])
    return "".join((head, body, *parts)), pictures


def _shares(table: Table) -> list[float]:
    """Shares of the width for a table with a cell of many words; trying every break in such cells would take minutes.

    A short column gets what it needs, a long one a part of the rest.
    """
    most = [max(map(chart.columns, cells), default=0) for cells in zip_longest(table.head, *table.rows, fillvalue="")]
    if max(most, default=0) <= WORDY:
        return []
    needs = [3 + 1.5 * min(letters, 14) + 0.5 * max(0, min(letters, 60) - 14) for letters in most]
    return [round(100 * need / sum(needs), 1) for need in needs]


def _colours() -> dict[str, str]:
    """The colours of the palette on white, by their names."""
    light = html.text("palette.css").split("@media", 1)[0]
    return dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6})", light))


def _plain(drawn: str, colours: Mapping[str, str]) -> str:
    """An inline drawing as a file of its own: variables become colours, and its words are set in the report's letters."""
    coloured = re.sub(r"var\(--([a-z-]+)\)", lambda found: colours[found.group(1)], drawn)
    return re.sub(r"font-family:[^;\"]*", lambda _: f"font-family: {FAMILY}", coloured)


# -- setting ----------------------------------------------------------------------------------------------------------


def _set(page: str, pictures: Mapping[str, str], made: str) -> tuple[bytes, set[str]]:
    """The page as a PDF, and the characters that no font had."""
    weasyprint: Any = import_module("weasyprint")
    with _listening() as missing:
        document = weasyprint.HTML(string=page, base_url=SCHEME, url_fetcher=_fetcher(pictures)).render()
        document.metadata.created = made or None
        raw: bytes = document.write_pdf(pdf_tags=True)
    return raw, missing


def _fetcher(pictures: Mapping[str, str]) -> Callable[[str], Any]:
    """Hands out our own pictures and a logo, and ends the rendering at any other address."""
    urls: Any = import_module("weasyprint.urls")

    def fetch(url: str) -> Any:
        drawn = pictures.get(url.removeprefix(SCHEME)) if url.startswith(SCHEME) else None
        logo = logos.image(url)
        if logo is not None:
            return urls.URLFetcherResponse(url, logo, {"Content-Type": url[len("data:") : url.index(";")]})
        if drawn is None:
            raise urls.FatalURLFetchingError(f"a report fetches nothing, and {url[:80]!r} is no picture of it")
        return urls.URLFetcherResponse(url, drawn.encode("utf-8"), {"Content-Type": "image/svg+xml"})

    return fetch


@contextmanager
def _listening() -> Iterator[set[str]]:
    """Collects what WeasyPrint says of characters without a glyph; nothing that it says is printed."""
    missing: set[str] = set()

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if ".notdef" in str(record.msg) and isinstance(record.args, tuple):
                missing.update(str(record.args[0]))

    logger, ear = logging.getLogger("weasyprint"), Ear()
    kept = logger.level, logger.propagate, logger.handlers[:]
    logger.handlers[:], logger.propagate = [ear], False
    logger.setLevel(logging.WARNING)
    try:
        yield missing
    finally:
        logger.level, logger.propagate, logger.handlers[:] = kept


def _absent(text: str) -> dict[int, str]:
    """What is shown for every character of `text` that no font here has: its code point. Raises MissingExtra for letters."""
    letters = "".join(sorted({letter for letter in text if letter > " " and not letter.isspace()}))
    style = f"@page {{ size: A4 }} body {{ font: 6pt {FAMILY} }}"
    row = f"<p>{escape(' '.join(letters))}</p>"
    _, missing = _set(f'<html lang="zh-CN"><style>{style}</style><body>{row}</body></html>', {}, "")
    _refuse({letter for letter in missing if LETTERS.match(letter)})
    return {ord(letter): f"⟦U+{ord(letter):04X}⟧" for letter in missing}


def _refuse(missing: set[str]) -> None:
    if missing:
        shown = " ".join(f"{letter} (U+{ord(letter):04X})" for letter in sorted(missing)[:NAMED])
        raise MissingExtra(
            f"no font on this machine has {len(missing)} of the report's characters: {shown}",
            todo="install fonts for Chinese and Latin, such as Debian's fonts-noto-cjk and fonts-dejavu-core",
        )
