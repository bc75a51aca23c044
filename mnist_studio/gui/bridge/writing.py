"""A view as a file; for worker threads."""

from collections.abc import Mapping
from pathlib import Path

from mnist_studio.analysis.view import View
from mnist_studio.data.files import write_bytes
from mnist_studio.errors import UsageError
from mnist_studio.gui.bridge.background import IsCancelled


def write_view(
    view: View, families: Mapping[str, tuple[str, str]], path: Path, cancelled: IsCancelled
) -> str:
    """Writes the table (.csv) or the charts (.png, .svg) of a view; tells what was written.

    A view of several charts makes several pictures, numbered from 1.

    Raises:
        StudioError: another kind of file, or it cannot be written.
        Cancelled: by the user.
    """
    # They load much that no first window needs.
    from mnist_studio.report import csv_file, writing

    kind = path.suffix.lower().removeprefix(".")
    if kind == "csv":
        write_bytes(path, csv_file.write(view.table))
        return f"Exported to {path}."
    if kind not in ("png", "svg"):
        raise UsageError(f"{path.name} is no PNG, SVG or CSV.", "Let its name end in one of them.")
    writing.require_writable(path.parent)
    pictures = writing.pictures(
        (view,), families, ("png" if kind == "png" else "svg",), cancelled=cancelled
    )
    several = len(pictures) > 1
    for number, picture in enumerate(pictures, start=1):
        place = path.with_stem(f"{path.stem}-{number}") if several else path
        write_bytes(place, picture.content)
    return f"Exported {len(pictures)} pictures to {path.parent}." if several else (
        f"Exported to {path}."
    )  # fmt: skip
