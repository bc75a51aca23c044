from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from mnist_studio.analysis.view import Parallel, ParallelAxis, ParallelLine
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.plots.parallel_plot import ParallelPlot
from mnist_studio.gui.theme.theme import Theme

AXES = (
    ParallelAxis("Learning rate", log=True), ParallelAxis("Sampling", names=("shuffled", "stored")),
    ParallelAxis("Validation accuracy", "fraction"),
)  # fmt: skip
CHART = Parallel(
    AXES,
    (ParallelLine("a", "A", (0.001, 0.0, 0.9)), ParallelLine("b", "B", (0.1, 1.0, 0.8))),
)


def test_a_line_is_where_its_values_are_and_is_named(theme: Theme, qtbot: QtBot) -> None:
    plot = ParallelPlot(theme, Hover(lambda key: frozenset((key,))))
    qtbot.addWidget(plot)
    plot.resize(600, 300)
    plot.draw(CHART)
    left, low = plot._spot(0, 0.001), plot._spot(1, 0.0)
    assert (left.y(), low.y()) == (plot._area().bottom(), plot._area().bottom())
    assert plot._spot(0, 0.01).y() == plot._area().center().y()
    found = plot.line_at(QPointF((left.x() + low.x()) / 2, low.y() - 2))
    assert found is not None
    assert plot._tip(found) == (
        "A\nLearning rate: 0.001\nSampling: shuffled\nValidation accuracy: 90.00 %"
    )
    assert plot.line_at(QPointF(1, 1)) is None
    assert not plot.grab().isNull()
