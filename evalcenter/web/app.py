"""The console's addresses: who may see what, what a form must bring, and which page answers.

Rules this module keeps:

* Without a session there is nothing but the form to sign in, and the register's pages where they are served too: those are for
  anybody. A reviewer who was taken off the list is signed out at the next visit.
* A form is taken only with its session's own token, and only from our own pages.
* An address never leads anywhere else, and is never taken from what somebody sent.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from evalcenter import reviewers
from evalcenter.errors import EvalcenterError, InputError
from evalcenter.readings import Who
from evalcenter.records import Lang
from evalcenter.review import MARKS
from evalcenter.web import console as consoles
from evalcenter.web import guards, pages
from evalcenter.web.console import Console, Given, NotHere, Settled
from evalcenter.web.sessions import TOTAL_S, Session, Sessions, Throttle

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route
    from starlette.types import ASGIApp

LANG: Final = "evalcenter_lang"
KEYS: Final = "evalcenter_keys"
YEAR_S: Final = 365 * 24 * 3600
_MARK: Final = re.compile(r"mark-([1-9][0-9]{0,3})")
_LINE_ENDS: Final = re.compile(r"\r\n?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request, read whole. `query` and `form` are what was sent; `session` is the one that its cookie names."""

    posted: bool
    path: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str]
    cookies: Mapping[str, str]
    address: str
    lang: Lang
    keys: bool
    session: Session | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the pages stand on.

    `origins` are our own addresses; `secure` says that browsers reach us over TLS; `register` is where the register's pages begin,
    empty where they are not served.
    """

    console: Console
    reviewers: Path
    origins: tuple[str, ...]
    cookie: str
    secure: bool = False
    register: str = ""
    clock: Callable[[], float] = time.monotonic
    sessions: Sessions = field(init=False)
    throttle: Throttle = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sessions", Sessions(self.clock))
        object.__setattr__(self, "throttle", Throttle(self.clock))

    # -- pages

    def sign_in(self, visit: Visit) -> Response:
        """The form to sign in, and what comes of it."""
        if not visit.posted:
            return self._form(visit, "ended" if "ended" in visit.query else "")
        if wait := self.throttle.wait(visit.address):
            return self._form(visit, "too_often", status=429, wait=wait)
        if visit.session is None or not visit.session.fits(visit.form.get("form_token", "")):
            return self._form(visit, "try_again", status=403)
        found = reviewers.known(reviewers.load(self.reviewers), visit.form.get("token", ""))
        if found is None:
            self.throttle.failed(visit.address)
            return self._form(visit, "bad_token", status=401)
        self.sessions.end(visit.session.id)
        return self._with_cookie(_to("/"), self.sessions.open(found))

    def sign_out(self, visit: Visit) -> Response:
        """End the session."""
        if visit.session is not None:
            self.sessions.end(visit.session.id)
        answer = _to("/sign-in")
        answer.delete_cookie(self.cookie)
        return answer

    def home(self, visit: Visit, who: Who) -> Response:
        """How far it is."""
        return self._page("home", visit, who, progress=self.console.progress(who), register=self.register)

    def next(self, _: Visit, who: Who) -> Response:
        """On to what is read next."""
        code = self.console.next(who)
        return _to(f"/read/{code}" if code else "/")

    def sample(self, visit: Visit, who: Who) -> Response:
        """One answer: to be read, or with what was stored; and the storing."""
        code = visit.path["code"]
        if not visit.posted:
            correcting = "correct" in visit.query
            return self._sample(visit, who, correcting=correcting)
        given = _given(visit.form)
        faults = self.console.store(code, who, given)
        if faults:
            return self._sample(visit, who, given=given, faults=faults, correcting=given.correction)
        return _to(f"/read/{code}")

    # -- what they share

    def _sample(
        self,
        visit: Visit,
        who: Who,
        *,
        given: Given | None = None,
        faults: tuple[str, ...] = (),
        correcting: bool = False,
    ) -> Response:
        sample = self.console.sample(visit.path["code"], who)
        asks = not sample.stored or correcting
        said = dict(given.marks) if given else {line.number: line.own for line in sample.lines if correcting}
        values = {
            "sample": sample,
            "said": said,
            "reason": given.reason if given else "",
            "faults": faults,
            "correcting": correcting and sample.stored,
            "progress": self.console.progress(who),
        }
        return self._page("sample" if asks else "stored", visit, who, status=422 if faults else 200, **values)

    def _page(self, name: str, visit: Visit, who: Who | None, *, status: int = 200, **values: Any) -> Response:
        from starlette.responses import HTMLResponse

        session = visit.session
        text = pages.render(
            name, visit.lang, who=who, form_token=session.form_token if session else "", keys=visit.keys, **values
        )
        return HTMLResponse(text, status)

    def _form(self, visit: Visit, said: str, *, status: int = 200, wait: int = 0) -> Response:
        from starlette.responses import HTMLResponse

        session = visit.session
        if session is None or session.reviewer is not None:
            session = self.sessions.open(None)
        text = pages.render(
            "sign_in", visit.lang, who=None, form_token=session.form_token, keys=False, said=said, wait=wait
        )
        headers = {"retry-after": str(wait)} if wait else None
        return self._with_cookie(HTMLResponse(text, status, headers), session)

    def _with_cookie(self, answer: Response, session: Session) -> Response:
        answer.set_cookie(
            self.cookie, session.id, max_age=round(TOTAL_S), httponly=True, samesite="strict", secure=self.secure
        )
        return answer

    # -- around every page

    def signed_in(self, handle: Callable[[Visit, Who], Response]) -> Callable[[Visit], Response]:
        """`handle` for those who are signed in; the form to sign in for the others."""

        def answer(visit: Visit) -> Response:
            who = None
            try:
                who = self._who(visit)
                if who is None:
                    return _to("/sign-in?ended=1" if self.cookie in visit.cookies else "/sign-in")
                if visit.posted and (visit.session is None or not visit.session.fits(visit.form.get("form_token", ""))):
                    return self._page("message", visit, who, status=403, title="refused", text="refused_text")
                return handle(visit, who)
            except NotHere:
                return self._page("message", visit, who, status=404, title="gone", text="gone_text")
            except Settled:
                return self._page("message", visit, who, status=409, title="settled", text="settled_text")
            except EvalcenterError:
                return self._page("message", visit, who, status=503, title="broken", text="broken_text")

        return answer

    def _who(self, visit: Visit) -> Who | None:
        reviewer = visit.session.reviewer if visit.session is not None else None
        if reviewer is None or visit.session is None:
            return None
        if reviewer not in reviewers.load(self.reviewers).reviewers:
            self.sessions.end(visit.session.id)
            return None
        return consoles.who(reviewer.name, reviewer.role)

    def serve(self, handle: Callable[[Visit], Response]) -> Callable[[Request], Any]:
        """`handle` as an endpoint: in a thread of its own, so that nobody's disk holds the others up."""
        from starlette.concurrency import run_in_threadpool
        from starlette.responses import PlainTextResponse

        async def endpoint(request: Request) -> Response:
            posted = request.method == "POST"
            origin = request.headers.get("origin")
            if posted and origin is not None and origin.lower() not in self.origins:
                return PlainTextResponse("not from a page of this console\n", 403)
            try:
                sent = await guards.form(request) if posted else {}
            except InputError as problem:
                return PlainTextResponse(f"{problem.what}\n", 400)
            visit = self._visit(request, posted, sent)
            try:
                answer: Response = await run_in_threadpool(handle, visit)
            except EvalcenterError:  # what it says may name places on this machine
                return PlainTextResponse("the console can't answer now; tell whoever runs it\n", 503)
            for name, value in (("lang", LANG), ("keys", KEYS)):
                if name in visit.query:
                    chosen = visit.lang if name == "lang" else "on" if visit.keys else "off"
                    answer.set_cookie(
                        value, chosen, max_age=YEAR_S, httponly=True, samesite="strict", secure=self.secure
                    )
            return answer

        return endpoint

    def _visit(self, request: Request, posted: bool, sent: Mapping[str, str]) -> Visit:  # noqa: FBT001 - one of the two methods
        cookies = cookies_of(request.headers.get("cookie", ""))
        query = dict(request.query_params)
        return Visit(
            posted=posted,
            path=request.path_params,
            query=query,
            form=sent,
            cookies=cookies,
            address=request.client.host if request.client else "",
            lang=language(query.get("lang", cookies.get(LANG, "")), request.headers.get("accept-language", "")),
            keys=query.get("keys", cookies.get(KEYS)) != "off",
            session=self.sessions.find(cookies.get(self.cookie, "")),
        )


def app(site: Site, hosts: tuple[str, ...], beside: Sequence[Route] = ()) -> ASGIApp:
    """The console as an application, which answers to `hosts` only; `beside` are pages that take no session."""
    from starlette.applications import Starlette
    from starlette.routing import Route

    def page(path: str, handle: Callable[[Visit], Response], *methods: str) -> Route:
        return Route(path, site.serve(handle), methods=list(methods or ("GET",)))

    def nowhere(_: Visit, __: Who) -> Response:
        raise NotHere

    routes = [
        page("/", site.signed_in(site.home)),
        page("/next", site.signed_in(site.next)),
        page("/read/{code:str}", site.signed_in(site.sample), "GET", "POST"),
        page("/sign-in", site.sign_in, "GET", "POST"),
        page("/sign-out", site.signed_in(lambda visit, _: site.sign_out(visit)), "POST"),
        pages.files_route(),
        *beside,
        page("/{rest:path}", site.signed_in(nowhere)),
    ]
    return guards.Guard(Starlette(routes=routes), hosts)


def _given(form: Mapping[str, str]) -> Given:
    marks = {
        int(found[1]): value for name, value in form.items() if (found := _MARK.fullmatch(name)) and value in MARKS
    }
    reason = _LINE_ENDS.sub("\n", form.get("reason", "")).strip()
    return Given(marks=marks, reason=reason, correction=form.get("correction") == "1")


def _to(path: str) -> Response:
    from starlette.responses import RedirectResponse

    return RedirectResponse(path, 303)


def language(chosen: str, accepted: str) -> Lang:
    """The language that was chosen, or else what the browser prefers."""
    if chosen in ("zh", "en"):
        return "zh" if chosen == "zh" else "en"
    first = [part.strip().lower()[:2] for part in accepted.split(",")]
    return "en" if "en" in first and "zh" not in first[: first.index("en")] else "zh"


def cookies_of(header: str) -> dict[str, str]:
    """What a browser sent back; nothing where that can't be read."""
    try:
        return {name: held.value for name, held in SimpleCookie(header).items()}
    except CookieError:
        return {}
