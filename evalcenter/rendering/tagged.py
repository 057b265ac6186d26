"""A check of a tagged PDF: what a reader who listens, searches or copies needs from the file.

Rules this module keeps:

* One function is one rule, and what breaks it is a sentence. `RULES` holds all of them.
* It reads the file, not what was meant: marks are counted in the pages' content, fonts in their resources.
* It is no test of conformance to PDF/UA, which asks for more than a program can see.

pikepdf is imported when a file is checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import Any, Final

from evalcenter.errors import RunError

HEADINGS: Final = {f"/H{level}": level for level in range(1, 7)}
DESCRIPTORS: Final = ("/FontFile", "/FontFile2", "/FontFile3")
NAMED: Final = 8
DEEP: Final = 12
"""Forms within forms are followed this far."""


def check(raw: bytes) -> tuple[str, ...]:
    """Every sentence that says what is wrong with the PDF `raw`; none where all rules are kept."""
    import pikepdf

    try:
        with pikepdf.open(BytesIO(raw)) as pdf:
            return tuple(sentence for rule in RULES.values() for sentence in rule(pdf))
    except pikepdf.PdfError as problem:
        return (f"the file can't be read as a PDF: {problem}",)


def must_pass(raw: bytes) -> None:
    """Raise RunError where the PDF `raw` breaks a rule."""
    found = check(raw)
    if found:
        more = f" (and {len(found) - NAMED} more)" if len(found) > NAMED else ""
        raise RunError(
            f"the PDF fails the tagged-PDF check and was not written: {'; '.join(found[:NAMED])}{more}",
            todo="render the report without --pdf, and report this as a defect of evalcenter",
        )


# -- the document -----------------------------------------------------------------------------------------------------


def marked(pdf: Any) -> Iterator[str]:
    """The catalogue says that the document is tagged."""
    if not _true(pdf.Root.get("/MarkInfo"), "/Marked"):
        yield "MarkInfo does not say that the document is marked"


def language(pdf: Any) -> Iterator[str]:
    """The catalogue names the language of the document."""
    if not str(pdf.Root.get("/Lang", "")).strip():
        yield "Lang names no language"


def title(pdf: Any) -> Iterator[str]:
    """The document has a title, and a viewer shows it instead of the file's name."""
    if not str(pdf.docinfo.get("/Title", "")).strip():
        yield "Title is empty"
    if not _true(pdf.Root.get("/ViewerPreferences"), "/DisplayDocTitle"):
        yield "DisplayDocTitle is not set: a viewer shows the file's name"


def outline(pdf: Any) -> Iterator[str]:
    """There are bookmarks, and each has words and a place that is a page of the document."""
    pages = {page.obj.objgen for page in pdf.pages}
    marks = list(_bookmarks(pdf))
    if not marks:
        yield "Outlines holds no bookmark"
    for mark in marks:
        name = str(mark.get("/Title", "")).strip()
        if not name:
            yield "a bookmark has no words"
        place = _place(pdf, mark)
        if place is None or place[0].objgen not in pages:
            yield f"the bookmark {name!r} leads to no page"


# -- the tree of tags -------------------------------------------------------------------------------------------------


def tree(pdf: Any) -> Iterator[str]:
    """There is a tree of tags, it holds a document, and every element in it is named by a tag."""
    root = pdf.Root.get("/StructTreeRoot")
    if root is None:
        yield "StructTreeRoot is missing: nothing is tagged"
        return
    elements = list(_elements(pdf))
    if not elements:
        yield "StructTreeRoot holds no element"
    elif str(elements[0].get("/S", "")) != "/Document":
        yield "the first element of the tree of tags is no Document"


def parents(pdf: Any) -> Iterator[str]:
    """Every mark in a page's content has an element in ParentTree, and that element hangs on the tree."""
    root = pdf.Root.get("/StructTreeRoot")
    found = _parents(root)
    if found is None:
        yield "ParentTree is missing: marks in the pages belong to no tag"
        return
    held = {element.objgen for element in _elements(pdf)}
    for number, page in enumerate(pdf.pages, start=1):
        row = found.get(int(page.obj.get("/StructParents", -1)))
        ids = set(_marks(page))
        if row is None or not _is(row, "array"):
            if ids:
                yield f"page {number} has marks but no row in ParentTree"
            continue
        loose = [at for at in ids if at >= len(row) or not _is(row[at], "dictionary") or row[at].objgen not in held]
        if loose:
            yield f"page {number} has {len(loose)} marks that belong to no element of the tree"


def content(pdf: Any) -> Iterator[str]:
    """Everything that a page shows is marked: as a part of the tree, or as an artifact."""
    import pikepdf

    shows = "Tj TJ ' \" Do S s f F f* B B* b b* sh"
    for number, page in enumerate(pdf.pages, start=1):
        depth = 0
        for step in pikepdf.parse_content_stream(page, operators=f"BDC BMC EMC {shows}"):
            operator = str(step.operator)
            depth += {"BDC": 1, "BMC": 1, "EMC": -1}.get(operator, 0)
            if depth == 0 and operator != "EMC":
                yield f"page {number} shows something that is neither tagged nor an artifact ({operator})"
                break


def headings(pdf: Any) -> Iterator[str]:
    """The first heading is of level 1, and no level is left out on the way down."""
    before = 0
    for element in _elements(pdf):
        level = HEADINGS.get(str(element.get("/S", "")))
        if level is None:
            continue
        if level > before + 1:
            yield (
                f"a heading of level {level} follows one of level {before}" if before else "the first heading is not H1"
            )
        before = level
    if not before:
        yield "there is no heading"


def figures(pdf: Any) -> Iterator[str]:
    """Every figure says in words what it shows."""
    for element in _elements(pdf):
        if str(element.get("/S", "")) == "/Figure" and not str(element.get("/Alt", "")).strip():
            yield "a Figure has no Alt"


def tables(pdf: Any) -> Iterator[str]:
    """Every table has rows, and a row that isn't empty has a heading for its column or row."""
    for element in _elements(pdf):
        if str(element.get("/S", "")) == "/Table":
            kinds = {str(one.get("/S", "")) for one in _below(element)}
            if "/TR" not in kinds:
                yield "a Table has no rows"
            elif "/TH" not in kinds:
                yield "a Table has no heading cells"


# -- fonts ------------------------------------------------------------------------------------------------------------


def embedded(pdf: Any) -> Iterator[str]:
    """Every font stands in the file, so that it looks the same everywhere."""
    for name, font in _fonts(pdf).items():
        kind = str(font.get("/Subtype", ""))
        if kind == "/Type3":
            yield f"the font {name} is drawn by procedures (Type 3), which viewers draw badly on screens"
            continue
        one = font.DescendantFonts[0] if kind == "/Type0" else font
        held = one.get("/FontDescriptor")
        if held is None or not any(key in held for key in DESCRIPTORS):
            yield f"the font {name} is not embedded"


def unicode(pdf: Any) -> Iterator[str]:
    """Every font says which characters its glyphs are, so that its text can be searched and copied."""
    for name, font in _fonts(pdf).items():
        if "/ToUnicode" not in font:
            yield f"the font {name} has no ToUnicode: its text can't be searched or copied"


RULES: Final[Mapping[str, Callable[[Any], Iterator[str]]]] = {
    rule.__name__: rule
    for rule in (
        *(marked, language, title, outline, tree, parents, content),
        *(headings, figures, tables, embedded, unicode),
    )
}


# -- reading ----------------------------------------------------------------------------------------------------------


def headings_of(raw: bytes) -> tuple[str, ...]:
    """The words of the bookmarks of the PDF `raw`, in order."""
    import pikepdf

    with pikepdf.open(BytesIO(raw)) as pdf:
        return tuple(str(mark.get("/Title", "")) for mark in _bookmarks(pdf))


def _true(held: Any, key: str) -> bool:
    return held is not None and bool(held.get(key, False))


def _is(held: Any, kind: str) -> bool:
    return getattr(held, "_type_name", "") == kind


def _elements(pdf: Any) -> Iterator[Any]:
    """Every element of the tree of tags, in the order in which it is read."""
    root = pdf.Root.get("/StructTreeRoot")
    return iter(()) if root is None else _below(root)


def _below(element: Any) -> Iterator[Any]:
    seen = set()
    open_ = [element.get("/K")]
    while open_:
        node = open_.pop()
        if _is(node, "array"):
            open_.extend(reversed(list(node)))
        elif _is(node, "dictionary") and "/S" in node and node.objgen not in seen:
            seen.add(node.objgen)
            yield node
            open_.append(node.get("/K"))


def _parents(root: Any) -> dict[int, Any] | None:
    """The rows of the number tree, whether it is flat or has branches."""
    if root is None or "/ParentTree" not in root:
        return None
    found: dict[int, Any] = {}
    open_ = [root.ParentTree]
    for node in open_:
        nums = node.get("/Nums", ())
        found.update((int(nums[at]), nums[at + 1]) for at in range(0, len(nums), 2))
        open_.extend(node.get("/Kids", ()))
    return found


def _marks(page: Any) -> Iterator[int]:
    """The numbers of the marks in the content of `page`."""
    import pikepdf

    for step in pikepdf.parse_content_stream(page, operators="BDC"):
        held = step.operands[1]
        if _is(held, "dictionary") and "/MCID" in held:
            yield int(held.MCID)


def _bookmarks(pdf: Any) -> Iterator[Any]:
    """Every bookmark, in order; a chain that runs in a circle ends."""
    seen = set()
    open_ = [pdf.Root.get("/Outlines", {}).get("/First")]
    while open_:
        mark = open_.pop()
        if mark is None or mark.objgen in seen:
            continue
        seen.add(mark.objgen)
        yield mark
        open_.extend([mark.get("/Next"), mark.get("/First")])


def _place(pdf: Any, mark: Any) -> Any:
    """Where a bookmark leads: an array that begins with a page, or None."""
    held = mark.get("/Dest", mark.get("/A", {}).get("/D"))
    if _is(held, "string"):
        names = pdf.Root.get("/Names", {}).get("/Dests", {}).get("/Names", ())
        held = next((names[at + 1] for at in range(0, len(names), 2) if str(names[at]) == str(held)), None)
    if _is(held, "dictionary"):
        held = held.get("/D")
    return held if _is(held, "array") and len(held) and _is(held[0], "dictionary") else None


def _fonts(pdf: Any) -> dict[str, Any]:
    """Every font that pages and the forms in them may use, by its name."""
    found: dict[str, Any] = {}
    seen = set()
    open_ = [(page.obj.get("/Resources"), 0) for page in pdf.pages]
    while open_:
        held, depth = open_.pop()
        if held is None or depth > DEEP or (held.is_indirect and held.objgen in seen):
            continue
        seen.add(held.objgen)
        for key, font in dict(held.get("/Font", {})).items():
            found[str(font.get("/BaseFont", key)).lstrip("/")] = font
        open_.extend((form.get("/Resources"), depth + 1) for form in dict(held.get("/XObject", {})).values())
    return found
