"""Finds questions of one suite that say nearly the same: two such items count as two and are one.

Rules this module keeps:

* Two prompts are near-duplicates where they share at least `ALIKE` of their pieces: five signs in a row in Chinese, three words in
  a row in English, whatever the spaces, the case and the punctuation.
* Items that are meant to be alike are left out: those of one cluster (the variants of a template, a counterfactual set) and twins.
* Only items in one language are compared. Candidates are found by their smallest pieces (a bottom-k sketch), so that a suite of
  thousands is read once; two prompts at the line have one of these in common all but surely.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Final

from evalcenter import plan
from evalcenter.records import Item, Lang

ALIKE: Final = 0.7
"""The share of common pieces (Jaccard) from which two prompts are near-duplicates; this project's own choice."""
SKETCH: Final = 16
_WORD: Final = re.compile(r"[a-z0-9]+|[\u4e00-\u9fff]")
_SIZE: Final[dict[Lang, int]] = {"zh": 5, "en": 3}


def near(items: Sequence[Item]) -> Iterator[tuple[Item, Item, float]]:
    """Each pair of near-duplicates with the share of their pieces that is common, in the order of `items`."""
    pieces = [_pieces(item) for item in items]
    seen: dict[bytes, list[int]] = {}
    for at, (item, own) in enumerate(zip(items, pieces, strict=True)):
        sketch = sorted(own)[:SKETCH]
        others = sorted({other for piece in sketch for other in seen.get(piece, ())})
        for other in others:
            common = len(own & pieces[other]) / len(own | pieces[other])
            if common >= ALIKE and not _meant(items[other], item):
                yield items[other], item, common
        for piece in sketch:
            seen.setdefault(piece, []).append(at)


def _meant(one: Item, other: Item) -> bool:
    """Whether two items are alike on purpose."""
    together = one.cluster is not None and one.cluster == other.cluster
    return together or one.lang != other.lang or one.twin == other.id or other.twin == one.id


def _pieces(item: Item) -> frozenset[bytes]:
    """Digests of the pieces of an item's rendered prompt, its language among them."""
    words = _WORD.findall(" ".join(message.content for message in plan.render(item)).casefold())
    size = _SIZE[item.lang]
    count = max(1, len(words) - size + 1)
    return frozenset(_digest(item.lang, words[at : at + size]) for at in range(count))


def _digest(lang: Lang, words: Sequence[str]) -> bytes:
    return blake2b(f"{lang} {' '.join(words)}".encode(), digest_size=8).digest()
