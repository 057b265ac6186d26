"""Plugins are checked when they are registered, and nothing broken or clashing is let in."""

import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from evalcenter import hooks, plugins
from evalcenter.errors import PluginError
from tests.doubles import Says


def test_a_plugin_that_lacks_a_part_is_refused() -> None:
    """A plugin without its whole interface is named with what it lacks."""
    with pytest.raises(PluginError, match="the plugin of here lacks mark, name, params, version"):
        hooks.named("graders", [("here", object())])


def test_a_clash_is_refused() -> None:
    """Two plugins of one name stop the program, and both are named."""
    with pytest.raises(PluginError, match="two graders are named 'says': a and b"):
        hooks.named("graders", [("a", Says()), ("b", Says())])


def test_find_names_what_there_is() -> None:
    """An unknown name is refused with the known ones."""
    with pytest.raises(PluginError, match="no grader is called 'x'; known: a, b"):
        hooks.find({"b": 1, "a": 2}, "grader", "x")


@pytest.mark.parametrize("check", [{}, {"a": {}, "b": {}}, {"a": 1}, {"a": None}])
def test_a_check_is_one_name_with_parameters(check: dict[str, object]) -> None:
    """A check of another shape is refused."""
    with pytest.raises(PluginError, match="a check is one grader's name"):
        hooks.single(check)


def test_everything_built_in_loads() -> None:
    """Every built-in plugin loads under the name of its file."""
    found = plugins.load()
    for kind, modules in plugins.BUILT_IN.items():
        held = getattr(found, kind)
        assert [plugin.name for plugin in held.values()] == [name.rsplit(".", 1)[1] for name in modules]


def test_a_built_in_plugin_is_imported_when_it_is_asked_for() -> None:
    """Loading the plugins imports none of the built-in ones; asking for one imports that one."""
    code = (
        "import sys\nfrom evalcenter.plugins import load\nheld = load()\nbefore = 'evalcenter.graders.choice' in sys.modules\n"
        "held.graders['choice']\n"
        "print(before, *(f'evalcenter.graders.{n}' in sys.modules for n in ('choice', 'label')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "False"]


def foreign(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    point = EntryPoint(name="x", value=value, group="evalcenter.graders")
    monkeypatch.setattr(plugins, "entry_points", lambda group: [point] if group == "evalcenter.graders" else [])


def test_foreign_plugins_join(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plugin of another package joins by its entry point."""
    foreign(monkeypatch, "tests.plugin_sample:plugin")
    assert "sample" in plugins.load().graders


@pytest.mark.parametrize("value", ["tests.nowhere:plugin", "tests.doubles:nothing"])
def test_a_foreign_plugin_that_fails_to_load_stops_the_program(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """A broken plugin is an error, never a warning."""
    foreign(monkeypatch, value)
    with pytest.raises(PluginError, match="failed to load"):
        plugins.load()


def test_a_foreign_plugin_may_not_take_a_built_in_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A foreign plugin that calls itself like a built-in one is refused, not renamed."""
    foreign(monkeypatch, "evalcenter.graders.judge:plugin")
    with pytest.raises(PluginError, match="two graders are named 'judge'"):
        plugins.load()
