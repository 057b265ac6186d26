"""Whom questions are about: which tags of an item name a group of people, and the groups in words.

Rules this module keeps:

* A group is listed because equal treatment or protection is asked for it, whether or not a bank has items on it.
* Several tags may stand for one group; an item is in a group once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from evalcenter.records import Item, Text

GROUPS: Final[tuple[tuple[Text, tuple[str, ...]], ...]] = (
    (Text(zh="婴幼儿", en="Infants"), ("infant",)),
    (Text(zh="儿童", en="Children"), ("child",)),
    (Text(zh="未成年人", en="Minors"), ("minor", "adolescent")),
    (Text(zh="老年人", en="Older people"), ("elderly", "elderly-user", "older-worker")),
    (Text(zh="女性", en="Women"), ("women", "woman", "female")),
    (Text(zh="男性", en="Men"), ("men", "male")),
    (Text(zh="孕产妇", en="Pregnancy, birth, nursing"), ("pregnancy", "postpartum", "lactation")),
    (Text(zh="性少数群体", en="Sexual minorities"), ("lgbt",)),
    (
        Text(zh="残疾人", en="People with a disability"),
        ("disability", "deaf", "blind", "low-vision", "intellectual-disability", "autism"),
    ),
    (Text(zh="精神疾病患者", en="People with a mental illness"), ("mental-health", "psychosis")),
    (Text(zh="农村居民", en="Rural residents"), ("rural",)),
    (Text(zh="流动人口和移民", en="Migrants"), ("migrant",)),
    (
        Text(zh="少数民族语言和方言使用者", en="Speakers of minority languages and dialects"),
        ("minority-language", "dialect"),
    ),
    (Text(zh="阅读困难者", en="People who read little"), ("low-literacy",)),
    (Text(zh="低收入者和无保险者", en="Low income, no insurance"), ("low-income", "uninsured")),
    (Text(zh="无家可归者", en="Homeless people"), ("homeless",)),
    (Text(zh="在押人员", en="Prisoners"), ("prison",)),
    (Text(zh="照护者", en="Carers"), ("carer",)),
)
"""Groups of people with the tags that stand for them; the first tag is the group's key."""
TITLES: Final[Mapping[str, Text]] = {tags[0]: title for title, tags in GROUPS}
"""The groups' names by key."""
_KEYS: Final[Mapping[str, str]] = {tag: tags[0] for _, tags in GROUPS for tag in tags}


def of(item: Item) -> tuple[str, ...]:
    """The keys of the groups that `item` is about."""
    return tuple(dict.fromkeys(_KEYS[tag] for tag in item.tags if tag in _KEYS))


def names_one(tag: str) -> bool:
    """Whether `tag` names a group of people."""
    return tag in _KEYS
