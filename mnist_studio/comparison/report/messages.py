"""What the child that draws is sent and what it answers."""

from typing import Literal

import msgspec

from mnist_studio.analysis.view import View
from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.selection import Selection
from mnist_studio.spec.model import ModelSpec
from mnist_studio.workers.task import Task

ReportKind = Literal["html", "pdf"]
PictureKind = Literal["png", "svg", "pdf"]
PICTURE_KINDS: tuple[PictureKind, ...] = ("svg", "png", "pdf")

NETWORK_WIDTH = 1000.0
"""Of a picture of a network in a file, at which its lines end; its text has a size of 11."""


class WriteReport(msgspec.Struct, frozen=True, tag=True):
    """A report to compute and write.

    Attributes:
        selection: of these runs.
        names: of its views.
        options: of the views.
        kind: of the file.
        data: data folder named by the user; empty for the usual places.
    """

    selection: Selection
    names: tuple[str, ...]
    options: ViewOptions
    kind: ReportKind
    data: str = ""


class DrawViews(msgspec.Struct, frozen=True, tag=True):
    """Views to draw, one picture per chart.

    Attributes:
        views: what is drawn.
        families: by the id of a run, its framework and the key that it shares with other seeds.
        kinds: of files.
    """

    views: tuple[View, ...]
    families: dict[str, tuple[str, str]]
    kinds: tuple[PictureKind, ...]


class DrawNetwork(msgspec.Struct, frozen=True, tag=True):
    """A picture of a network to draw.

    Attributes:
        model: the network.
        title: above it.
        kind: of the file.
    """

    model: ModelSpec
    title: str
    kind: PictureKind


class File(msgspec.Struct, frozen=True):
    """A file: its name without a folder, and its bytes."""

    name: str
    content: bytes


FilesRequest = WriteReport | DrawViews | DrawNetwork

WRITE_FILES: Task[FilesRequest, float, tuple[File, ...]] = Task(
    "mnist_studio.comparison.report.task.write_files", float, tuple[File, ...]
)
"""Its progress is the fraction that is done."""
