"""The right side of the Draw page: a switch over panels, each made when it is first shown."""

from collections.abc import Callable

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from mnist_studio.gui.common.basics import GAP, column, row
from mnist_studio.gui.common.segmented import Segmented


class DrawTabs(QWidget):
    """One of several panels. The first that is added is shown.

    Signals:
        shown: the name of the panel that is shown now.
    """

    shown = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.switch = Segmented("What is shown of the drawing")
        self.switch.chosen.connect(self.show_panel)
        self._stack = QStackedWidget()
        self._makers: dict[str, Callable[[], QWidget]] = {}
        self._panels: dict[str, QWidget] = {}
        whole = column(row(self.switch, 1), gap=GAP)
        whole.addWidget(self._stack, 1)
        self.setLayout(whole)

    @property
    def current(self) -> str:
        """The name of the panel that is shown; empty before the first is added."""
        return next((name for name in self._panels if self._is_current(name)), "")

    def add(self, name: str, title: str, make: Callable[[], QWidget]) -> None:
        """Adds a panel, which ``make`` makes when it is first shown."""
        self._makers[name] = make
        self.switch.add(name, title)
        if len(self._makers) == 1:
            self.show_panel(name)

    @Slot(str)
    def show_panel(self, name: str) -> None:
        """Shows a panel by its name."""
        if name not in self._panels:
            self._panels[name] = self._makers[name]()
            self._stack.addWidget(self._panels[name])
        self._stack.setCurrentWidget(self._panels[name])
        self.switch.choose(name)
        self.shown.emit(name)

    def panel(self, name: str) -> QWidget | None:
        """A panel; None before it was first shown."""
        return self._panels.get(name)

    def _is_current(self, name: str) -> bool:
        return self._stack.currentWidget() is self._panels[name]
