"""Folding: one spelling for width, case, spaces and hidden characters, and the way back to the original."""

from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter.graders import wording

ALPHABET = (
    "abcXYZ *-—–\n\r\f\t .,:!?[]0159mgkl℃½²ＡＢ１，。：“”‘’`_%°全中"
    "文服用\u200b\u00ad\ufe0fé\u0301ßİſ①㎎﷽\u2028\u0085…｡\u3000\U00020001Ꭰꭰ"
)


def slowly(text: str) -> tuple[str, list[int]]:
    """The folded text and the place of each of its characters, made one character at a time: what `fold` must equal."""
    made: list[str] = []
    places: list[int] = []
    waiting, broken, start = -1, 0, True
    for place, char in enumerate(text):
        folded = wording._fold(char)
        if char == "*" and start and text[place + 1 : place + 2] == " ":
            folded = "-"
        if not folded:
            continue
        if folded in {" ", "\n"}:
            waiting, broken = (place if waiting < 0 else waiting), broken + (folded == "\n")
            start = start or folded == "\n"
            continue
        if waiting >= 0 and made:
            between = wording._gap(made[-1], folded[0], broken=broken, small="a" <= char <= "z")
            made.extend(between)
            places.extend([waiting] * len(between))
        waiting, broken, start = -1, 0, False
        made.extend(folded)
        places.extend([place] * len(folded))
    for at in range(1, len(made) - 1):
        if made[at] == "-" and wording._latin(made[at - 1]) and wording._latin(made[at + 1]):
            made[at] = " "
    joined = "".join(made)
    drop = {found.start() for found in wording._UNIT.finditer(joined)}
    kept = [(char, place) for at, (char, place) in enumerate(zip(joined, places, strict=True)) if at not in drop]
    return "".join(char for char, _ in kept), [place for _, place in kept]


@settings(deadline=None, max_examples=400)
@given(st.text(st.sampled_from(ALPHABET), max_size=40) | st.text(max_size=40))
def test_folding_at_once_equals_folding_one_by_one(text: str) -> None:
    """Text and places are those of the definition, character by character."""
    folded = wording.fold(text)
    wanted, places = slowly(text)
    assert folded.text == wanted
    assert [folded.place(at) for at in range(len(wanted))] == places


@settings(deadline=None)
@given(st.text(st.sampled_from(ALPHABET), min_size=1, max_size=40), st.integers(0, 40))
def test_a_place_is_found_again(text: str, place: int) -> None:
    """`find` gives the first folded character that comes from a place of the original or from behind it."""
    folded = wording.fold(text)
    _, places = slowly(text)
    assert folded.find(place) == sum(one < place for one in places)


def test_the_original_is_quoted() -> None:
    """What is quoted is the original, whatever vanished in between."""
    folded = wording.fold("请**每次** 服用\n2.5 mg，不要停药。")
    start = folded.text.index("每次")
    assert folded.source(start, folded.text.index("，" if "，" in folded.text else ",")) == "每次** 服用\n2.5 mg"


def test_a_bullet_is_no_emphasis() -> None:
    """An asterisk with a space behind it at the start of a line is a bullet; others vanish."""
    assert wording.fold("* one\n* **two**").text == "- one\n- two"


def test_a_circled_digit_is_no_part_of_the_number_after_it() -> None:
    """②16:35 is the second point, and the time 16:35."""
    assert wording.fold("②16:35前报").text == "②16:35前报"
