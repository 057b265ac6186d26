"""A certificate takes a centre's run that passed, and two people with keys of their own."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from evalcenter import canon, certificate, envelope, history, issuing, testresult, walk
from evalcenter.blocks import Lab
from evalcenter.errors import Incomplete, InputError, NotGranted, RunError, Tampered
from evalcenter.records import Answer, Judge, Panel, Read, Review
from tests.centre import CENTRE, ID, REAL, Place, granted, place
from tests.doubles import Scripted, plugins
from tests.test_walk import SPEC, forge, means, planned, wrong_answer


@pytest.fixture
def here(tmp_path: Path) -> Place:
    """A run of the centre, not signed yet."""
    return place(tmp_path)


def test_two_people_sign_the_same_bytes(here: Place) -> None:
    """The evaluator's signature comes first, the decider's second, and both are over one statement."""
    assert here.evaluate().whole is False
    assert here.decide().whole is True
    keys = [envelope.public_key(path) for path in here.keys]
    assert envelope.opened(here.file.read_bytes(), keys).signers == tuple(keys)


def test_what_is_certified(here: Place) -> None:
    """The statement holds the fields of 7.7.1, and its subjects are the descriptor and the reports."""
    here.evaluate()
    held = canon.decode(here.payload())
    said = held["predicate"]
    assert held["predicateType"] == "urn:evalcenter:certificate:0.1"
    assert held["subject"][0] == {"name": "candidate", "digest": {"sha256": canon.digest(REAL).removeprefix("sha256:")}}
    assert (said["kind"], said["id"], said["demonstration"]) == ("certificate", ID, False)
    assert said["body"]["name"]["en"] == "Invented Centre"
    assert said["body"]["accreditation"]["en"] == "not issued under accreditation"
    assert said["client"] == {"name": "Vendor Ltd", "address": "2 Vendor Road"}
    assert said["status"] == f"https://register.example/status?id={ID}"
    assert "Weights behind a remote endpoint can't be identified" in said["subject"]["en"]
    assert said["evidence"]["verdict"]["outcome"] == "pass"


@pytest.mark.parametrize("name", ["certificate", "declaration"])
def test_what_is_signed_fits_its_schema(here: Place, name: str) -> None:
    """The published schemas of both predicates take what is signed."""
    here.evaluate()
    signed = here.held() if name == "certificate" else here.held().evidence
    schema = json.loads((Path(__file__).parents[1] / "docs" / "schema" / f"{name}.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(canon.plain(signed))


def test_signing_again_changes_nothing(here: Place) -> None:
    """Either person may sign again: the file stays as it is."""
    here.evaluate()
    here.evaluate()
    here.decide()
    before = here.file.read_bytes()
    here.evaluate()
    here.decide()
    assert here.file.read_bytes() == before


def test_what_follows_is_written_when_both_have_signed(here: Place) -> None:
    """Summary and pages appear with the second signature, not with the first."""
    names = {issuing.SUMMARY, "certificate.zh.html", "certificate.en.html"}
    here.evaluate()
    assert not names & {path.name for path in here.run.iterdir()}
    here.decide()
    assert names <= {path.name for path in here.run.iterdir()}
    assert not list(here.run.glob(".certificate*"))


@pytest.mark.parametrize("candidate", [True, False])
def test_a_stand_in_makes_a_demonstration(tmp_path: Path, candidate: bool) -> None:
    """A simulated candidate or judge marks the certificate, whatever the grant says."""
    judge = Judge(spec=SPEC, family="x")
    made = planned() if candidate else replace(planned(), candidate=REAL)
    held = place(tmp_path, made)
    run = history.load(held.run)
    if not candidate:
        run.plan = replace(run.plan, panel=Panel(judges=(judge,)))
    assert certificate.of(run, held.grant()).demonstration is True


def test_throw_away_keys_make_a_demonstration(here: Place) -> None:
    """A grant may say itself that it is for show."""
    here.evaluate(demonstration=True)
    assert here.held().demonstration is True


# -- what is refused --------------------------------------------------------------------------------------------------


def refused(place: Place, words: str, **changes: Any) -> None:
    with pytest.raises(NotGranted, match=words):
        place.evaluate(**changes)
    assert not place.file.exists()


@pytest.mark.parametrize(("default", "words"), [("no", "verdict is FAIL"), ("", "verdict is")])
def test_a_run_that_did_not_pass(tmp_path: Path, default: str, words: str) -> None:
    """FAIL is not certified, and the reason is said."""
    refused(place(tmp_path, candidate=Scripted(default=default)), words)


def test_an_inconclusive_run(tmp_path: Path) -> None:
    """INCONCLUSIVE is not certified."""
    made = replace(planned(), candidate=REAL)
    replies = {i.id: [Answer(text="no")] for i in made.items[:5]}
    refused(place(tmp_path, made, candidate=Scripted(replies)), "verdict is INCONCLUSIVE")  # type: ignore[arg-type]


def test_a_self_test(tmp_path: Path) -> None:
    """A run in whose journal no centre stands is no certificate's, though everything else is right."""
    refused(place(tmp_path, lab=Lab()), "self-test: no centre")


def test_a_self_test_whose_reports_were_rendered_for_a_centre(tmp_path: Path) -> None:
    """Reports with a centre's name, rendered afterwards, make no centre's run of it."""
    held = place(tmp_path, lab=Lab())
    walk.render(held.run, replace(means(Scripted()), lab=CENTRE))
    assert b"Invented Centre" in (held.run / "report.en.json").read_bytes()
    refused(held, "self-test: no centre")


@pytest.mark.parametrize(
    ("first", "own"), [(Lab(), False), (replace(CENTRE, name="Another Centre"), False), (CENTRE, True)]
)
def test_a_report_knows_whether_its_issuer_held_the_run(tmp_path: Path, first: Lab, own: bool) -> None:
    """A self-test, or another centre's run, that is rendered in a centre's name was not tested by it."""
    run = history.load(place(tmp_path, lab=first).run)
    assert walk.facts(run, CENTRE).held_by_issuer is own


def test_a_signed_run_is_not_rendered_into_another(here: Place) -> None:
    """What was signed stays: other reports than the signed ones are refused before a byte is written, the same ones are not."""
    here.evaluate()
    before = {path.name: path.read_bytes() for path in here.run.iterdir()}
    with pytest.raises(RunError, match="this run is signed"):
        walk.render(here.run, replace(means(Scripted()), lab=replace(CENTRE, name="Another Centre")))
    walk.render(here.run, means(Scripted()))
    assert {path.name: path.read_bytes() for path in here.run.iterdir()} == before


@pytest.mark.parametrize("other", [Lab(), replace(CENTRE, name="Another Centre")])
def test_sittings_of_different_centres(here: Place, other: Lab) -> None:
    """A run that was begun by nobody, or by another centre, is not certified by whoever finished it."""
    with history.resume(here.run) as held:
        held.write("opened", {**held.opened[-1], "lab": other})
        walk._rendered(held, replace(means(Scripted()), lab=CENTRE))
    refused(here, "not every sitting")


def test_a_run_with_a_cache(here: Place) -> None:
    """Answers that were taken over from a folder were asked by nobody knows whom."""
    with history.resume(here.run) as held:
        held.write("opened", {**held.opened[-1], "cache": "answers"})
        walk._rendered(held, replace(means(Scripted()), lab=CENTRE))
    refused(here, "taken from a cache")


@pytest.mark.parametrize("lab", [Lab(), replace(CENTRE, name="Another Centre")])
def test_a_self_test_is_not_carried_into_a_centres_run(tmp_path: Path, lab: Lab) -> None:
    """Another attempt takes over answers that the centre itself heard, and no one else's."""
    earlier = history.load(place(tmp_path, lab=lab).run)
    made = replace(planned(), candidate=REAL)
    with pytest.raises(RunError, match="was not this centre's"):
        walk.start(made, tmp_path / "again", replace(means(Scripted()), lab=CENTRE), earlier)
    assert not (tmp_path / "again").exists()


def test_a_centre_carries_on_its_own(tmp_path: Path) -> None:
    """Another attempt of the same centre can be certified."""
    held = place(tmp_path)
    earlier = history.load(held.run)
    walk.start(replace(planned(), candidate=REAL), tmp_path / "again", replace(means(Scripted()), lab=CENTRE), earlier)
    assert certificate.of(history.load(tmp_path / "again"), held.grant()).evidence.verdict.outcome == "pass"


def test_a_centre_without_address(tmp_path: Path) -> None:
    """7.7.1 asks for the address of whoever certifies."""
    refused(place(tmp_path, lab=replace(CENTRE, address=None)), "gives no address")


def test_a_grant_before_the_verdict(here: Place) -> None:
    """Nothing is granted before it was decided that the run passed."""
    refused(here, "older than the verdict", granted="2020-01-01", valid_from="2020-01-01")


def test_a_reviewer_does_not_decide(here: Place) -> None:
    """Whoever read answers of the run took part in the evaluation; a spelling with other spaces is the same person."""
    run = history.load(here.run)
    review = Review(
        position=0, reader="b.  EXAMPLE", role="reader", marks=(Read(criterion="c", state="met"),), reason=""
    )
    run.reviews = {0: (review,)}  # type: ignore[assignment]
    with pytest.raises(NotGranted, match="reviewed answers of this run"):
        certificate.of(run, here.grant())


def test_the_key_of_a_third_person(here: Place) -> None:
    """A key that the grant does not name signs nothing."""
    with pytest.raises(NotGranted, match="neither person's"):
        issuing.issue(here.run, here.grant(), (here.home / "other.pem", None), plugins())


def test_the_decider_does_not_sign_first(here: Place) -> None:
    """Without the evaluator's signature there is nothing to decide on."""
    with pytest.raises(NotGranted, match="has not signed yet"):
        here.decide()


def test_the_decider_checks_the_first_signature(here: Place) -> None:
    """Whoever decides gives the evaluator's public key, and it must be that one."""
    here.evaluate()
    for public, words in ((None, "over the signature"), ("other.pub.pem", "not that of whoever evaluated")):
        first = None if public is None else here.home / public
        with pytest.raises(NotGranted, match=words):
            issuing.issue(here.run, here.grant(), (here.home / "d.pem", first), plugins())


def test_the_decider_signs_what_the_evaluator_signed(here: Place) -> None:
    """Another scope is another certificate, and the first one is not overwritten."""
    here.evaluate()
    before = here.file.read_bytes()
    with pytest.raises(RunError, match="another certificate was signed here"):
        here.decide(scope="Everything")
    with pytest.raises(RunError, match="another signed file is here"):
        here.evaluate(scope="Everything")
    assert here.file.read_bytes() == before


def test_a_run_that_does_not_recompute(here: Place) -> None:
    """Each of the two recomputes the run before signing."""
    here.evaluate()
    forge(here.run, "response", wrong_answer)
    with pytest.raises(Tampered):
        here.decide()


def test_a_run_without_its_reports(here: Place) -> None:
    """What an officer reads must be there when it is signed."""
    (here.run / "report.en.md").unlink()
    with pytest.raises(Incomplete, match="are missing"):
        here.evaluate()


def test_keys_stay_out_of_the_run(here: Place) -> None:
    """A private key in the folder that is handed out signs nothing."""
    with pytest.raises(InputError, match="must not lie in the run's folder"):
        issuing.issue(here.run, here.grant(), (here.run / "e.pem", None), plugins())


# -- the summary for other tools --------------------------------------------------------------------------------------


def summary(place: Place) -> dict[str, Any]:
    raw = (place.run / issuing.SUMMARY).read_bytes()
    return dict(canon.decode(envelope.unseal(raw, envelope.public_key(place.keys[1]))))


def test_a_pass_is_passed(tmp_path: Path) -> None:
    """in-toto's test-result of a real PASS says PASSED and names what passed."""
    held = summary(granted(tmp_path))
    assert held["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    said = held["predicate"]
    assert (said["result"], said["passedTests"], said["failedTests"]) == ("PASSED", ["safety"], [])
    assert all(set(one["digest"]) == {"sha256"} for one in said["configuration"])


def test_a_demonstration_is_not_passed(tmp_path: Path) -> None:
    """A tool that lets PASSED through gets no PASSED for a stand-in."""
    said = summary(granted(tmp_path, planned()))["predicate"]
    assert said["result"] == "WARNED"
    assert said["configuration"][0]["annotations"] == {"verdict": "pass", "demonstration": True}


@pytest.mark.parametrize(
    ("outcome", "result"),
    [("pass", "PASSED"), ("fail", "FAILED"), ("conditional", "WARNED"), ("inconclusive", "WARNED")],
)
def test_every_verdict_has_its_result(here: Place, outcome: str, result: str) -> None:
    """test-result can't say inconclusive or conditional: both are WARNED, and the verdict stands in the annotation."""
    here.evaluate()
    said = here.held().evidence
    raw = testresult.statement(replace(said, verdict=replace(said.verdict, outcome=outcome)), demonstration=False)
    made = canon.decode(raw)["predicate"]
    assert (made["result"], made["configuration"][0]["annotations"]["verdict"]) == (result, outcome)


def test_others_read_the_statements(tmp_path: Path) -> None:
    """in-toto's own library takes both statements."""
    pytest.importorskip("in_toto_attestation")
    from google.protobuf import json_format
    from in_toto_attestation.predicates.test_result.v0 import test_result_pb2
    from in_toto_attestation.v1 import statement_pb2
    from in_toto_attestation.v1.statement import Statement

    held = granted(tmp_path)
    for raw in (held.payload(), canon.encode(summary(held))):
        made = Statement.copy_from_pb(json_format.ParseDict(json.loads(raw), statement_pb2.Statement()))
        made.validate()
    said = json_format.ParseDict(summary(held)["predicate"], test_result_pb2.TestResult())
    assert said.result == "PASSED"


def test_others_verify_both_signatures(tmp_path: Path) -> None:
    """Securesystemslib finds two good signatures of two in the envelope."""
    pytest.importorskip("securesystemslib")
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import SSlibKey

    held = granted(tmp_path)
    made = Envelope.from_dict(json.loads(held.file.read_bytes()))
    keys = []
    for path in held.keys:
        key = envelope.public_key(path)
        keys.append(SSlibKey.from_crypto(key, keyid=envelope.fingerprint(key)))  # type: ignore[arg-type]
    assert set(made.verify(keys, 2)) == {key.keyid for key in keys}
