"""Makes the pages: our own templates, with every value escaped and everything hidden in it shown.

Rules this module keeps:

* Nothing of an answer, a judge or a suite is ever markup, a template or a script: values are text, an undefined
  name is an error.
* Nothing is loaded from anywhere else; style and script are files of ours.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from evalcenter.records import Lang
from evalcenter.rendering.plaintext import visible
from evalcenter.web.words import words

if TYPE_CHECKING:
    from jinja2 import Environment
    from starlette.requests import Request
    from starlette.routing import Route

STATIC: Final = {
    "console.css": "text/css; charset=utf-8",
    "console.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
TAGS: Final = {"zh": "zh-CN", "en": "en"}


def render(name: str, lang: Lang, *, root: str = "", **values: Any) -> str:
    """The page `name` in `lang`; its own links begin with `root`."""
    given = {"lang": lang, "tag": TAGS[lang], "tags": TAGS, "w": words(lang), "root": root}
    return _environment().get_template(name).render(**given, **values)


@cache
def static(name: str) -> bytes:
    """A file of ours. Raises KeyError for any other."""
    if name not in STATIC:
        raise KeyError(name)
    own = files("evalcenter.web").joinpath("static", name).read_bytes()
    if name != "console.css":
        return own
    return files("evalcenter.rendering").joinpath("palette.css").read_bytes() + own


def files_route() -> Route:
    """The address of our own files, the same for every page."""
    from starlette.responses import PlainTextResponse, Response
    from starlette.routing import Route

    async def answer(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in STATIC:
            return PlainTextResponse("no such file\n", 404)
        return Response(static(name), media_type=STATIC[name])

    return Route("/static/{name:str}", answer, methods=["GET"])


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    return Environment(
        loader=FunctionLoader(_template),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _template(name: str) -> str:
    return files("evalcenter.web").joinpath("templates", f"{name}.html.j2").read_text(encoding="utf-8")


def _finalize(value: Any) -> Any:
    return value if hasattr(value, "__html__") else visible(str(value))
