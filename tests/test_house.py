"""The house stands: imports point down, budgets are kept, importing is light, names and docs agree."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "evalcenter"
FILES = sorted(PACKAGE.rglob("*.py"))
OBSERVERS = ("observing", "events", "logs", "spans", "status")
FLOORS = {
    0: {"records", "heard", "blocks", "canon", "errors", "logos", "sample", "standing"},
    1: {
        *("plan", "attempts", "fingerprint", "drawing", "draws", "hooks", "pacing", "usage"),
        *("scoring", "paths", "betting", "stats", "standards", "sequential", "bars", "power", "prospects", "paired"),
        *(
            "agreement",
            "accuracy",
            "judges",
            "labels",
            "populations",
            "qualifying",
            "trials",
            "quality",
            "outlook",
            "reviewing",
            "lookalikes",
        ),
        *("sealing", "commitments"),
    },
    2: {"boundary", "plugins", "marking", "crew", "graders", "generators", "candidates", "importers", "sections"},
    3: {
        "yamls",
        "suites",
        "specs",
        "profiles",
        "lint",
        "journal",
        "history",
        "shelves",
        "flying",
        "torn",
        "envelope",
        "cache",
        "outlets",
        "qualifications",
        "labelsets",
        "reviewed",
        "tryouts",
        "reviewers",
        "register",
        "diary",
        "grants",
        *("ciphers", "banks", "exposures", "glances"),
    },
    4: {
        *(
            "run",
            "calling",
            "probing",
            "reprobing",
            "judging",
            "steering",
            "grade",
            "review",
            "report",
            "rendering",
            "declaration",
            "certify",
        ),
        *(
            "walk",
            "importing",
            "deviations",
            "exporting",
            "inventory",
            "compare",
            "trend",
            "many",
            "watching",
            "trying",
        ),
        *("readings", "sheets", "hearings", "shut"),
        *("signing", "certificate", "testresult", "issuing", "checking", "bundles", "manifest", "carrying"),
    },
    5: {
        *(
            "cli",
            "options",
            "starting",
            "watch",
            "studies",
            "qualify",
            "demo",
            "display",
            "__main__",
            "web",
            "people",
            "attesting",
            "sealer",
        ),
        *("__init__", "notebook"),
        *("registering", "registered", "surveillance", "alarms"),
        *OBSERVERS,
    },
}
FLOOR = {room: floor for floor, rooms in FLOORS.items() for room in rooms}
HEAVY = (
    "openai",
    "pandas",
    "matplotlib",
    "datasets",
    "lm_eval",
    "aiohttp",
    "numpy",
    "scipy",
    "pydantic",
    "jinja2",
    "yaml",
    "cryptography",
    "pyrage",
    "opentelemetry",
    "starlette",
    "uvicorn",
    "openpyxl",
    "xlsxwriter",
    "weasyprint",
    "pikepdf",
    "sqlalchemy",
    "alembic",
    "segno",
)


def room(path: Path) -> str:
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else path.stem


def imports(tree: ast.AST) -> set[str]:
    """The rooms that a file imports, lazily or not."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "evalcenter":
            deeper = node.module.split(".")[1:]
            found |= {deeper[0]} if deeper else {alias.name for alias in node.names}
        if isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("evalcenter.")}
    return found - {"__version__"}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    """No file imports from a floor above its own."""
    here = room(path)
    assert here in FLOOR, f"give {here} its floor"
    for other in imports(ast.parse(path.read_text(encoding="utf-8"))):
        assert FLOOR[other] <= FLOOR[here], f"{here} (floor {FLOOR[here]}) imports {other} (floor {FLOOR[other]})"


def test_no_cycle_between_files() -> None:
    """No file imports, even lazily, what imports it."""
    graph: dict[str, set[str]] = {}
    for path in FILES:
        name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        graph[name] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("evalcenter"):
                base = node.module.removeprefix("evalcenter").lstrip(".")
                named = {f"{base}.{a.name}".lstrip(".") for a in node.names} | ({base} if base else set())
                graph[name] |= named
    state: dict[str, int] = {}

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert state.get(name) != 1, f"import cycle: {' -> '.join((*trail, name))}"
        if state.get(name) == 2 or name not in graph:
            return
        state[name] = 1
        for other in sorted(graph[name]):
            visit(other, (*trail, name))
        state[name] = 2

    for name in graph:
        visit(name, ())


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_budgets(path: Path) -> None:
    """A file has at most 400 lines, a function 60 and six parameters, and there is no global and no assert."""
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    for node in ast.walk(ast.parse(text)):
        assert not isinstance(node, (ast.Global, ast.Assert))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            docstring = (ast.get_docstring(node, clean=False) or "").count("\n")
            assert (node.end_lineno or 0) - node.lineno + 1 - docstring <= 60, node.name
            named = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
            assert len([a for a in named if a.arg not in {"self", "cls"}]) <= 6, node.name


@pytest.mark.parametrize("module", ["evalcenter", "evalcenter.cli", "evalcenter.plugins"])
def test_importing_is_light(module: str) -> None:
    """Importing the package, the command line or the list of plugins loads no heavy library."""
    code = f"import sys, {module}; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_is_light() -> None:
    """`evalcenter --help` loads no heavy library."""
    code = (
        "import sys\nfrom evalcenter.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_public_things_have_docstrings(path: Path) -> None:
    """Every module, and every public function and class in it, says what it is."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            assert ast.get_docstring(node), node.name


def test_impurities_have_their_homes() -> None:
    """The wall clock, secrets, environment variables and global randomness occur only where they belong."""
    homes = {
        "datetime.now": {"candidates"},  # Retry-After may be a date
        "time.time()": {"journal"},
        "import secrets": {"starting", "reviewers", "web", "ciphers"},  # keys of runs; tokens; sessions; nonces
        "os.environ": {"starting", "importers"},  # the Hugging Face libraries are switched offline by a variable
        "ProcessPoolExecutor": {"crew", "many"},
        "import random": set(),
        "uuid": set(),
    }
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        for sign, allowed in homes.items():
            assert sign not in text or room(path) in allowed, f"{sign} in {path.relative_to(PACKAGE)}"
