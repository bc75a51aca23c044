"""The network editor: how long an edit takes until everything that it changes is painted.

It begins when the window is quiet: right after the start, frameworks and plots are loaded.
"""

import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter, thread_time
from typing import TYPE_CHECKING

from benchmarks.figures import line, percentile

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from mnist_studio.gui.train.editor.editor import NetworkEditor

EDITS = 60
QUIET_SECONDS = 4.0
BAR = "16 ms"


def main() -> None:
    """Edits networks in the real window."""
    from mnist_studio.gui.app.application import application
    from mnist_studio.gui.app.window import MainWindow
    from mnist_studio.gui.theme.theme import Theme
    from mnist_studio.gui.train.page import TrainPage
    from mnist_studio.spec.layers import Conv, Dense, Flatten, Layer, Relu

    qt = application()
    window = MainWindow(Theme(qt))
    window.resize(1366, 768)
    window.show()
    window.build_services()
    window.go("train")
    page = window.page("train")
    assert isinstance(page, TrainPage)
    page.edit_network()
    editor = page.editor
    assert editor is not None
    ready = perf_counter() + QUIET_SECONDS
    while perf_counter() < ready:
        qt.processEvents()
    body: tuple[Layer, ...] = tuple(Relu() if at % 2 else Conv(8) for at in range(58))
    valid = (*body, Flatten(), Dense(10))
    for what, layers, place in (
        ("10 layers", None, 3),
        ("60 layers", valid, 30),
        ("60 layers, 20 of them with a problem", (*body[:40], *(Dense(8),) * 20), 30),
    ):
        editor.start_from("compact-cnn" if layers is None else "empty")
        if layers is not None:
            editor.draft.insert("layers", layers, 0)
        _measure(qt, editor, what, place)
    window.shut_down()
    window.hide()


def _measure(qt: "QApplication", editor: "NetworkEditor", what: str, place: int) -> None:
    """Changes the width of a layer again and again, then adds and removes it."""
    from mnist_studio.spec.layers import Conv

    draft = editor.draft
    draft.select(place)
    first = Conv(16)

    def change(at: int) -> None:
        draft.change_layer(Conv(8 + at % 2), "Filters")

    def structure(at: int) -> None:
        if at % 2:
            draft.remove()
        else:
            draft.insert("convolution", (first,), place)

    for name, edit in (("a number changes", change), ("a layer comes or goes", structure)):
        taken, worked = _times(qt, edit)
        figure = f"{median(taken):.1f} ms (p95 {percentile(taken, 95):.1f})"
        line(f"edit, {what}: {name}", figure, BAR)
        line("    of which work of the thread", f"{median(worked):.1f} ms")


def _times(qt: "QApplication", edit: Callable[[int], None]) -> tuple[list[float], list[float]]:
    """Milliseconds of each edit until its picture is painted: by the clock, and of work."""
    taken, worked = [], []
    for at in range(EDITS):
        qt.processEvents()
        start, work = perf_counter(), thread_time()
        edit(at)
        qt.processEvents()
        taken.append(1e3 * (perf_counter() - start))
        worked.append(1e3 * (thread_time() - work))
    return taken, worked


if __name__ == "__main__":
    # As the window's own process has it: see ``mnist_studio.__main__``.
    sys.setswitchinterval(0.001)
    main()
