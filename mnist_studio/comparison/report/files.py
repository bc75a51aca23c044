"""The parent's side of reports and exports, which a child process draws."""

from collections.abc import Callable, Sequence
from pathlib import Path

from mnist_studio.analysis.network_layout import network_layout
from mnist_studio.analysis.network_svg import network_svg
from mnist_studio.analysis.view import View
from mnist_studio.comparison import own_images
from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.report import tables
from mnist_studio.comparison.report.marks import Families
from mnist_studio.comparison.report.messages import (
    NETWORK_WIDTH,
    PICTURE_KINDS,
    WRITE_FILES,
    DrawNetwork,
    DrawViews,
    File,
    FilesRequest,
    PictureKind,
    ReportKind,
    WriteReport,
)
from mnist_studio.comparison.selection import Selection
from mnist_studio.comparison.views import catalog
from mnist_studio.data.files import write_bytes
from mnist_studio.errors import UsageError
from mnist_studio.spec.model import ModelSpec
from mnist_studio.workers.task import ignore, never
from mnist_studio.workers.worker import request_once

TIMEOUT_SECONDS = 600.0
"""Between two messages. A report of hundreds of runs takes a minute."""


def report_kind(path: Path) -> ReportKind:
    """The kind of report, from the name of its file.

    Raises:
        UsageError: neither HTML nor PDF.
    """
    match path.suffix.lower():
        case ".html" | ".htm":
            return "html"
        case ".pdf":
            return "pdf"
    raise UsageError(
        f"{path.name} is neither an HTML nor a PDF file.", "Name it report.html or report.pdf."
    )


def write_report(
    selection: Selection,
    path: Path,
    names: Sequence[str] = (),
    options: ViewOptions | None = None,
    data: Path | None = None,
    progress: Callable[[float], object] = ignore,
    is_cancelled: Callable[[], bool] = never,
) -> None:
    """Computes a report and writes it.

    Args:
        selection: of these runs.
        path: of the file, .html or .pdf. An existing file is replaced when the new one is complete.
        names: of its views; none for all.
        options: of the views; None for the defaults.
        data: data folder named by the user.
        progress: gets the fraction done.
        is_cancelled: polled all the time.

    Raises:
        UsageError: another kind of file.
        UnknownName: there is no such view.
        DataError: the file cannot be written, which is tried before anything is computed.
        JobError: the process died, or drawing failed.
        CancelledByUser: by the user.
    """
    for name in names:
        catalog.view_entry(name)
    kind, options = report_kind(path), options or ViewOptions()
    options.check()
    require_writable(path.parent)
    wanted = tuple(names) or catalog.VIEWS
    if options.own and catalog.show_own_images(wanted):
        own_images.predict(selection, options.own, is_cancelled)
    request = WriteReport(selection, wanted, options, kind, str(data or ""))
    (file,) = _files(request, progress, is_cancelled)
    write_bytes(path, file.content)


def pictures(
    views: Sequence[View],
    families: Families,
    kinds: Sequence[PictureKind],
    progress: Callable[[float], object] = ignore,
    is_cancelled: Callable[[], bool] = never,
) -> tuple[File, ...]:
    """Every chart of some views in every kind, as files without a folder.

    Raises:
        JobError: the process died, or drawing failed.
        CancelledByUser: by the user.
    """
    if not kinds or not any(view.charts for view in views):
        return ()
    return _files(DrawViews(tuple(views), dict(families), tuple(kinds)), progress, is_cancelled)


def save_network(model: ModelSpec, title: str, path: Path) -> None:
    """Writes a picture of a network as SVG, PNG or PDF, by the name of the file.

    Raises:
        UsageError: another kind of file.
        DataError: the file cannot be written, which is tried before anything is drawn.
        JobError: the process that draws PNG and PDF died.
    """
    kind = next((kind for kind in PICTURE_KINDS if path.suffix.lower() == f".{kind}"), None)
    if kind is None:
        raise UsageError(
            f"{path.name} is neither an SVG nor a PNG nor a PDF file.",
            "Name it network.svg, network.png, or network.pdf.",
        )
    require_writable(path.parent)
    if kind == "svg":
        drawn = network_svg(network_layout(model, NETWORK_WIDTH), title).encode()
    else:
        (file,) = _files(DrawNetwork(model, title, kind), ignore, never)
        drawn = file.content
    write_bytes(path, drawn)


def csv_files(views: Sequence[View]) -> tuple[File, ...]:
    """Every table of some views as CSV."""
    return tuple(File(f"{view.name}.csv", tables.csv_file(view.table)) for view in views)


def export(
    views: Sequence[View],
    families: Families,
    folder: Path,
    progress: Callable[[float], object] = ignore,
    is_cancelled: Callable[[], bool] = never,
) -> tuple[Path, ...]:
    """Writes every view as PNG, SVG and CSV into a folder; gives the files.

    Raises:
        DataError: the folder cannot be written, which is tried before anything is drawn.
        JobError: the process died, or drawing failed.
        CancelledByUser: by the user.
    """
    require_writable(folder)
    files = (*pictures(views, families, ("png", "svg"), progress, is_cancelled), *csv_files(views))
    for file in files:
        write_bytes(folder / file.name, file.content)
    return tuple(folder / file.name for file in files)


def require_writable(folder: Path) -> None:
    """Makes a folder and tries to write there.

    Raises:
        DataError: it cannot be written.
    """
    probe = folder / ".mnist-studio"
    write_bytes(probe, b"")
    probe.unlink(missing_ok=True)


def _files(
    request: FilesRequest,
    progress: Callable[[float], object],
    is_cancelled: Callable[[], bool],
) -> tuple[File, ...]:
    return request_once(
        WRITE_FILES, request, "numpy", TIMEOUT_SECONDS,
        on_progress=progress, is_cancelled=is_cancelled, threads=1,
    )  # fmt: skip
