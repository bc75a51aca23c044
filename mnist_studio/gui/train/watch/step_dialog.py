"""One training step in all frameworks as a dialog: every array with its numbers side by side."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from mnist_studio.formatting import NOTHING, counted, number
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.gui.common.basics import label
from mnist_studio.gui.common.table import TableView
from mnist_studio.gui.common.table_model import RowsModel, TableColumn
from mnist_studio.gui.services.background import IsCancelled, Progress
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.train.watch.work_dialog import WorkDialog
from mnist_studio.parity import single_step
from mnist_studio.parity.single_step import SingleStep, StepRow
from mnist_studio.spec.run import RunSpec

Take = Callable[..., SingleStep]

_STARTING = "The frameworks start. Then each trains the first step on the same images."
_NORM = "Euclidean norm: the size of the whole array. The tooltip of a cell has its first numbers."
_SIZE = QSize(820, 520)


class StepDialog(WorkDialog):
    """Takes the step as soon as it is made."""

    def __init__(
        self,
        studio: Studio,
        parent: QWidget,
        runs: Sequence[RunSpec],
        take: Take = single_step.single_step,
    ) -> None:
        """Starts the frameworks.

        Args:
            studio: theme, threads, and the folder of MNIST.
            parent: the window.
            runs: the same run in every framework to compare.
            take: as ``single_step.single_step``.
        """
        super().__init__(parent, "Single step", studio.theme, studio.background, _SIZE)
        names = [run.framework for run in runs]
        self.rows: RowsModel[StepRow] = RowsModel(_columns(names), _key)
        self.table = TableView(
            "Numbers of the step", studio.theme, self.rows, wide=1, empty="The numbers appear here."
        )
        self.rows.setParent(self)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(label(single_step.NOTE, "secondary", wrap=True))
        folder = studio.datasets.folder

        def work(progress: Progress, is_cancelled: IsCancelled) -> SingleStep:
            return take(runs[0], names, is_cancelled, data=folder)

        self.start(work, _STARTING)

    def show_result(self, result: object) -> None:
        """Shows the rows, and how closely the frameworks agree."""
        if not isinstance(result, SingleStep):
            raise TypeError(result)
        self.rows.show(result.rows)
        images = counted(result.batch, "image")
        self.sentence.setText(
            f"One step with {images} of {result.dataset}, learning rate "
            f"{number(result.learning_rate, 6)}. {single_step.agreement(result)}"
        )


def _key(row: StepRow) -> str:
    return f"{row.quantity} {row.name}"


def _columns(frameworks: Sequence[str]) -> tuple[TableColumn[StepRow], ...]:
    return (
        TableColumn("Quantity", lambda row: row.quantity),
        TableColumn("Array", lambda row: row.name),
        TableColumn("Shape", lambda row: row.shape),
        *(
            TableColumn(
                framework_title(name),
                partial(_norm, name),
                right=True,
                tip=partial(_first, name),
                explain=_NORM,
            )
            for name in frameworks
        ),
        TableColumn(
            "Difference",
            lambda row: NOTHING if row.difference is None else f"{row.difference:.1e}",
            right=True,
            explain="Largest absolute difference of two frameworks in this array",
        ),
    )


def _norm(framework: str, row: StepRow) -> str:
    return f"{row.norms[framework]:.6g}"


def _first(framework: str, row: StepRow) -> str:
    """The first numbers of an array, below each other."""
    numbers = "\n".join(f"{number:.6g}" for number in row.first[framework])
    return f"First numbers in {framework_title(framework)}:\n{numbers}"
