"""The register as anybody may read it: pages to look a certificate up. There is nothing to sign in to, and nothing is written.

Rules this module keeps:

* A page is made from the register at that moment, and says so; it names no person.
* Only GET is answered. What is looked for is text: it is escaped, shortened, and no part of an order to the database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from evalcenter import canon, journal
from evalcenter.errors import EvalcenterError
from evalcenter.records import Lang
from evalcenter.web import guards, pages
from evalcenter.web.app import LANG, YEAR_S, cookies_of, language

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route
    from starlette.types import ASGIApp

    from evalcenter.register.book import Book

LONGEST: Final = 120
MOST: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the pages stand on: the register, the clock (UTC text), whether browsers come over TLS, and where the pages begin."""

    book: Book
    clock: Callable[[], str] = journal.now
    secure: bool = False
    root: str = ""

    def home(self, asked: Mapping[str, str], lang: Lang) -> str:
        """The form, and what was found by it."""
        from evalcenter.register import granted

        wanted, today = " ".join(asked.get("q", "").split())[:LONGEST], self.clock()[:10]
        with self.book.read() as held:
            rows = granted.search(held, wanted)
            found = [
                {**row, "status": granted.standing(held, granted.certificate(held, row["number"]), today).status}
                for row in rows[:MOST]
            ]
        more = {"q": wanted, "found": found, "count": len(rows), "most": MOST}
        return self._page("register", lang, asked_for=f"&q={quote(wanted)}" if wanted else "", **more)

    def certificate(self, asked: Mapping[str, str], lang: Lang) -> str:
        """One certificate. Raises RegisterError where there is none of that number."""
        from evalcenter.register import granted

        now = self.clock()
        with self.book.read() as held:
            row = granted.certificate(held, asked["number"][:LONGEST])
            standing = granted.standing(held, row, now[:10])
            about = granted.about(held, row)
        suites = [f"{one['id']} {one['version']}" for one in canon.decode(about["suites"])]
        shown = now.replace("T", " ").removesuffix("Z")
        return self._page("certificate", lang, standing=standing, about=about, suites=suites, now=shown)

    def message(self, lang: Lang, title: str, text: str) -> str:
        """A page that says one thing."""
        return self._page("register_message", lang, title=title, text=text)

    def _page(self, name: str, lang: Lang, *, asked_for: str = "", **values: Any) -> str:
        from evalcenter.register import tables

        with self.book.read() as held:
            centre = held.all(tables.centre)[0]["name"]
        bare = {"who": None, "form_token": "", "keys": False, "centre": centre, "asked_for": asked_for}
        return pages.render(name, lang, root=self.root, **bare, **values)

    def serve(self, handle: Callable[[Mapping[str, str], Lang], str]) -> Callable[[Request], Any]:
        """`handle` as an endpoint, in a thread of its own."""
        from starlette.concurrency import run_in_threadpool
        from starlette.responses import HTMLResponse

        async def endpoint(request: Request) -> Response:
            query = dict(request.query_params)
            kept = cookies_of(request.headers.get("cookie", "")).get(LANG, "")
            lang = language(query.get("lang", kept), request.headers.get("accept-language", ""))
            text, status = await run_in_threadpool(self._answered, handle, {**query, **request.path_params}, lang)
            answer = HTMLResponse(text, status)
            if "lang" in query:
                answer.set_cookie(LANG, lang, max_age=YEAR_S, httponly=True, samesite="strict", secure=self.secure)
            return answer

        return endpoint

    def _answered(
        self, handle: Callable[[Mapping[str, str], Lang], str], asked: Mapping[str, str], lang: Lang
    ) -> tuple[str, int]:
        from evalcenter.register.granted import NoCertificate

        try:
            try:
                return handle(asked, lang), 200
            except NoCertificate:
                return self.message(lang, "gone", "r_gone_text"), 404
        except EvalcenterError:  # what it says may name places on this machine
            return self._broken(lang), 503

    def _broken(self, lang: Lang) -> str:
        values = {"title": "r_broken", "text": "r_broken_text", "centre": "evalcenter", "asked_for": ""}
        bare = {"who": None, "form_token": "", "keys": False}
        return pages.render("register_message", lang, root=self.root, **bare, **values)


def routes(desk: Desk) -> list[Route]:
    """The addresses of the register's pages, all under the desk's root."""
    from starlette.routing import Route

    def nowhere(_: Mapping[str, str], __: Lang) -> str:
        from evalcenter.register.granted import NoCertificate

        raise NoCertificate("there is no such page")

    pages_ = {"/": desk.home, "/certificate/{number:str}": desk.certificate, "/{rest:path}": nowhere}
    made = [Route(desk.root + path, desk.serve(handle), methods=["GET"]) for path, handle in pages_.items()]
    return [*([Route(desk.root, desk.serve(desk.home), methods=["GET"])] if desk.root else []), *made]


def app(desk: Desk, hosts: tuple[str, ...]) -> ASGIApp:
    """The register's pages as an application of their own, which answers to `hosts` only."""
    from starlette.applications import Starlette

    return guards.Guard(Starlette(routes=[pages.files_route(), *routes(desk)]), hosts)
