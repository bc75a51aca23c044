"""Rows of a grid that change any setting: its path, and the values to combine."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCompleter, QLineEdit, QVBoxLayout, QWidget

from mnist_studio.gui.common.basics import button, enable, row
from mnist_studio.gui.experiments.grid_form import offered_settings, suggestion
from mnist_studio.spec.grid_settings import MOST_SETTINGS
from mnist_studio.spec.run import RunSpec

_PATH = "Setting of network or training, such as layers.2.units or optimizer.kind"
_VALUES = "Values separated by commas, such as 32, 64, 128. Each is combined with all others."
_ADD = "Varies another setting of network or training"


class GridSettingRow(QWidget):
    """One setting and its values.

    Signals:
        changed: by the user.
        removed: the user wants it gone.
    """

    changed = Signal()
    removed = Signal()

    def __init__(self, run: RunSpec) -> None:
        """Creates an empty row.

        Args:
            run: whose settings are offered.
        """
        super().__init__()
        self._run = run
        self.path = QLineEdit()
        self.path.setAccessibleName("Setting")
        self.path.setPlaceholderText("Example: layers.2.units")
        self.path.setToolTip(_PATH)
        completer = QCompleter(list(offered_settings(run)), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.path.setCompleter(completer)
        self.values = QLineEdit()
        self.values.setAccessibleName("Values")
        self.values.setPlaceholderText("Example: 32, 64, 128")
        self.values.setToolTip(_VALUES)
        drop = button("Remove", self.removed.emit, "The setting stays as in the recipe", quiet=True)
        whole = row(self.path, self.values, drop, gap=8)
        whole.setContentsMargins(0, 0, 0, 0)
        self.setLayout(whole)
        self.path.textEdited.connect(self.changed)
        self.values.textEdited.connect(self.changed)
        self.path.editingFinished.connect(self._suggest)
        completer.activated.connect(self._suggest)

    @Slot()
    def _suggest(self) -> None:
        """Suggests values for a setting that has none yet."""
        path = self.path.text().strip()
        if path in offered_settings(self._run) and not self.values.text().strip():
            self.values.setText(suggestion(self._run, path))
            self.changed.emit()


class GridSettings(QWidget):
    """The rows, and a button for another one.

    Signals:
        changed: by the user.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[GridSettingRow] = []
        self._run: RunSpec | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(6)
        self.another = button("Add setting", self._add, _ADD)
        self._layout.addLayout(row(self.another, 1))

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """Path and values of every row."""
        return tuple((one.path.text(), one.values.text()) for one in self.rows)

    def offer(self, run: RunSpec | None) -> None:
        """Offers the settings of a run to new rows; None if no recipe is selected."""
        self._run = run
        full = len(self.rows) >= MOST_SETTINGS
        limit = f"A grid varies at most {MOST_SETTINGS} settings." if full else ""
        enable(self.another, limit if run else "Select a recipe first.", _ADD)

    @Slot()
    def _add(self) -> None:
        if self._run is None:
            return
        made = GridSettingRow(self._run)
        made.changed.connect(self.changed)
        made.removed.connect(lambda: self._remove(made))
        self.rows.append(made)
        self._layout.insertWidget(self._layout.count() - 1, made)
        made.path.setFocus()
        self.changed.emit()

    def _remove(self, one: GridSettingRow) -> None:
        self.rows.remove(one)
        self._layout.removeWidget(one)
        one.hide()
        one.deleteLater()
        self.changed.emit()
