"""The console as a program sees it: who gets in, what a form must bring, what is stored, and what is never shown."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from evalcenter import errors, history, reviewers
from evalcenter.web import serving
from evalcenter.web.sessions import IDLE_S, TOTAL_S, TRIES, WITHIN_S
from tests.web import room
from tests.web.room import Client, Room

COUNT = 4


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Room]:
    """A run of a few answers, two readers and an arbiter."""
    room.made(tmp_path / "run", room.items(COUNT))
    tokens = room.people(tmp_path / "who.json", "Dr Li", "Dr Wang", arbiter="Dr Zhao")
    with room.served(tmp_path / "run", tmp_path / "who.json", tokens) as made:
        yield made


def signed_in(here: Room, name: str) -> Client:
    client = Client(here.url)
    assert client.sign_in(here.tokens[name]).status == 303
    return client


def count(here: Room, kind: str) -> int:
    return sum(f'"kind":"{kind}"' in line for line in (here.folder / "journal.jsonl").read_text("utf-8").splitlines())


# -- getting in -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/next", "/read/0123456789abcdef", "/anything"])
def test_without_a_token_there_is_only_the_form_to_sign_in(here: Room, path: str) -> None:
    """Every page sends a stranger to the form."""
    page = Client(here.url).get(path)
    assert (page.status, page.headers["location"]) == (303, "/sign-in")


@pytest.mark.parametrize("token", ["", "x", "x.y", "0" * 8 + "." + "A" * 43, "é" * 300, "\x00"])
def test_a_wrong_token_is_refused(here: Room, token: str) -> None:
    """Whatever is sent, nobody is signed in, and it is not shown again."""
    client = Client(here.url)
    page = client.sign_in(token)
    assert (page.status, client.get("/").status) == (401, 303)
    assert len(token) < 5 or token not in page.text


def test_half_a_token_is_refused(here: Room) -> None:
    """The open half, or the secret of somebody else behind it, signs nobody in."""
    one, other = here.tokens["Dr Li"], here.tokens["Dr Wang"]
    assert Client(here.url).sign_in(one.split(".")[0]).status == 401
    assert Client(here.url).sign_in(f"{one.split('.')[0]}.{other.split('.')[1]}").status == 401


def test_a_removed_reviewer_is_out_at_the_next_visit(here: Room) -> None:
    """Taking somebody off the list ends the session that is open."""
    client = signed_in(here, "Dr Li")
    reviewers.remove(here.reviewers, "dr li")
    assert client.get("/").status == 303
    assert Client(here.url).sign_in(here.tokens["Dr Li"]).status == 401


def test_many_wrong_tokens_are_slowed_down(here: Room) -> None:
    """After a few failures even the right token has to wait; later it is heard again."""
    client = Client(here.url)
    for _ in range(TRIES):
        assert client.sign_in("x.y").status == 401
    page = client.sign_in(here.tokens["Dr Li"])
    assert (page.status, int(page.headers["retry-after"]) > 0) == (429, True)
    here.clock.now += WITHIN_S + 1
    assert client.sign_in(here.tokens["Dr Li"]).status == 303


def test_an_idle_session_ends(here: Room) -> None:
    """Half an hour without a visit signs out, and a form sent then stores nothing."""
    client = signed_in(here, "Dr Li")
    path = client.next()
    token = client.get(path).form_token
    here.clock.now += IDLE_S + 1
    page = client.post(path, {"form_token": token, "mark-1": "met", "mark-2": "met"})
    assert (page.status, page.headers["location"], count(here, "review")) == (303, "/sign-in?ended=1", 0)
    assert "Your session has ended" in client.get("/sign-in?ended=1").text


def test_a_busy_session_ends_too(here: Room) -> None:
    """After eight hours it is over, however often the reader came."""
    client = signed_in(here, "Dr Li")
    while here.clock.now + IDLE_S / 2 <= TOTAL_S:
        here.clock.now += IDLE_S / 2
        assert client.get("/").status == 200
    here.clock.now += IDLE_S / 2
    assert client.get("/").status == 303


def test_signing_out_ends_the_session(here: Room) -> None:
    """The cookie of a session that was ended is worth nothing."""
    client = signed_in(here, "Dr Li")
    held = dict(client.cookies)
    assert client.post("/sign-out", {"form_token": client.get("/").form_token}).status == 303
    client.cookies = held
    assert client.get("/").status == 303


def test_signing_in_gives_a_new_id(here: Room) -> None:
    """A session id that was there before the sign-in does not carry it."""
    client = Client(here.url)
    client.get("/sign-in")
    before = dict(client.cookies)
    client.sign_in(here.tokens["Dr Li"])
    stranger = Client(here.url)
    stranger.cookies = before
    assert stranger.get("/").status == 303


# -- forms and headers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", [None, "", "x", "other's"])
def test_a_form_without_its_own_token_is_refused(here: Room, token: str | None) -> None:
    """A form from elsewhere, or of another session, stores nothing and signs nobody out."""
    client = signed_in(here, "Dr Li")
    if token == "other's":
        token = signed_in(here, "Dr Wang").get("/").form_token
    given = {} if token is None else {"form_token": token}
    path = client.next()
    assert client.post(path, {**given, "mark-1": "met", "mark-2": "met"}).status == 403
    assert client.post("/sign-out", given).status == 403
    assert (count(here, "review"), client.get("/").status) == (0, 200)


def test_a_form_to_sign_in_needs_its_token_too(here: Room) -> None:
    """Nobody is signed in by a page elsewhere."""
    assert Client(here.url).post("/sign-in", {"token": here.tokens["Dr Li"]}).status == 403


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1", "", "0.0.0.0"])
def test_another_host_is_turned_away(here: Room, host: str) -> None:
    """A name that somebody points here is not answered."""
    assert Client(here.url).get("/sign-in", Host=host).status in (400, 421)


def test_a_form_from_another_origin_is_turned_away(here: Room) -> None:
    """A browser that says where a form comes from is believed where that is not here."""
    client = signed_in(here, "Dr Li")
    path = client.next()
    shown = client.get(path)
    form = {"form_token": shown.form_token, "mark-1": "met", "mark-2": "met"}
    assert client.post(path, form, Origin="https://evil.example").status == 403
    assert client.post(path, form, Origin="null").status == 403
    assert client.post(path, form, Origin=here.url).status == 303


@pytest.mark.parametrize("path", ["/", "/sign-in", "/next", "/static/console.css", "/static/nothing", "/read/x"])
def test_every_answer_forbids_what_is_not_ours(here: Room, path: str) -> None:
    """Scripts in a page, frames, guessing of types and keeping are forbidden on every answer."""
    headers = signed_in(here, "Dr Li").get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert (headers["x-frame-options"], headers["x-content-type-options"]) == ("DENY", "nosniff")
    assert headers["referrer-policy"] == "same-origin"
    assert (headers["cache-control"] == "no-store") is not path.startswith("/static/")


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(here: Room) -> None:
    """HttpOnly and SameSite=Strict stand on it, and the port is part of its name."""
    client = Client(here.url)
    said = client.sign_in(here.tokens["Dr Li"]).headers["set-cookie"]
    assert "HttpOnly" in said
    assert "SameSite=strict" in said
    assert said.startswith(f"evalcenter_{here.url.rpartition(':')[2]}=")


def test_no_page_stands_a_script_or_a_style_of_its_own(here: Room) -> None:
    """What the policy forbids is not needed: the pages hold no inline script, style or handler."""
    client = signed_in(here, "Dr Li")
    for path in ("/", client.next(), "/sign-in"):
        text = client.get(path).text
        assert text.count("<script") == text.count('<script src="/static/console.js" defer></script>')
        assert "style=" not in text
        assert " on" not in "".join(part.split(">")[0] for part in text.split("<")[1:] if " on" in part and "=" in part)


@pytest.mark.parametrize("body", ["a" * 300_000, "&".join(f"a{n}=1" for n in range(600)), "mark-1=%ff%fe"])
def test_a_form_that_no_browser_sends_does_no_harm(here: Room, body: str) -> None:
    """Too long, too many fields, bytes that are no text: refused, and the console goes on."""
    client = signed_in(here, "Dr Li")
    page = client._ask("POST", client.next(), body, {})
    assert page.status in (400, 403)
    assert client.get("/").status == 200


# -- reading ----------------------------------------------------------------------------------------------------------


def test_marks_are_stored_and_then_the_judges_are_shown(here: Room) -> None:
    """What the judge said is nowhere on the page before the marks are stored, and there afterwards with its passage."""
    client = signed_in(here, "Dr Li")
    path = client.next()
    before = client.get(path).text
    assert "SAID BY THE JUDGE" not in before
    assert "judge" not in before.lower()
    page = client.mark(path, "met", "cannot_tell", reason="clear enough")
    assert (page.status, page.headers["location"]) == (303, path)
    after = client.get(path).text
    assert all(words in after for words in ("SAID BY THE JUDGE", "好的", "clear enough"))
    held = history.load(here.folder).reviews
    (review,) = next(iter(held.values()))
    assert [(read.criterion, read.state) for read in review.marks] == [("kind", "met"), ("safe", "unjudged")]


def test_a_page_never_says_why_an_answer_is_read(tmp_path: Path) -> None:
    """Whatever the judge said of it and whatever the coin, the page is the same but for its address."""
    seen = set()
    for judged in ("met", "not_met", "unjudged", None):
        folder = tmp_path / str(judged)
        room.made(folder, room.items(1), judged=judged)
        tokens = room.people(folder / "who.json", "Dr Li")
        with room.served(folder, folder / "who.json", tokens) as here:
            client = signed_in(here, "Dr Li")
            path = client.next()
            page = client.get(path)
            seen.add((path, page.text.replace(page.form_token, "")))
    assert len(seen) == 1


def test_an_answer_is_not_for_whoever_guesses_its_address(here: Room) -> None:
    """Unknown addresses, and the arbiter's look at what nobody disputes, lead nowhere."""
    reader, arbiter = signed_in(here, "Dr Li"), signed_in(here, "Dr Zhao")
    path = reader.next()
    assert reader.get("/read/0123456789abcdef").status == 404
    assert arbiter.get(path).status == 404
    assert arbiter.next() == "/"


def test_a_form_with_a_mark_missing_stores_nothing(here: Room) -> None:
    """It comes back with what was marked, and says what is missing."""
    client = signed_in(here, "Dr Li")
    path = client.next()
    page = client.mark(path, "met", "", reason="half of it")
    assert (page.status, count(here, "review")) == (422, 0)
    assert "Not marked yet" in page.text
    assert 'value="met" required checked' in page.text
    assert "half of it" in page.text


@pytest.mark.parametrize("words", [("Met", "met"), ("met", "pending"), ("", ""), ("met", "unjudged")])
def test_a_mark_of_another_kind_is_none(here: Room, words: tuple[str, str]) -> None:
    """Only the three words are marks."""
    client = signed_in(here, "Dr Li")
    assert client.mark(client.next(), *words).status == 422
    assert count(here, "review") == 0


def test_the_same_form_sent_twice_is_stored_once(here: Room) -> None:
    """A browser that did not hear the answer may send it again; other marks for the same answer are no second try."""
    client = signed_in(here, "Dr Li")
    path = client.next()
    form = {"form_token": client.get(path).form_token, "mark-1": "met", "mark-2": "met", "reason": "fine"}
    assert [client.post(path, form).status for _ in range(3)] == [303, 303, 303]
    assert count(here, "review") == 1
    assert client.post(path, {**form, "mark-1": "not_met"}).status == 409
    assert count(here, "review") == 1


def test_a_correction_needs_a_reason_and_is_a_line_of_its_own(here: Room) -> None:
    """What was stored stays in the journal, and the later word counts."""
    client = signed_in(here, "Dr Li")
    path = client.next()
    client.mark(path, "met", "met")
    shown = client.get(f"{path}?correct=1")
    form = {"form_token": shown.form_token, "mark-1": "not_met", "mark-2": "met", "correction": "1"}
    assert client.post(path, {**form, "reason": " "}).status == 422
    assert client.post(path, {**form, "reason": "a slip"}).status == 303
    (position,) = history.load(here.folder).reviews
    assert [read.marks[0].state for read in history.load(here.folder).reviews[position]] == ["met", "not_met"]


def read_all(client: Client, *words: str) -> int:
    done = 0
    while (path := client.next()) != "/":
        assert client.mark(path, *words).status == 303
        done += 1
    return done


def test_two_readers_and_an_arbiter_settle_a_run(here: Room) -> None:
    """Each reads everything once; the arbiter sees both and the judge, settles only what is disputed, and it verifies."""
    assert read_all(signed_in(here, "Dr Li"), "met", "met") == COUNT
    assert (
        history.load(here.folder).results[0].by == "graders" or "person" not in history.load(here.folder).results[0].by
    )
    assert read_all(signed_in(here, "Dr Wang"), "met", "not_met") == COUNT
    assert "waits for other readers" in signed_in(here, "Dr Li").get("/").text
    arbiter = signed_in(here, "Dr Zhao")
    path = arbiter.next()
    shown = arbiter.get(path).text
    assert ("First reader" in shown, "SAID BY THE JUDGE" in shown, "Dr Li" in shown) == (True, True, False)
    assert shown.count("<fieldset") == 1
    while (path := arbiter.next()) != "/":
        assert arbiter.mark(path, "", "not_met").status == 303
    assert "evalcenter run --resume" in arbiter.get("/").text
    held = history.load(here.folder)
    assert {held.grades[p].by for p in range(COUNT)} == {"person:Dr Li + Dr Wang, Dr Zhao"}
    assert {held.results[p].states for p in range(COUNT)} == {("met", "not_met")}
    room.verified(here.folder)


def test_two_who_mark_at_the_same_moment_lose_nothing(tmp_path: Path) -> None:
    """Both readers' marks on the same answers, sent at once, are all in the journal, each once."""
    many = 12
    room.made(tmp_path / "run", room.items(many))
    tokens = room.people(tmp_path / "who.json", "Dr Li", "Dr Wang")
    with room.served(tmp_path / "run", tmp_path / "who.json", tokens) as here:
        clients = [signed_in(here, name) for name in tokens]
        for _ in range(many):
            paths = [client.next() for client in clients]
            assert paths[0] == paths[1]
            gate, got = threading.Barrier(2), list[int]()

            def send(client: Client, path: str, gate: threading.Barrier = gate, got: list[int] = got) -> None:
                form = {"form_token": client.get(path).form_token, "mark-1": "met", "mark-2": "met"}
                gate.wait()
                got.append(client.post(path, form).status)

            threads = [threading.Thread(target=send, args=one) for one in zip(clients, paths, strict=True)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert got == [303, 303]
    held = history.load(tmp_path / "run")
    assert [len(held.reviews[p]) for p in range(many)] == [2] * many
    assert sum(held.grades[p].by.startswith("person:") for p in range(many)) == many
    room.verified(tmp_path / "run")


def test_a_third_who_had_it_on_his_desk_loses_nothing(tmp_path: Path) -> None:
    """Two were faster: the third's marks are kept, and the grade of the two stands."""
    room.made(tmp_path / "run", room.items(1))
    tokens = room.people(tmp_path / "who.json", "A", "B", "C")
    with room.served(tmp_path / "run", tmp_path / "who.json", tokens) as here:
        slow = signed_in(here, "C")
        path = slow.next()
        form = {"form_token": slow.get(path).form_token, "mark-1": "not_met", "mark-2": "not_met"}
        for name in ("A", "B"):
            signed_in(here, name).mark(path, "met", "met")
        assert slow.post(path, form).status == 303
    held = history.load(tmp_path / "run")
    assert (len(held.reviews[0]), held.grades[0].by, held.results[0].states) == (3, "person:A + B", ("met", "met"))


def test_a_name_that_looks_alike_is_the_same_person(tmp_path: Path) -> None:
    """Nobody gets a second token under another spelling, and nobody reviews twice as two people."""
    book = tmp_path / "who.json"
    room.people(book, "Dr Li")
    with pytest.raises(errors.InputError, match="there already"):
        reviewers.add(book, "ＤＲ  ＬＩ", "arbiter", "")


# -- the run ----------------------------------------------------------------------------------------------------------


def test_nobody_else_writes_the_run_meanwhile(here: Room) -> None:
    """A second console, and a run that goes on, are turned away while it is open."""
    with pytest.raises(errors.Locked), serving.opened(here.folder):
        pass


def test_a_run_that_is_being_written_is_refused(tmp_path: Path) -> None:
    """The console does not open a run that another process writes."""
    room.made(tmp_path / "run", room.items(1))
    room.people(tmp_path / "who.json", "A")
    with ExitStack() as stack:
        stack.enter_context(history.resume(tmp_path / "run"))
        with pytest.raises(errors.Locked):
            serving.serve(tmp_path / "run", serving.Bound(port=0, reviewers=tmp_path / "who.json"))


def test_a_disk_that_refuses_is_said(here: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mark that could not be written is never called stored."""
    client = signed_in(here, "Dr Li")
    path = client.next()

    def full(*_: object) -> None:
        raise errors.DiskFull("the disk is full")

    monkeypatch.setattr(history.Run, "write", full)
    page = client.mark(path, "met", "met")
    assert (page.status, "The disk did not take it" in page.text) == (503, True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"host": "0.0.0.0"}, "can be reached from other machines"),
        ({"host": "review.example.org"}, "can be reached from other machines"),
        ({"address": "review.example.org"}, "no address of a console"),
        ({"address": "ftp://review.example.org"}, "no address of a console"),
        ({"reviewers": Path("nobody.json")}, "nobody may sign in"),
    ],
)
def test_a_console_that_is_open_to_all_or_to_nobody_is_refused(
    tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    """Beyond this machine it takes an address that was named; without reviewers it takes nobody."""
    room.people(tmp_path / "who.json", "A")
    with pytest.raises(errors.InputError, match=words):
        serving.checked(replace(serving.Bound(reviewers=tmp_path / "who.json"), **changes))  # type: ignore[arg-type]


def test_behind_tls_the_cookie_says_so() -> None:
    """A named address is the only host, and its cookie travels over TLS only."""
    bound = serving.Bound(host="0.0.0.0", address="https://review.example.org")
    assert serving.names(bound, 8321) == (("review.example.org",), ("https://review.example.org",), True)


# -- both languages ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "tag"), [("zh-CN,zh;q=0.9", "zh-CN"), ("en-GB,en", "en"), ("fr", "zh-CN"), ("", "zh-CN")]
)
def test_the_page_speaks_the_readers_language(here: Room, accepted: str, tag: str) -> None:
    """The browser's own language first, and Chinese where it is neither."""
    assert f'<html lang="{tag}">' in Client(here.url).get("/sign-in", Accept_Language=accepted).text


def test_a_chosen_language_is_remembered(here: Room) -> None:
    """A link on every page changes it, and it stays; the answer keeps its own."""
    client = signed_in(here, "Dr Li")
    client.get("/?lang=zh")
    page = client.get(client.next()).text
    assert '<html lang="zh-CN">' in page
    client.get("/?lang=en")
    page = client.get(client.next()).text
    assert '<html lang="en">' in page
    assert '<div class="text" lang="zh-CN"' in page


def test_what_the_disk_did_not_take_is_not_called_stored_the_second_time_either(
    here: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A form that is sent again after the disk refused to sync is refused again."""
    client = signed_in(here, "Dr Li")
    path = client.next()
    form = {"form_token": client.get(path).form_token, "mark-1": "met", "mark-2": "met"}

    def refuses(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("evalcenter.journal.os.fsync", refuses)
    assert [client.post(path, form).status for _ in range(2)] == [503, 503]


def test_a_file_of_reviewers_that_broke_lets_nobody_in(here: Room) -> None:
    """While it can't be read nobody is signed in, and nothing of the machine is told."""
    client = signed_in(here, "Dr Li")
    here.reviewers.write_text("{", encoding="utf-8")
    page, other = client.get("/"), Client(here.url).sign_in(here.tokens["Dr Li"])
    assert (page.status, other.status) == (503, 503)
    assert str(here.reviewers) not in page.text + other.text
