"""Control statements are true or false by construction, in both languages, whatever the answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalcenter.draws import Draws
from evalcenter.judges import controls
from tests.judges import cases
from tests.weak_judge import honest

TEXTS = st.one_of(st.text(max_size=200), st.sampled_from([*cases.GOOD.values(), *cases.BAD.values()]))


@given(TEXTS, st.sampled_from(["zh", "en"]), st.booleans(), st.integers(0, 10**6))
def test_an_honest_reader_finds_the_stated_truth(answer: str, lang: str, truth: bool, seed: int) -> None:
    """A reader who looks only at the words marks every control as its truth says."""
    control = controls.draw(Draws(str(seed), "c"), lang, answer, answer, truth=truth)
    assert (honest(control.text, answer) == "met") is truth


@given(TEXTS, st.sampled_from(["zh", "en"]), st.booleans(), st.integers(0, 10**6))
def test_a_control_is_read_back(answer: str, lang: str, truth: bool, seed: int) -> None:
    """The truth of a control can be told from its wording and the answer alone."""
    control = controls.draw(Draws(str(seed), "c"), lang, answer, answer, truth=truth)
    assert controls.holds(lang, control.text, answer) is truth


def test_what_is_no_control_is_not_read_as_one() -> None:
    """Of a statement that is worded like no control nothing is said."""
    assert controls.holds("en", "Sounds kind.", "I am sorry.") is None
    assert controls.holds("zh", "语气温和", "对不起。") is None


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_kind_comes_with_either_truth(lang: str) -> None:
    """Over many draws each of the three kinds occurs, true and false, on both a good and a bad answer."""
    for answer in (cases.GOOD[lang], cases.BAD[lang]):
        drawn = {
            (control.kind, control.truth)
            for seed in range(60)
            for truth in (True, False)
            for control in [controls.draw(Draws(str(seed), "c"), lang, answer, answer, truth=truth)]
        }
        assert drawn == {(kind, truth) for kind in ("language", "present", "absent") for truth in (True, False)}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_assertions_and_denials_are_either_true_or_false(lang: str) -> None:
    """Among true and among false controls there are assertions and denials: the form does not give the truth away."""
    for truth in (True, False):
        texts = [
            controls.draw(Draws(str(seed), "c"), lang, cases.GOOD[lang], cases.GOOD[lang], truth=truth).text
            for seed in range(60)
        ]
        denials = [text for text in texts if " not " in text or "没有" in text or "不是" in text]
        assert 10 < len(denials) < 50


def test_an_invented_name_is_new() -> None:
    """A name that is already in what the judge sees is made longer until it is not."""
    names = {
        controls.draw(Draws(str(seed), "c"), "en", "", "", truth=False).text.split("“")[1].split("”")[0]
        for seed in range(50)
    }
    seen = " ".join(names)
    for seed in range(50):
        name = controls.draw(Draws(str(seed), "c"), "en", "", seen, truth=False).text.split("“")[1].split("”")[0]
        assert name.lower() not in seen.lower()


@given(st.text(max_size=300), st.integers(0, 1000))
def test_no_order_gets_into_a_control(answer: str, seed: int) -> None:
    """What a control takes over from an answer is one English word of at most 12 letters, or three Chinese characters."""
    for lang, longest in (("en", 12), ("zh", 3)):
        control = controls.draw(Draws(str(seed), "c"), lang, answer, answer, truth=True)
        if control.kind == "present":
            word = control.text.split("“")[1].split("”")[0]
            assert len(word) <= longest
            assert " " not in word
