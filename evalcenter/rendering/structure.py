"""Mends the tags of a PDF that WeasyPrint made, and makes its bytes depend on the report alone.

Rules this module keeps:

* What is read and shown stays as it is; only tags, marks and metadata change.
* Heads and feet of pages are artifacts: a reader who listens isn't told them on every page.
* A list of names with values is a list of items, each with a label and a body.
* A page that holds only the caption of a table holds no table.

pikepdf is imported when a PDF is mended.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any, Final

MARK: Final = re.compile(rb"/[A-Za-z0-9]+\s+<<\s*/MCID (\d+)\s*>>\s+BDC")
"""How a mark with a number begins in a page's content; its strings are written in hexadecimal and can't look like it."""


def mend(raw: bytes, *, language: str, creator: str) -> bytes:
    """`raw` with mended tags, the language of the document and the name of what made it."""
    import pikepdf

    with pikepdf.open(BytesIO(raw)) as pdf:
        pdf.Root.Lang = pikepdf.String(language)
        pdf.docinfo["/Creator"] = pikepdf.String(creator)
        root = pdf.Root.StructTreeRoot
        held = _held(root)
        for element in held.values():
            kind = str(element.S)
            if kind == "/L":
                _list(element, pikepdf)
            elif kind == "/Table" and "/TR" not in {str(one.S) for one in _held(element).values()}:
                element.S = pikepdf.Name.Div
        nums = root.ParentTree.Nums
        parents = {int(nums[at]): nums[at + 1] for at in range(0, len(nums), 2)}
        for page in pdf.pages:
            _artifacts(pdf, page, parents[int(page.obj.StructParents)], held)
        out = BytesIO()
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _held(root: Any) -> dict[tuple[int, int], Any]:
    """Every element that hangs on the tree, by its number."""
    found: dict[tuple[int, int], Any] = {}
    open_ = [root.K]
    while open_:
        node = open_.pop()
        kind = getattr(node, "_type_name", "")
        if kind == "array":
            open_.extend(node)
        elif kind == "dictionary" and "/S" in node and node.objgen not in found:
            found[node.objgen] = node
            if "/K" in node:
                open_.append(node.K)
    return found


def _list(element: Any, pikepdf: Any) -> None:
    """A list whose items are wrapped, each a name and a value: ``LI`` with ``Lbl`` and ``LBody``."""
    for group in element.K:
        if str(group.get("/S", "")) != "/Div":
            continue
        group.S = pikepdf.Name.LI
        for number, part in enumerate(one for one in group.K if str(one.get("/S", "")) == "/LI"):
            part.S = pikepdf.Name.Lbl if number == 0 else pikepdf.Name.LBody
            for inner in part.K:
                if str(inner.get("/S", "")) == "/LBody":
                    inner.S = pikepdf.Name.NonStruct


def _artifacts(pdf: Any, page: Any, parents: Any, held: dict[tuple[int, int], Any]) -> None:
    """Marks of the page whose element hangs on nothing are heads and feet: they become artifacts."""
    loose = {at for at, element in enumerate(parents) if element.objgen not in held}
    if not loose:
        return

    def replaced(found: re.Match[bytes]) -> bytes:
        return b"/Artifact <</Type /Pagination>> BDC" if int(found.group(1)) in loose else found.group()

    page.obj.Contents = pdf.make_stream(MARK.sub(replaced, page.obj.Contents.read_bytes()))
    for at in loose:
        parents[at] = None
