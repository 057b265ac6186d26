"""What follows from reviews: two who read apart, a third where they differ, nobody twice, and nothing else becomes a mark."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalcenter import reviewing, scoring
from evalcenter.errors import InputError
from evalcenter.records import Criterion, Grade, Item, Mark, Read, Review, Scope, Text
from evalcenter.reviewing import Rule
from tests.factory import make_item, make_plan, make_requirement, make_standard

HIDDEN = "\u202e"
ASKED = ("a", "b")
STATES = st.sampled_from(["met", "not_met", "unjudged"])
PEOPLE = st.sampled_from(["Li", "ＬＩ", "l i", "Wang", "Zhao"])


def says(reader: str, role: str = "reader", reason: str = "", /, **marks: str) -> Review:
    read = tuple(Read(criterion=criterion, state=state) for criterion, state in marks.items())  # type: ignore[arg-type]
    return Review(position=0, reader=reader, role=role, marks=read, reason=reason)  # type: ignore[arg-type]


def item(*criteria: Criterion) -> Item:
    return make_item(1, criteria=criteria or tuple(Criterion(id=n, text=n, check={"judge": {}}) for n in ASKED))


def machine(made: Item, *states: str, **changes: object) -> Grade:
    marks = [
        Mark(criterion=c.id, state=state, reason=Text(zh="机器", en="machine"), **changes)  # type: ignore[arg-type]
        for c, state in zip(made.criteria, states, strict=True)
    ]
    return scoring.grade(made, 0, "complete", marks, "graders")


def follows(*reviews: Review, readers: int = 2) -> Grade | None:
    made = item()
    return reviewing.follows(Rule(readers, {}), made, "complete", machine(made, "pending", "pending"), reviews)


def states(grade: Grade | None) -> list[str]:
    assert grade is not None
    return [mark.state for mark in grade.marks]


# -- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Dr Li", "dr  li"),
        ("Dr Li", "ＤＲ ＬＩ"),
        ("李 明", "李明"),
        ("STRASSE", "Straße"),
        ("Li", "Li\ufe0f"),
        ("Li", "L\u2800i"),
    ],
)
def test_names_that_look_alike_are_one_person(one: str, other: str) -> None:
    """Case, spaces, full-width letters and what nobody sees make nobody somebody else."""
    assert reviewing.key(reviewing.name(one)) == reviewing.key(reviewing.name(other))


@pytest.mark.parametrize("name", ["", "  ", "a, b", "a + b", f"a{HIDDEN}b", "a\u200bb", "x" * 81, "李，明", "a\0"])
def test_a_name_that_could_pass_for_two_or_hides_something_is_refused(name: str) -> None:
    """A comma, a plus, a hidden character, nothing at all or a page of text is no name."""
    with pytest.raises(InputError, match="reader's name"):
        reviewing.name(name)


def test_a_name_keeps_its_letters() -> None:
    """Only forms and spaces are made plain."""
    assert reviewing.name("  王　小明 ") == "王 小明"


# -- one reader -------------------------------------------------------------------------------------------------------


def test_one_readers_marks_count_at_once() -> None:
    """With one reader a review is a grade, and what was not marked stays as the machine left it."""
    grade = follows(says("Li", a="met"), readers=1)
    assert (states(grade), grade and grade.by) == (["met", "pending"], "person:Li")


def test_one_readers_later_word_takes_the_place_of_the_earlier() -> None:
    """The same person's next review counts alone; another's counts where it speaks."""
    grade = follows(
        says("Li", a="met", b="met"), says("Wang", b="not_met"), says("l i", a="not_met", b="met"), readers=1
    )
    assert (states(grade), grade and grade.by) == (["not_met", "met"], "person:l i")


# -- two readers ------------------------------------------------------------------------------------------------------


def test_two_who_agree_settle_it() -> None:
    """What both say is the person's grade, under both names."""
    grade = follows(says("Li", a="met", b="unjudged"), says("Wang", a="met", b="unjudged"))
    assert (states(grade), grade and grade.by) == (["met", "unjudged"], "person:Li + Wang")


@pytest.mark.parametrize(
    "reviews",
    [
        (),
        (says("Li", a="met", b="met"),),
        (says("Li", a="met", b="met"), says("ＬＩ", a="met", b="met")),
        (says("Li", a="met", b="met"), says("Wang", a="met")),
        (says("Li", a="met", b="met"), says("Wang", a="met", b="not_met")),
        (says("Li", a="met", b="met"), says("Wang", a="met", b="not_met"), says("li", "arbiter", b="met")),
        (says("Li", a="met", b="met"), says("Wang", a="met", b="not_met"), says("Zhao", b="met", a="met")),
        (says("Zhao", "arbiter", a="met", b="met"),),
        (says("Li", a="met", b="met"), says("Zhao", "arbiter", a="met", b="met")),
    ],
    ids=[
        "none",
        "one",
        "one as two",
        "half",
        "differ",
        "one of the two settles",
        "a third reader",
        "no reader",
        "one and one",
    ],
)
def test_nothing_settles_before_two_agree_or_a_third_decides(reviews: tuple[Review, ...]) -> None:
    """No grade follows from less than two readers of all that was asked, nor from a dispute that nobody settled."""
    assert follows(*reviews) is None


def test_the_third_settles_only_what_is_disputed() -> None:
    """What two agreed on stands, whatever the arbiter says of it."""
    grade = follows(
        says("Li", a="met", b="met"),
        says("Wang", a="met", b="not_met"),
        says("Zhao", "arbiter", a="not_met", b="not_met"),
    )
    assert (states(grade), grade and grade.by) == (["met", "not_met"], "person:Li + Wang, Zhao")


def test_what_was_settled_and_is_disputed_again_waits_again() -> None:
    """A reader who takes his word back reopens that criterion: the grade that follows leaves it to people."""
    agreed = (says("Li", a="met", b="met"), says("Wang", a="met", b="met"))
    grade = follows(*agreed, says("Li", a="met", b="not_met"))
    assert grade is not None
    assert (states(grade), grade.why) == (["met", "pending"], "pending")
    again = follows(*agreed, says("Li", a="met", b="not_met"), says("Zhao", "arbiter", b="not_met"))
    assert states(again) == ["met", "not_met"]


REVIEWS = st.lists(
    st.builds(
        lambda reader, role, a, b: says(reader, role, a=a, b=b),
        PEOPLE,
        st.sampled_from(["reader", "arbiter"]),
        STATES,
        STATES,
    ),
    max_size=6,
)


@given(REVIEWS)
def test_no_person_alone_settles_anything(reviews: list[Review]) -> None:
    """Where a grade follows, two different people gave each of its marks."""
    grade = follows(*reviews)
    if grade is None:
        return
    for criterion, mark in zip(ASKED, grade.marks, strict=True):
        backers = {
            reviewing.key(review.reader)
            for review in reviews
            for read in review.marks
            if read.criterion == criterion and read.state == mark.state
        }
        speakers = {reviewing.key(review.reader) for review in reviews}
        assert mark.state == "pending" or len(backers) >= 2 or (backers and len(speakers) >= 3)


@given(REVIEWS)
def test_the_same_reviews_give_the_same_grade(reviews: list[Review]) -> None:
    """What follows depends on the reviews alone, and saying the same again changes nothing."""
    twice = [*reviews, reviews[-1]] if reviews else reviews
    assert follows(*reviews) == follows(*twice)


# -- what is asked ----------------------------------------------------------------------------------------------------

CRITICAL = Criterion(id="a", text="a", check={"says": {"word": "x"}}, critical=True)


def asked(confirm: str, confirmed: bool | None, rule: str = "zero") -> Sequence[str]:
    made = item(CRITICAL)
    requirement = make_requirement(rule=rule, measure="violations", scope=Scope(), confirm=confirm)
    plan = make_plan([made], standard=make_standard(requirement))
    return reviewing.rule_of(plan).asked(made, machine(made, "not_met", confirmed=confirmed))


@pytest.mark.parametrize(
    ("confirm", "confirmed", "due"),
    [("second_grader", True, ()), ("second_grader", False, ("a",)), ("person", True, ("a",)), ("person", None, ("a",))],
)
def test_a_crossed_red_line_is_asked_where_nothing_confirms_it(
    confirm: str, confirmed: bool, due: tuple[str, ...]
) -> None:
    """A failure that a second grader confirmed is asked only where the standard wants a person's word."""
    assert asked(confirm, confirmed) == due


def test_a_failure_of_no_red_line_is_not_asked() -> None:
    """A person does not overrule a grader where no red line is read."""
    assert asked("person", None, rule="bound") == ()


def test_without_a_persons_word_nothing_is_confirmed_by_a_person() -> None:
    """A reopened dispute about a red line leaves it unconfirmed, whatever a second grader said."""
    made = item(CRITICAL)
    rule = Rule(2, {0: True})
    seen = machine(made, "not_met", confirmed=True)
    agreed = [says("Li", a="not_met"), says("Wang", a="not_met")]
    settled = reviewing.follows(rule, made, "complete", seen, agreed)
    reopened = reviewing.follows(rule, made, "complete", seen, [*agreed, says("Li", a="met")])
    assert (settled and settled.violation, reopened and reopened.violation) == ("confirmed", "unconfirmed")


def test_a_critical_failure_that_people_can_not_tell_is_no_pass() -> None:
    """Two who can't tell leave the answer unscored."""
    made = item(CRITICAL)
    reviews = [says("Li", a="unjudged"), says("Wang", a="unjudged")]
    grade = reviewing.follows(Rule(2, {0: True}), made, "complete", machine(made, "not_met", confirmed=True), reviews)
    assert grade is not None
    assert (grade.outcome, grade.why, grade.violation) == ("unscored", "unjudged", "none")


# -- agreement --------------------------------------------------------------------------------------------------------


def test_agreement_counts_first_blind_words() -> None:
    """A correction, an arbiter's word and a third reader's are not what two readers said apart from each other."""
    reviews = [
        says("Wang", a="met", b="met"),
        says("Li", a="not_met", b="met"),
        says("Wang", a="not_met", b="met"),
        says("Zhao", "arbiter", a="met"),
        says("Chen", a="unjudged", b="unjudged"),
    ]
    assert reviewing.pairs({0: reviews, 1: [replace(reviews[0], position=1)]}) == [("not_met", "met"), ("met", "met")]


def test_a_later_part_joins_the_earlier_one() -> None:
    """Half a review that is completed later says all of it."""
    whole = reviewing.joined(says("Li", "reader", "why", a="met"), says("Li", b="not_met"))
    assert whole == says("Li", "reader", "why", a="met", b="not_met")
