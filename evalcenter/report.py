"""Builds a report from what is known of a run, and renders it as HTML, JSON, Markdown or PDF.

Rules this module keeps:

* A built report is data: sections return blocks, renderers turn blocks into a form. The same facts, sections and language give
  the same bytes.
* The report's number comes from the facts alone, so the same facts have one number in every language and form.
* Every text is treated as hostile by every renderer.

It refuses to decide, to count and to read or write files.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from evalcenter import canon, logos
from evalcenter.blocks import Facts, Report, SectionData, View, worded
from evalcenter.errors import InputError
from evalcenter.hooks import Section
from evalcenter.records import Lang, Text
from evalcenter.rendering import html, markdown, pdf
from evalcenter.rendering.plaintext import visible

Form = Literal["html", "json", "md", "pdf"]
TITLES: Final[Mapping[View, Text]] = {"vendor": Text(zh="整改清单", en="What to mend")}
"""What a view that is no report is called."""


def build(facts: Facts, sections: Mapping[str, Section], lang: Lang, view: View = "report") -> Report:
    """The `view` of `facts` in `lang`: each of its sections in its order (ties by name), empty ones left out."""
    chosen = (section for section in sections.values() if getattr(section, "view", "report") == view)
    ordered = sorted(chosen, key=lambda section: (section.order, section.name))
    made = ((section, section.build(facts, lang)) for section in ordered)
    return Report(
        id=number(facts),
        lang=lang,
        title=facts.title.of(lang) if view == "report" else TITLES[view].of(lang),
        outcome=facts.verdict.outcome,
        simulated=facts.plan.candidate.simulated,
        self_test=facts.lab.name is None,
        issuer=worded(facts.lab.name, lang),
        logo=facts.lab.logo if facts.lab.name is not None and logos.trusted(facts.lab.logo) else None,
        view=view,
        issued=facts.issued,
        plan_digest=facts.plan_digest,
        journal_head=facts.journal_head,
        sections=tuple(
            SectionData(name=section.name, title=_title(section, lang), blocks=blocks)
            for section, blocks in made
            if blocks
        ),
    )


def number(facts: Facts) -> str:
    """The report's number: ``EC-``, the day of issue, and twelve digits of a digest of everything the report rests on.

    Two reports on one journal have different numbers when anything that they say of it differs.
    """
    identity = {
        "plan": facts.plan_digest,
        "journal": facts.journal_head,
        "issued": facts.issued,
        "title": facts.title,
        "lab": facts.lab,
        "deviations": facts.deviations,
        "verdict": facts.verdict,
        "environment": facts.environment,
    }
    day = "".join(letter for letter in facts.issued[:10] if letter.isdigit())
    return f"EC-{day}-{canon.digest(identity).removeprefix('sha256:')[:12]}"


def _title(section: Section, lang: Lang) -> str:
    title = getattr(section, "title", None)
    return title.of(lang) if isinstance(title, Text) else section.name.replace("_", " ")


def render(report: Report, form: Form) -> bytes:
    """`report` as bytes in `form`, text as UTF-8.

    Raises InputError when there is no such form, MissingExtra for a PDF without its extra.
    """
    if form not in FORMS:
        raise InputError(f"a report has no form {form!r}", todo=f"choose one of {', '.join(FORMS)}")
    return FORMS[form](report)


def _json(report: Report) -> bytes:
    return (json.dumps(_seen(canon.plain(report)), ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _seen(value: Any) -> Any:
    """`value` with every text in it made visible."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, list):
        return [_seen(part) for part in value]
    if isinstance(value, dict):
        return {key: _seen(part) for key, part in value.items()}
    return value


FORMS: Final[Mapping[Form, Callable[[Report], bytes]]] = {
    "html": html.render,
    "json": _json,
    "md": markdown.render,
    "pdf": pdf.render,
}
