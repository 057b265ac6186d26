"""A small suite in which every word that must stay secret carries a mark of its own kind, and a search for these marks.

Two red-line items wait for people, six more hang on a judge. Every item has a twin-free rubric that proves itself.
"""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

WORD = "qzx"
KINDS = (
    "prompt",
    "paper",
    "option",
    "rubric",
    "guide",
    "check",
    "good",
    "bad",
    "review",
    "server",
    "item",
    "point",
    "bunch",
)
"""What the marks stand in: prompts, documents, options, criteria, guides, parameters, answers, reviews, a server's words, names."""
HEAD = """\
id: marked
version: 1.0.0
title: {zh: 标记, en: Marked}
about: {zh: 仅供测试。, en: For tests alone.}
dimensions:
  - {id: care, title: {zh: 照护, en: Care}}
taxonomies: []
sources: {qzxsource: {title: A qzxsource book}}
families: []
"""
STANDARD = """\
id: marked
version: 1.0.0
title: {zh: 标记, en: Marked}
about: {zh: 仅供测试。, en: For tests alone.}
requirements:
  - id: red-lines
    title: {zh: 红线零容忍, en: Red lines}
    scope: {red_line: true}
    measure: violations
    rule: zero
    line: 1
    min_items: 2
    unscored_cap: 0
    clause: set by this project
    confirm: person
  - id: care
    title: {zh: 照护, en: Care}
    scope: {red_line: false}
    measure: pass
    rule: evidence
    claim: expected
    grading: audited
    cap: 24
    line: 0.5
    min_items: 4
    clause: set by this project
"""
ITEM = """\
- id: qzxitem-{n}
  lang: en
  dimension: care
  risks: []
  red_line: {red}
  prompt: Question {n} qzxprompt{n}, what is the right word of {letters}?
  documents: [{{id: d, title: A qzxpaper{n}, text: The right word of {letters} is written in qzxpaper{n}.}}]
  options: {{A: "a qzxoption{n}", B: "another"}}
  cluster: qzxbunch-{half}
  criteria:
{criteria}
  examples:
    good: ["The right word is qzxgood{n}, as the paper of {letters} says.", "It is qzxgood{n} indeed, and {letters} has it."]
    bad:
      - {{text: "The word is qzxbad{n} or qzxcheck{n} of {letters}.", fails: [{first}]}}
  sources: [qzxsource]
"""
RED = """\
    - id: qzxpoint-word
      text: Gives the qzxrubric{n}
      critical: true
      check: {{mentions: {{any: [qzxgood{n}], none: [qzxcheck{n}]}}}}
      confirm: {{mentions: {{any: [qzxgood{n}]}}}}
"""
JUDGED = """\
    - id: qzxpoint-kind
      text: Is kind in the qzxrubric{n} way
      check: {{judge: {{guide: A qzxguide{n} says when.}}}}
    - id: qzxpoint-check
      text: Does not say the qzxrubric{n} thing
      points: -1
      check: {{mentions: {{any: [qzxcheck{n}]}}}}
"""


def suite(root: Path) -> Path:
    """The suite, written into a folder of its own under `root`."""
    folder = root / "marked"
    (folder / "items").mkdir(parents=True)
    (folder / "suite.yaml").write_text(HEAD, "utf-8")
    (folder / "standard.yaml").write_text(STANDARD, "utf-8")
    items = "".join(_item(n, red=n < 2) for n in range(8))
    (folder / "items" / "all.yaml").write_text(items, "utf-8")
    return folder


def _item(n: int, *, red: bool) -> str:
    criteria = (RED if red else JUDGED).format(n=n).rstrip()
    letters = (
        "alpha beta",
        "gamma delta",
        "kite lemon",
        "mango noon",
        "opal pond",
        "river stone",
        "tulip umbra",
        "violet wax",
    )
    first = "qzxpoint-word" if red else "qzxpoint-kind, qzxpoint-check"
    return ITEM.format(
        n=n, red=str(red).lower(), criteria=criteria, letters=letters[n], half="ab"[n % 2] + str(n // 4), first=first
    )


def reviewed(path: Path, asks: Iterable[tuple[int, str]], mark: str) -> Path:
    """A table that marks all `asks` (position, criterion) alike, each with a marked reason."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["position", "criterion", "mark", "reason"])
    writer.writerows([position, criterion, mark, f"because of qzxreview{position}"] for position, criterion in asks)
    path.write_text(table.getvalue(), "utf-8")
    return path


# -- searching --------------------------------------------------------------------------------------------------------


def found(*places: Path) -> dict[str, set[str]]:
    """The kinds of marks in every byte of the files under `places`, with the files that hold them; archives are unpacked."""
    held: dict[str, set[str]] = {}
    for path in files(*places):
        for kind in kinds(path.read_bytes()) | kinds(path.name.encode()):
            held.setdefault(kind, set()).add(str(path))
    return held


def files(*places: Path) -> Iterator[Path]:
    """Every plain file under `places`."""
    for place in places:
        yield from (path for path in sorted(place.rglob("*")) if path.is_file())


def kinds(raw: bytes) -> set[str]:
    """The kinds of marks in `raw`, also in what it packs."""
    texts = [raw.lower(), raw.decode("utf-16-le", "ignore").lower().encode("utf-8", "ignore")]
    if raw[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            texts += [packed.read(name).lower() for name in packed.namelist()]
    if raw[:5] == b"%PDF-" and shutil.which("pdftotext"):
        texts.append(subprocess.run(["pdftotext", "-", "-"], input=raw, capture_output=True, check=True).stdout.lower())
    if raw[:4] == b"PAR1":
        import pyarrow.parquet as parquet

        texts.append(repr(parquet.read_table(io.BytesIO(raw)).to_pydict()).lower().encode())
    return {kind for kind in (*KINDS, "source") if any(f"{WORD}{kind}".encode() in text for text in texts)}
