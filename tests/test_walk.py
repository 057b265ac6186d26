"""The whole line, with stand-ins at both ends: plan in, verdict and reports out, and backwards again."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from evalcenter import boundary, canon, certify, grade, history, journal, plan, readings, report, walk
from evalcenter.blocks import Lab
from evalcenter.errors import CallFailed, Incomplete, KeyRefused, PlanMismatch, RunError, Tampered
from evalcenter.hooks import Limits
from evalcenter.plugins import load
from evalcenter.records import Answer, CandidateSpec, Criterion, Plan, Response, Text
from tests.doubles import Says, Scripted, plugins
from tests.factory import make_item, make_plan, make_requirement, make_standard
from tests.test_plan import suite


class Brief:
    """A section that says the verdict."""

    name = "brief"
    version = "1"
    order = 1

    def build(self, facts: object, lang: str) -> tuple[object, ...]:
        from evalcenter.blocks import Paragraph

        return (Paragraph(text=facts.verdict.outcome),)  # type: ignore[attr-defined]


SPEC = CandidateSpec(adapter="scripted", name="c", simulated=True)
QUICK = Limits(concurrency=2, attempts=2, backoff_s=0.001)


def item(number: int, word: str = "yes") -> object:
    return make_item(number, criteria=(Criterion(id="c", text="c", check={"says": {"word": word}}),))


def planned(count: int = 30, word: str = "yes") -> Plan:
    held = suite([item(n, word) for n in range(count)])  # type: ignore[misc]
    standard = make_standard(make_requirement(line=Decimal("0.9")))
    return plan.expand([(held, "sha256:0")], standard, SPEC, "seed", plugins(), boundary.convert)


def means(candidate: Scripted) -> walk.Means:
    return walk.Means(plugins=plugins(candidate, [Brief()]), limits=QUICK, langs=("en",))


def walked(folder: Path, candidate: Scripted | None = None, made: Plan | None = None) -> walk.Ended:
    return walk.start(made or planned(), folder, means(candidate or Scripted()))


def test_the_line_ends_in_a_verdict_and_reports(tmp_path: Path) -> None:
    """Thirty right answers pass a line of 90 %, and the reports say so."""
    ended = walked(tmp_path)
    assert ended.verdict.outcome == "pass"
    assert {path.name for path in ended.reports} == {"report.en.html", "report.en.json", "report.en.md"}
    assert b"pass" in (tmp_path / "report.en.json").read_bytes()


@pytest.mark.parametrize(("wrong", "expected"), [(0, "pass"), (5, "inconclusive"), (20, "fail")])
def test_verdicts_follow_the_answers(tmp_path: Path, wrong: int, expected: str) -> None:
    """Wrong answers turn a PASS into INCONCLUSIVE and then FAIL."""
    made = planned()
    replies = {i.id: [Answer(text="no")] for i in made.items[:wrong]}
    assert walked(tmp_path, Scripted(replies), made).verdict.outcome == expected


def test_everything_can_be_recomputed(tmp_path: Path) -> None:
    """A finished run verifies: every grade, the verdict, the reports."""
    walked(tmp_path)
    checked = certify.verify(tmp_path, plugins())
    assert (checked.answers, checked.grades, checked.outcome) == (30, 30, "pass")
    assert len(checked.reports) == 3


def test_rendering_again_gives_the_same_bytes(tmp_path: Path) -> None:
    """What a report says comes from the journal alone."""
    walked(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.glob("report.*")}
    for path in tmp_path.glob("report.*"):
        path.unlink()
    count = history.load(tmp_path).count
    walk.regrade(tmp_path, means(Scripted()))
    assert before == {path.name: path.read_bytes() for path in tmp_path.glob("report.*")}
    assert count == history.load(tmp_path).count


def test_a_stopped_run_is_walked_on(tmp_path: Path) -> None:
    """A run that a refused key stopped goes on with a good one, asks only what is missing, and says so in its deviations."""
    made = planned()
    fatal = CallFailed("key", "no", retryable=False, fatal=KeyRefused("no"))
    with pytest.raises(KeyRefused):
        walked(tmp_path, Scripted({made.items[made.order[4]].id: [fatal]}), made)
    answered = set(history.load(tmp_path).responses)
    second = Scripted()
    assert walk.resume(tmp_path, means(second)).verdict.outcome == "pass"
    assert len(second.asked) == 30 - len(answered)
    held = history.load(tmp_path)
    assert "1" in walk.facts(held, Lab()).deviations[0].en


def test_resuming_a_finished_run_asks_nothing(tmp_path: Path) -> None:
    """A finished run that is resumed stays as it is."""
    walked(tmp_path)
    count = history.load(tmp_path).count
    candidate = Scripted()
    assert walk.resume(tmp_path, means(candidate)).verdict.outcome == "pass"
    assert (candidate.asked, history.load(tmp_path).count) == ([], count)


def test_failed_samples_are_asked_again_on_resume(tmp_path: Path) -> None:
    """A sample that failed is missing from the verdict until a resume answers it."""
    made = planned()
    replies = {i.id: [CallFailed("server", "500")] * 2 for i in made.items[:3]}
    assert walked(tmp_path, Scripted(replies), made).verdict.outcome == "inconclusive"  # type: ignore[arg-type]
    assert walk.resume(tmp_path, means(Scripted())).verdict.outcome == "pass"
    assert certify.verify(tmp_path, plugins()).outcome == "pass"


def test_pending_marks_are_queued(tmp_path: Path) -> None:
    """Criteria that a judge must mark are counted, queued and leave the verdict open."""
    ended = walked(tmp_path, made=planned(word="…"))
    held = history.load(tmp_path)
    assert (ended.verdict.outcome, ended.verdict.awaiting_review) == ("inconclusive", 30)
    assert next(iter(readings.queue(held))) == (0, "c")


def test_a_run_folder_is_not_taken_twice(tmp_path: Path) -> None:
    """A second run can't be started in a folder that holds one."""
    walked(tmp_path)
    with pytest.raises(RunError, match="holds a run already"):
        walked(tmp_path)


def test_the_laboratory_is_remembered(tmp_path: Path) -> None:
    """A profile that was given at the start is in reports that are rendered later."""
    lab = Lab(name="Invented Centre")
    walk.start(planned(), tmp_path, replace(means(Scripted()), lab=lab))
    held = history.load(tmp_path)
    assert walk._lab(held, means(Scripted())) == lab
    assert walk._lab(held, replace(means(Scripted()), lab=Lab(name="Other"))).name == "Other"


def test_the_profiles_languages(tmp_path: Path) -> None:
    """Reports are written in the languages of the profile, of which the run holds a copy; those given to a command go before."""
    sure = replace(means(Scripted()), lab=Lab(name="Invented Centre", langs=("zh",)), langs=None)
    assert {path.name for path in walk.start(planned(), tmp_path, sure).reports} == {
        f"report.zh.{x}" for x in walk.FORMS
    }
    plain = replace(sure, lab=Lab())
    assert {path.suffix for path in walk.render(tmp_path, plain)} == {".html", ".json", ".md"}
    assert not list(tmp_path.glob("report.en.*"))
    walk.render(tmp_path, replace(plain, langs=("en",)))
    assert list(tmp_path.glob("report.en.*"))


def test_a_centre_adds_deviations(tmp_path: Path) -> None:
    """What the centre knows to have been changed stands among the deviations, in both languages."""
    walked(tmp_path)
    held = history.load(tmp_path)
    said = walk.facts(held, Lab(name="A", deviations=("Tested by night.", Text(zh="换机", en="Moved.")))).deviations
    assert said[-2:] == (Text(zh="Tested by night.", en="Tested by night."), Text(zh="换机", en="Moved."))


def test_a_pdf_is_a_report_of_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PDF that was asked for stands beside the others, the journal names it, and a change in it is seen."""
    monkeypatch.setitem(report.FORMS, "pdf", lambda _: b"%PDF")  # type: ignore[attr-defined]
    walked(tmp_path)
    walk.render(tmp_path, replace(means(Scripted()), forms=(*walk.FORMS, "pdf")))
    assert "report.en.pdf" in certify.verify(tmp_path, plugins()).reports
    (tmp_path / "report.en.pdf").write_bytes(b"%PDF ")
    with pytest.raises(Tampered, match="not the one"):
        certify.verify(tmp_path, plugins())


def test_a_report_that_cannot_be_made_leaves_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one form can't be made nothing is written, so that what stands is still what the journal names."""

    def refuse(_: object) -> bytes:
        raise RunError("no")

    monkeypatch.setitem(report.FORMS, "pdf", refuse)  # type: ignore[attr-defined]
    walked(tmp_path)
    with pytest.raises(RunError, match="no"):
        walk.render(tmp_path, replace(means(Scripted()), lab=Lab(name="A"), forms=(*walk.FORMS, "pdf")))
    assert len(certify.verify(tmp_path, plugins()).reports) == 3


def test_facts_need_a_verdict(tmp_path: Path) -> None:
    """A run without a verdict has no report."""
    with history.create(tmp_path, planned()):
        pass
    with pytest.raises(Incomplete, match="no verdict yet"):
        walk.facts(history.load(tmp_path), Lab())


@pytest.mark.parametrize(("models", "told"), [(("m-1", "m-2"), True), (("m-1", None), False), ((None, None), False)])
def test_another_models_name_is_a_deviation(
    tmp_path: Path, models: tuple[str | None, str | None], *, told: bool
) -> None:
    """An endpoint that names two models in one run is told of in both languages; one name, or none, is nothing to tell."""
    with history.create(tmp_path, make_plan()) as held:
        for position, model in enumerate(models):
            held.write("response", Response(position=position, answers=(Answer(text="yes", model=model),)))
        grade.mark(held, load())
        grade.decide(held)
    found = [(text.en, text.zh) for text in walk.facts(held, Lab()).deviations]
    assert [("m-1, m-2" in en, "m-1, m-2" in zh) for en, zh in found] == ([(True, True)] if told else [])


def test_recovered_lines_are_a_deviation(tmp_path: Path) -> None:
    """Half a line that was set aside is said in the report."""
    walked(tmp_path)
    with (tmp_path / journal.NAME).open("ab") as file:
        file.write(b'{"at"')
    assert certify.verify(tmp_path, plugins()).torn
    walk.resume(tmp_path, means(Scripted()))
    assert any("Half a line" in text.en for text in walk.facts(history.load(tmp_path), Lab()).deviations)


# -- forged runs ------------------------------------------------------------------------------------------------------


def forge(folder: Path, kind: str, change: object) -> None:
    """Write the journal anew with the data of every entry of `kind` changed, and a chain that holds."""
    made, previous = [], journal.GENESIS
    for line in (folder / journal.NAME).read_bytes().splitlines():
        held = json.loads(line)
        if held["kind"] == kind:
            held["data"] = change(held["data"])  # type: ignore[operator]
        held["prev"] = previous
        text = canon.encode(held)
        previous = canon.digest(text)
        made.append(text + b"\n")
    (folder / journal.NAME).write_bytes(b"".join(made))


def wrong_answer(data: dict[str, object]) -> dict[str, object]:
    return {**data, "answers": [{**answer, "text": "no"} for answer in data["answers"]]}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("kind", "change", "error", "words"),
    [
        ("response", wrong_answer, Tampered, "recomputed it is fail"),
        ("grade", lambda d: {**d, "earned": 7}, Tampered, "recomputed"),
        ("verdict", lambda d: {**d, "outcome": "conditional"}, Tampered, "recomputed it is pass"),
        ("report", lambda d: dict.fromkeys(d, "sha256:0"), Tampered, "not the one"),
        ("report", lambda d: {"../x": "sha256:0"}, Tampered, "outside the run"),
        (
            "plan",
            lambda d: {**d, "plugins": [{"kind": "graders", "name": "says", "version": "0"}]},
            PlanMismatch,
            "says 1",
        ),
    ],
)
def test_forged_runs_are_refused(tmp_path: Path, kind: str, change: object, error: type[RunError], words: str) -> None:
    """A journal written anew around a changed answer, grade, verdict or report does not recompute."""
    walked(tmp_path)
    forge(tmp_path, kind, change)
    with pytest.raises(error, match=words):
        certify.verify(tmp_path, plugins())


def test_changed_report_is_refused(tmp_path: Path) -> None:
    """A report that was edited after rendering is not the one that the journal names."""
    walked(tmp_path)
    path = tmp_path / "report.en.md"
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(Tampered, match="not the one"):
        certify.verify(tmp_path, plugins())


def test_a_run_without_verdict_verifies_as_far_as_it_goes(tmp_path: Path) -> None:
    """A run that was only started has no verdict, and says so."""
    with history.create(tmp_path, planned()):
        pass
    checked = certify.verify(tmp_path, plugins())
    assert (checked.outcome, checked.answers, checked.reports) == (None, 0, ())


def test_unknown_plugin_in_a_journal(tmp_path: Path) -> None:
    """A run made with a plugin that is not here can't be verified here."""
    walked(tmp_path)
    forge(tmp_path, "plan", lambda d: {**d, "plugins": [{"kind": "graders", "name": "gone", "version": "1"}]})
    with pytest.raises(Exception, match="no grader is called 'gone'"):
        certify.verify(tmp_path, plugins())
    assert Says.version == "1"


def test_a_report_that_the_journal_does_not_name_is_refused(tmp_path: Path) -> None:
    """A report that lies beside a journal from which its entry was cut is not this run's."""
    walked(tmp_path)
    raw = (tmp_path / journal.NAME).read_bytes().splitlines(keepends=True)
    (tmp_path / journal.NAME).write_bytes(b"".join(raw[:-1]))
    with pytest.raises(Tampered, match="names no such report"):
        certify.verify(tmp_path, plugins())


def test_what_is_unfinished_is_said(tmp_path: Path) -> None:
    """Missing answers, a missing verdict and missing reports are named."""
    made = planned()
    replies = {made.items[made.order[0]].id: [CallFailed("server", "500")] * 2}
    walked(tmp_path, Scripted(replies), made)  # type: ignore[arg-type]
    (tmp_path / "report.en.md").unlink()
    said = certify.verify(tmp_path, plugins()).unfinished
    assert said == "1 of 30 samples that the verdict could need have no answer; reports missing: report.en.md"
    with history.create(tmp_path / "other", made):
        pass
    assert certify.verify(tmp_path / "other", plugins()).unfinished.startswith("no verdict yet; 30 of 30")


def test_rendering_decides_nothing(tmp_path: Path) -> None:
    """A run without a verdict is not rendered, and rendering does not decide it."""
    with history.create(tmp_path, planned()):
        pass
    with pytest.raises(Incomplete, match="no verdict yet"):
        walk.render(tmp_path, means(Scripted()))
    assert history.load(tmp_path).count == 1
