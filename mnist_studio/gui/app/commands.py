"""Everything that the command palette can find and run."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from PySide6.QtWidgets import QPushButton, QWidget

from mnist_studio.comparison.views.catalog import ENTRIES
from mnist_studio.gui.app.frame import PAGE_TITLES
from mnist_studio.gui.app.shortcuts import ShortcutsOverlay
from mnist_studio.gui.common.page import Page
from mnist_studio.gui.experiments.experiment_list import grouped
from mnist_studio.gui.help.topics import TOPICS
from mnist_studio.gui.services import glossary
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec.recipes import RECIPES


class Shell(Protocol):
    """What commands need of the window."""

    theme: Theme
    overlay: ShortcutsOverlay

    @property
    def studio(self) -> Studio:
        """What all pages share."""

    @property
    def shown(self) -> str:
        """The key of the page that is shown."""

    @property
    def built_pages(self) -> Mapping[str, Page]:
        """The pages that were shown."""

    def go(self, key: str) -> None:
        """Shows a page."""

    def show_item(self, page: str, key: str) -> None:
        """Goes to a page and shows one thing of it."""

    def train(self) -> None:
        """Trains with the settings of the Train page."""

    def choose_picture(self) -> None:
        """Opens the dialog that chooses a picture."""

    def paste(self) -> None:
        """Opens what was copied."""

    def help(self) -> None:
        """Opens the help for the page that is shown."""

    def toggle_full_screen(self) -> None:
        """Switches between full screen and a normal window."""


@dataclass(frozen=True)
class PaletteCommand:
    """Something that can be found and run.

    Attributes:
        title: what is searched.
        kind: what it is, such as “Recipe”.
        run: does it.
        keys: its shortcut; empty if it has none.
        tip: what it does or means.
    """

    title: str
    kind: str
    run: Callable[[], object]
    keys: str = ""
    tip: str = ""


def all_commands(window: Shell) -> tuple[PaletteCommand, ...]:
    """Pages and actions first, then recipes, views, experiments, runs, help, and terms."""
    return (
        *_pages(window), *_actions(window), *_buttons(window), *_recipes(window), *_views(window),
        *_experiments(window), *_runs(window), *_help(window),
    )  # fmt: skip


def _pages(window: Shell) -> Iterator[PaletteCommand]:
    for key, title in PAGE_TITLES.items():
        yield PaletteCommand(title, "Page", partial(window.go, key))


def _actions(window: Shell) -> Iterator[PaletteCommand]:
    studio, theme = window.studio, window.theme
    for title, action, keys in (
        ("Train with the current settings", window.train, "F5"),
        ("Change the network…", partial(window.show_item, "train", "editor"), "Ctrl+E"),
        ("New network…", partial(window.show_item, "train", "new-network"), ""),
        ("Open image…", window.choose_picture, "Ctrl+O"),
        ("Paste an image", window.paste, "Ctrl+V"),
        ("Show help for this page", window.help, "F1"),
        ("Show keyboard shortcuts", window.overlay.open, "Ctrl+/"),
        ("Enter or exit full screen", window.toggle_full_screen, "F11"),
        ("Larger text", partial(theme.zoom, 1), "Ctrl++"),
        ("Smaller text", partial(theme.zoom, -1), "Ctrl+-"),
        ("Reset text size", partial(theme.zoom, 0), "Ctrl+0"),
        ("Light theme", partial(studio.choose_theme, "light"), ""),
        ("Dark theme", partial(studio.choose_theme, "dark"), ""),
        ("System theme", partial(studio.choose_theme, "system"), ""),
        ("Check and back up your data…", studio.data_requested.emit, ""),
        ("Choose Python environments…", studio.environments_requested.emit, ""),
    ):
        yield PaletteCommand(title, "Action", action, keys)


def _buttons(window: Shell) -> Iterator[PaletteCommand]:
    """The buttons of the pages that were shown; of the current page also those in its body."""
    for key, page in window.built_pages.items():
        inside: list[QWidget] = [page.buttons, *([page] if key == window.shown else [])]
        for button in (one for part in inside for one in part.findChildren(QPushButton)):
            text = button.text().replace("&", "").split("  ")[0]
            if text and button.isEnabled() and not button.isHidden():
                title = f"{PAGE_TITLES[key]}: {text}"
                yield PaletteCommand(
                    title, "Action", partial(_click, window, key, button), "", button.toolTip()
                )


def _click(window: Shell, key: str, button: QPushButton) -> None:
    window.go(key)
    button.click()


def _recipes(window: Shell) -> Iterator[PaletteCommand]:
    for name, recipe in RECIPES.items():
        yield PaletteCommand(
            recipe.title, "Recipe", partial(window.show_item, "train", name), "", recipe.summary
        )


def _views(window: Shell) -> Iterator[PaletteCommand]:
    for name, entry in ENTRIES.items():
        show = partial(window.show_item, "compare", name)
        yield PaletteCommand(entry.title, "View", show, "", entry.description)


def _experiments(window: Shell) -> Iterator[PaletteCommand]:
    for _, items in grouped(window.studio.library.experiments, ()):
        for item in items:
            show = partial(window.show_item, "experiments", item.key)
            yield PaletteCommand(item.title, "Experiment", show, "", item.tip)


def _runs(window: Shell) -> Iterator[PaletteCommand]:
    for row in window.studio.library.rows:
        yield PaletteCommand(row.title, "Run", partial(window.show_item, "runs", row.id))


def _help(window: Shell) -> Iterator[PaletteCommand]:
    for topic in TOPICS:
        yield PaletteCommand(topic.title, "Help", partial(window.show_item, "help", topic.key))
    for term in glossary.terms():
        show = partial(window.show_item, "help", f"glossary#{term.name}")
        yield PaletteCommand(term.name, "Term", show, "", term.meaning)
