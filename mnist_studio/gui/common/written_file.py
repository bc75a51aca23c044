"""What has been written to a file or folder, with buttons that open it."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from mnist_studio.gui.services.outcome import NextStep, Outcome
from mnist_studio.gui.services.studio import Studio

_SOFT_BREAK = "\u200b"
"""A place where a long path may go on in the next line."""

VIEWED = frozenset({".html", ".pdf", ".png", ".svg", ".csv"})
"""Files that other programs show. Opening any other may run it, as a script."""


def written(studio: Studio, title: str, path: Path) -> Outcome:
    """The outcome of writing a file, or several files to a folder.

    Args:
        studio: shows a message if no program can open it.
        title: what was written, such as ``The report is written``.
        path: of the file or folder.
    """
    steps = [NextStep("Open folder", "Opens the folder", partial(open_path, studio, path.parent))]
    if path.is_dir():
        steps = [NextStep("Open folder", "Opens the folder", partial(open_path, studio, path))]
    elif path.suffix.lower() in VIEWED:
        steps.insert(0, NextStep("Open", "Opens the file", partial(open_path, studio, path)))
    return Outcome(title, (breakable(path),), "", "good", tuple(steps))


def open_path(studio: Studio, path: Path) -> None:
    """Opens a file or folder in the program that the system uses for it."""
    if not path.exists():
        studio.message.emit(f"{path} does not exist any more. Write it again.", "bad")
    elif not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
        studio.message.emit(
            f"The system has no program to open {path.name}. It is in {path.parent}.", "bad"
        )


def breakable(path: Path) -> str:
    """A path that can be wrapped after each of its folders."""
    text = str(path)
    for separator in ("/", "\\"):
        text = text.replace(separator, f"{separator}{_SOFT_BREAK}")
    return text
