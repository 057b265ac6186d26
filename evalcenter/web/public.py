"""The register as anybody may read it: pages to look a certificate up. There is nothing to sign in to, and nothing is written.

Rules this module keeps:

* A page is made from the register at that moment, and says so; it names no person.
* Only GET is answered. What is looked for is text: it is escaped, shortened, and no part of an order to the database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from evalcenter import canon, journal, register
from evalcenter.errors import EvalcenterError
from evalcenter.records import Lang
from evalcenter.web import guards, pages, serving
from evalcenter.web.app import LANG, YEAR_S, cookies_of, language

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp

    from evalcenter.register.book import Book

LONGEST: Final = 120
MOST: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the pages stand on: the register, the clock (UTC text), and whether browsers come over TLS."""

    book: Book
    clock: Callable[[], str] = journal.now
    secure: bool = False

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
        return pages.render(
            name, lang, who=None, form_token="", keys=False, centre=centre, asked_for=asked_for, **values
        )

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
            return _broken(lang), 503


def _broken(lang: Lang) -> str:
    values = {"title": "r_broken", "text": "r_broken_text", "centre": "evalcenter", "asked_for": ""}
    return pages.render("register_message", lang, who=None, form_token="", keys=False, **values)


def app(desk: Desk, hosts: tuple[str, ...]) -> ASGIApp:
    """The register's pages as an application, which answers to `hosts` only."""
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse, Response
    from starlette.routing import Route

    async def static(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in pages.STATIC:
            return PlainTextResponse("no such file\n", 404)
        return Response(pages.static(name), media_type=pages.STATIC[name])

    def nowhere(_: Mapping[str, str], __: Lang) -> str:
        from evalcenter.register.granted import NoCertificate

        raise NoCertificate("there is no such page")

    routes = [
        Route("/", desk.serve(desk.home), methods=["GET"]),
        Route("/certificate/{number:str}", desk.serve(desk.certificate), methods=["GET"]),
        Route("/static/{name:str}", static, methods=["GET"]),
        Route("/{rest:path}", desk.serve(nowhere), methods=["GET"]),
    ]
    return guards.Guard(Starlette(routes=routes), hosts)


def serve(where: str, host: str, port: int, address: str) -> None:
    """Serve the register at `where` until the program is interrupted. Raises InputError where the address can't be had."""
    bound = serving.Bound(host=host, port=port, address=address)
    serving.reachable(bound)
    book = register.opened(where)
    with serving.listening(bound) as (taken, sock):
        made = server(book, bound, taken)
        serving.tell(f"register of certificates on {address or f'http://{host}:{taken}/'}; stop with Ctrl-C")
        with suppress(KeyboardInterrupt):
            made.run(sockets=[sock])


def server(book: Book, bound: serving.Bound, port: int, **changes: Any) -> Any:
    """The server of a register's pages on `port`; `changes` are fields of its Desk."""
    hosts, _, secure = serving.names(bound, port)
    return serving.uvicorn_on(app(Desk(book=book, secure=secure, **changes), hosts))
