"""Everything that a user reads follows the guide: no banned word, no bare decimal."""

import argparse
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import pytest

from mnist_studio.cli import commands
from tests.words import PACKAGE, ROOT, Violation, prose, strings, violations

PAGES = (
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "resources" / "docs").glob("*.md")),
    ROOT / "CONTRIBUTING.md",
)
SCRIPTS = tuple(
    path
    for folder in (".ci", "resources", "docs")
    for path in sorted((ROOT / folder).rglob("*.py"))
)
"""Scripts outside the package."""


def _room(path: str) -> str:
    """The folder that a module belongs to: ``gui/train``, ``spec``; the module if there is none."""
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0] == "gui" else parts[0]


# Names of columns of former versions are no text.
NO_TEXT = {"store/migrations.py", "spec/upgrades.py"}
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
ROOMS = {
    room: tuple(path for path in paths if path not in NO_TEXT)
    for room, paths in groupby(sorted(MODULES, key=_room), key=_room)
}


def _commands(
    command: argparse.ArgumentParser,
) -> Iterator[argparse.ArgumentParser]:
    """A command with all that are below it."""
    yield command
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in dict.fromkeys(action.choices.values()):
                yield from _commands(below)


COMMANDS = tuple(_commands(commands.build(commands.COMMANDS)))


def _listed(found: Iterable[Violation]) -> str:
    """A line for each violation; empty if there is none."""
    return "".join(f"\n{violation}" for violation in found)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.prog)
def test_the_help_of_a_command_follows_the_guide(command: argparse.ArgumentParser) -> None:
    assert _listed(violations(f"{command.prog} --help", command.format_help())) == ""


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.prog)
def test_every_argument_has_help(command: argparse.ArgumentParser) -> None:
    without = [action.dest for action in command._actions if not action.help]
    assert without in ([], ["command"], ["action"])


@pytest.mark.parametrize("room", ROOMS)
def test_the_strings_of_a_room_follow_the_guide(room: str) -> None:
    found = (
        violation
        for path in ROOMS[room]
        for place, text in strings(PACKAGE / path)
        for violation in violations(place, text)
    )
    assert _listed(found) == ""


PLACEHOLDER = re.compile(r"(?<!\$)\{(?!task\.)[A-Za-z_][\w.]*(\([^)]*\))?(:[^{}]*)?\}")
"""The place of a value in a text; Rich fills in the fields of ``task`` itself."""


@pytest.mark.parametrize("path", MODULES)
def test_a_placeholder_is_in_an_f_string(path: str) -> None:
    """A string that is split over lines is easily left without its prefix."""
    fills = ".format(" in (PACKAGE / path).read_text("utf-8") or path.endswith("stylesheet.py")
    lacking = [
        (place, text)
        for place, text in strings(PACKAGE / path)
        if " " in text and PLACEHOLDER.search(text)
    ]
    assert fills or lacking == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_strings_of_a_script_follow_the_guide(script: Path) -> None:
    found = (
        violation
        for place, text in strings(script)
        for violation in violations(place, text, decimals="")
    )
    assert _listed(found) == ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_follows_the_guide(page: Path) -> None:
    found = (
        violation
        for place, words, line in prose(page)
        for violation in violations(place, words, line)
    )
    assert _listed(found) == ""


@pytest.mark.parametrize("template", sorted(PACKAGE.rglob("*.j2")), ids=lambda path: path.name)
def test_a_template_follows_the_guide(template: Path) -> None:
    text = re.sub(r":\.\d[f%]", "", template.read_text("utf-8"))  # Without formats such as {x:.4f}.
    assert _listed(violations(template.name, text)) == ""
