"""The learning-rate finder as a dialog: losses over rates in all frameworks, and the suggestion."""

from collections.abc import Callable, Sequence
from contextlib import suppress

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QWidget

from mnist_studio.analysis.view import AxisSpec, Line, Lines
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.gui.common.basics import button, enable, label
from mnist_studio.gui.common.empty_state import EmptyState
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.legend import KeyLegend
from mnist_studio.gui.common.plots.chart import LinePlot
from mnist_studio.gui.common.plots.run_lines import LineMarks, family
from mnist_studio.gui.services.background import IsCancelled, Progress
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.train.watch.work_dialog import WorkDialog
from mnist_studio.parity import rate_finder
from mnist_studio.parity.rate_finder import RateCurve
from mnist_studio.spec.run import RunSpec

Find = Callable[..., tuple[RateCurve, ...]]

_STARTING = (
    "The frameworks start. Then the learning rate rises from step to step on the same batches, "
    "until the loss diverges. No run is stored."
)
_CURVES = "One curve for each framework, smoothed."
_X = AxisSpec("Learning rate", log=True, low=rate_finder.LOWEST, high=rate_finder.HIGHEST)
_SIZE = QSize(760, 480)


class RateDialog(WorkDialog):
    """Searches as soon as it is made.

    Signals:
        rate_chosen: the suggested learning rate, which the user wants to use.
    """

    rate_chosen = Signal(float)
    _grew = Signal(object)

    def __init__(
        self,
        studio: Studio,
        parent: QWidget,
        runs: Sequence[RunSpec],
        find: Find = rate_finder.find_rates,
    ) -> None:
        """Starts the search.

        Args:
            studio: theme, threads, and the folder of MNIST.
            parent: the window.
            runs: the same run in every framework to search in.
            find: as ``rate_finder.find_rates``.
        """
        super().__init__(parent, "Find a learning rate", studio.theme, studio.background, _SIZE)
        self._curves: dict[str, RateCurve] = {}
        theme, hover = studio.theme, Hover(family, self)
        empty = EmptyState(theme, "train", "The losses appear here", _CURVES)
        self.plot = LinePlot("Loss by learning rate", theme, empty, hover)
        self.legend = KeyLegend(theme, LineMarks(theme), hover)
        self.use_button = button(
            "Use this rate", self._use, "Enters the suggested learning rate", primary=True
        )
        enable(self.use_button, "Wait for the suggestion.")
        self.body.addWidget(self.legend)
        self.body.addWidget(label("Smoothed loss", "secondary"))
        self.body.addWidget(self.plot, 1)
        self.body.addWidget(label(rate_finder.RULE, "secondary", wrap=True))
        self.foot.addWidget(self.use_button)
        self._grew.connect(self._show_curve)
        self.legend.show_entries([_entry(run.framework) for run in runs])
        folder = studio.datasets.folder

        def work(progress: Progress, is_cancelled: IsCancelled) -> tuple[RateCurve, ...]:
            names = [run.framework for run in runs]
            return find(runs[0], names, self._report, is_cancelled, data=folder)

        self.start(work, _STARTING)

    def _report(self, curve: RateCurve) -> None:
        # Called on a worker thread; the dialog may be gone by now.
        with suppress(RuntimeError):
            self._grew.emit(curve)

    @Slot(object)
    def _show_curve(self, curve: RateCurve) -> None:
        self._curves[curve.framework] = curve
        lines = tuple(_line(one) for one in self._curves.values())
        self.plot.draw(Lines(_X, AxisSpec("Smoothed loss"), lines))

    def show_result(self, result: object) -> None:
        """Shows the suggestion, or why there is none."""
        curves = tuple(self._curves.values())
        self.sentence.setText(rate_finder.sentence(curves))
        none = "" if rate_finder.common_suggestion(curves) else "There is no suggestion."
        enable(self.use_button, none, "Enters the suggested learning rate")

    def _use(self) -> None:
        rate = rate_finder.common_suggestion(tuple(self._curves.values()))
        if rate is not None:
            self.rate_chosen.emit(rate)
        self.accept()


def _entry(framework: str) -> tuple[str, str]:
    return f"{framework}/0/batch/{framework}", framework_title(framework)


def _line(curve: RateCurve) -> Line:
    key, title = _entry(curve.framework)
    rates = [point.rate for point in curve.points]
    return Line(key, title, rates, [point.smoothed for point in curve.points])
