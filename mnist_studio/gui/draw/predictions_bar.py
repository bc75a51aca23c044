"""Order and filter of the models that answer."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget

from mnist_studio.frameworks.registry import FRAMEWORKS, framework_title
from mnist_studio.gui.common.basics import row
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.draw.model_order import ORDERS, ModelFilter
from mnist_studio.gui.theme.theme import Theme


class PredictionsBar(QWidget):
    """Two choices and a field for words.

    Signals:
        changed: the user wants something else.
    """

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.order = ComboBox("Order of the answers", theme)
        self.order.offer([(key, text, "") for key, text in ORDERS.items()])
        self.framework = ComboBox("Frameworks that answer", theme)
        self.framework.offer([("all", "All frameworks", ""), *_frameworks()])
        self.words = QLineEdit()
        self.words.setAccessibleName("Words of a model's name")
        self.words.setPlaceholderText("Find a model")
        self.words.setClearButtonEnabled(True)
        # Qt makes the cross without a name for those who hear the window.
        for cross in self.words.findChildren(QToolButton):
            cross.setAccessibleName("Show all models again")
        self.order.chosen.connect(self._tell)
        self.framework.chosen.connect(self._tell)
        self.words.textChanged.connect(self._tell)
        line = row(self.order, self.framework, self.words, gap=8)
        for at, stretch in enumerate((3, 3, 4)):
            line.setStretch(at, stretch)
        self.setLayout(line)

    @property
    def wanted(self) -> ModelFilter:
        """What the user wants to see."""
        framework = self.framework.choice
        return ModelFilter(
            self.order.choice, "" if framework == "all" else framework, self.words.text()
        )

    def clear(self) -> None:
        """Shows all models again."""
        self.framework.choose("all")
        self.words.clear()
        self.changed.emit()

    @Slot()
    def _tell(self) -> None:
        self.changed.emit()


def _frameworks() -> list[tuple[str, str, str]]:
    return [(key, framework_title(key), "") for key in FRAMEWORKS]
