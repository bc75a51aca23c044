"""What a parent and the child that draws tell each other: MessagePack."""

from typing import Literal

import msgspec

from mnist_studio.analysis.view import View
from mnist_studio.comparison.options import ViewOptions
from mnist_studio.comparison.selection import Selection

ReportKind = Literal["html", "pdf"]
PictureKind = Literal["png", "svg", "pdf"]


class WriteReport(msgspec.Struct, frozen=True, tag=True):
    """A report to be computed and written.

    Attributes:
        chosen: of these runs.
        names: of its views.
        options: of the views.
        kind: of the file.
        data: folder of digits named by the user; empty for the usual places.
    """

    chosen: Selection
    names: tuple[str, ...]
    options: ViewOptions
    kind: ReportKind
    data: str = ""


class DrawViews(msgspec.Struct, frozen=True, tag=True):
    """Views to be drawn, a picture a chart.

    Attributes:
        views: what is drawn.
        families: id of a run -> its framework, and the key that it shares with other seeds.
        kinds: of files.
    """

    views: tuple[View, ...]
    families: dict[str, tuple[str, str]]
    kinds: tuple[PictureKind, ...]


class File(msgspec.Struct, frozen=True, tag=True):
    """A file: its name without a folder, and its bytes."""

    name: str
    content: bytes


class Done(msgspec.Struct, frozen=True, tag=True):
    """So much is done, a fraction; at 1 nothing more comes."""

    fraction: float


class Broken(msgspec.Struct, frozen=True, tag=True):
    """It could not be done, and why."""

    reason: str


FromDrawing = File | Done | Broken

to_drawing: msgspec.msgpack.Decoder[WriteReport | DrawViews] = msgspec.msgpack.Decoder(
    WriteReport | DrawViews
)
from_drawing: msgspec.msgpack.Decoder[FromDrawing] = msgspec.msgpack.Decoder(FromDrawing)
encode = msgspec.msgpack.encode
