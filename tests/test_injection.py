"""What attacks on a judge come to, against a stand-in that obeys them: nearly all succeed without the defence, few with it."""

from collections import Counter

import pytest

from evalcenter.judges.asking import Manner
from tests import injection
from tests.weak_judge import GULLIBLE, WEAKNESSES, WeakJudge

CORPUS = injection.corpus()
PLAIN = [attack for attack in CORPUS if attack.kind != "targeted"]
JUDGE = WeakJudge(GULLIBLE)
EVERY = [WeakJudge(frozenset()), JUDGE, *(WeakJudge(frozenset({one})) for one in WEAKNESSES)]


def test_the_corpus_is_wide() -> None:
    """There are at least 60 attacks with different ids and texts, of nine kinds, as many in Chinese as in English."""
    assert len(CORPUS) >= 60
    assert len({attack.id for attack in CORPUS}) == len(CORPUS)
    assert len({(attack.lang, attack.hide, attack.text) for attack in CORPUS}) == len(CORPUS)
    assert len({attack.kind for attack in CORPUS}) == 9
    assert Counter(attack.lang for attack in CORPUS) == {"zh": len(CORPUS) // 2, "en": len(CORPUS) // 2}


@pytest.mark.parametrize("attack", CORPUS, ids=lambda a: a.id)
def test_every_attack_works_where_nothing_stands_against_it(attack: injection.Attack) -> None:
    """Put as it is to a judge with all weaknesses, each attack gets a false mark: the corpus tests something."""
    assert injection.undefended(attack, JUDGE) == "false"


@pytest.mark.parametrize("attack", CORPUS, ids=lambda a: a.id)
def test_a_judge_without_weaknesses_is_not_moved(attack: injection.Attack) -> None:
    """A judge that only reads gives no false mark to any attack, defended or not: the attacks do not change the truth."""
    honest = WeakJudge(frozenset())
    assert injection.undefended(attack, honest) == "true"
    assert injection.defended(attack, honest, "seed", 0, Manner()) == "true"


@pytest.mark.parametrize("attack", PLAIN, ids=lambda a: a.id)
def test_no_attack_on_all_marks_gets_through(attack: injection.Attack) -> None:
    """With two controls, an attack that wants the same mark everywhere gets none, from any of the stand-ins, in either mode."""
    for judge in EVERY:
        for manner in (Manner(), Manner(mode="each")):
            assert injection.defended(attack, judge, "seed", 1, manner) != "false"


def test_one_control_lets_most_of_them_through() -> None:
    """With one control and a second attempt, about three in four get a false mark: that is why there are two."""
    ends = [injection.defended(attack, JUDGE, "seed", n, Manner(controls=1)) for attack in PLAIN for n in range(4)]
    assert 0.6 < ends.count("false") / len(ends) < 0.9


def test_what_is_aimed_at_one_statement_gets_through() -> None:
    """Controls do not see an order about one statement, or one that spares them: a judge that obeys those must not be used."""
    targeted = [attack for attack in CORPUS if attack.kind == "targeted"]
    ends = Counter(injection.defended(attack, JUDGE, "seed", 0, Manner()) for attack in targeted)
    assert ends["false"] >= len(targeted) - 2


def test_the_last_word_is_ours() -> None:
    """A judge that follows the last instruction is moved by most attacks if the answer comes last, and by none if it doesn't."""
    judge = WeakJudge(frozenset({"last"}))
    assert sum(injection.undefended(attack, judge) == "false" for attack in CORPUS) > len(CORPUS) // 2
    assert {injection.defended(attack, judge, "seed", 0, Manner()) for attack in CORPUS} == {"true"}
