"""The Compare page: the list of views, the chosen view, and the runs to select."""

from collections.abc import Iterator
from itertools import groupby

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QWidget

from mnist_studio.comparison.views.catalog import ENTRIES
from mnist_studio.formatting import counted
from mnist_studio.gui.common.basics import GAP, button, enable
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.empty_state import EmptyState
from mnist_studio.gui.common.grouped_list import GroupedList, Item
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.layouts import split
from mnist_studio.gui.common.page import Page
from mnist_studio.gui.compare.run_list import RunList
from mnist_studio.gui.compare.view_files import ViewFiles
from mnist_studio.gui.compare.views_area import ViewsArea
from mnist_studio.gui.services.background import IdleScheduler
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import ChosenRuns, Studio
from mnist_studio.gui.theme.marks import Marks

PAUSE_MS = 60
"""Between two steps of building what is not needed yet."""

REPORT_TIP = (
    "Writes all views, the machine, and the settings of the selected runs to one HTML or PDF file"
)


class ComparePage(Page):
    """Compares the selected runs."""

    title = "Compare"
    sentence = "Which is better, which is faster, and is the difference real?"

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.marks = Marks(studio.theme)
        self.hover = Hover(self.marks.family, self)
        self.list = GroupedList("Views", studio.theme, 240)
        self.list.offer(
            [
                (group, [Item(entry.name, entry.title, entry.description) for entry in entries])
                for group, entries in groupby(ENTRIES.values(), lambda entry: entry.group)
            ]
        )
        self.list.choose("live")
        self.views = ViewsArea(studio, self.marks, self.hover)
        self.runs = RunList(studio, self.marks, self.hover)
        self.files = ViewFiles(studio, self.marks, self)
        self.experiments_button = button(
            "Experiments",
            lambda: studio.page_requested.emit("experiments"),
            "Opens the Experiments page to train many combinations at once.",
        )
        self.report_button = button("Write report…", self._ask_report, primary=True)
        self.action_line.addWidget(self.experiments_button)
        self.action_line.addWidget(self.report_button)
        self._building: IdleScheduler | None = None
        self._lay_out()
        self.runs.changed.connect(self._show_selected)
        self.list.chosen.connect(self.views.choose)
        self.views.export_requested.connect(self.files.ask_export)
        self.files.changed.connect(self._update_report)
        studio.library.changed.connect(self._update)
        studio.experiment_chosen.connect(self.runs.show_experiment)
        studio.runs_chosen.connect(self.show_runs)
        self._update()
        # The page is painted before it is filled: both at once would block the window.
        IdleScheduler(self._fill(), self).start()

    def _fill(self) -> Iterator[None]:
        self.views.choose(self.list.choice)
        yield
        yield from self.views.live.build()
        self.runs.show_rows()

    def _lay_out(self) -> None:
        names = Card()
        names.setAccessibleName("Views")
        names.body.addWidget(self.list)
        names.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        names.layout().setContentsMargins(6, 6, 6, 6)  # type: ignore[union-attr]
        # From the outside in: reparenting a widget with all its children is slow.
        self._stack = QStackedWidget()
        self.body.addWidget(self._stack, 1)
        self._stack.addWidget(self._empty())
        content = QWidget()
        self._stack.addWidget(content)
        line = QHBoxLayout(content)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(GAP)
        line.addWidget(names)
        split(Qt.Orientation.Vertical, (self.views, self.runs), (516, 170), line)
        self.fold(line, 780, (180, 760))

    def _empty(self) -> Card:
        card = Card()
        self.empty = EmptyState(
            self.studio.theme,
            "compare",
            "No runs yet",
            "Curves, times, errors, and significance tests of your runs appear here. Train a "
            "recipe in several frameworks to compare them.",
            ("Train a recipe", lambda: self.studio.page_requested.emit("train")),
        )
        card.body.addWidget(self.empty)
        return card

    @property
    def tab(self) -> str:
        """The view that is chosen."""
        return self.list.choice

    def show_tab(self, key: str) -> None:
        """Chooses a view."""
        if self.list.has(key):
            self.list.choose(key)

    def prepare(self) -> None:
        """Builds what most views need."""
        if self._building is None:
            self._building = IdleScheduler(self.views.build(), self, PAUSE_MS)
            self._building.start()

    @Slot(object)
    def show_runs(self, chosen: ChosenRuns) -> None:
        """Selects exactly these runs, and the view and the model if they are given."""
        self.runs.select_runs(chosen.runs)
        if chosen.view:
            self.list.choose(chosen.view)
            self.views.choose(chosen.view)
        if chosen.model:
            self.views.computed.choose_model(chosen.model)

    @property
    def selected(self) -> list[RunRow]:
        """The selected runs, newest first."""
        return self.runs.selected

    @Slot()
    def _update(self) -> None:
        has_epochs = any(row.epochs for row in self.studio.library.rows)
        empty = self.studio.library.loaded and not has_epochs
        self._stack.setCurrentIndex(int(not empty))
        self._update_report()
        selected = len(self.runs.model.checked_keys)
        for entry in ENTRIES.values():
            tip = entry.description
            if selected < entry.least_runs:
                runs = counted(entry.least_runs, "run")
                tip += f"\nSelect at least {runs} in the table to see this view."
            self.list.explain(entry.name, tip)

    @Slot()
    def _show_selected(self) -> None:
        self.views.show_rows(self.selected, self.runs.chosen_experiment)
        self._update()

    @Slot()
    def _update_report(self) -> None:
        writing, fraction = self.files.writing, self.files.fraction
        text = f"Cancel report ({100 * fraction:.0f} %)" if writing else "Write report…"
        self.report_button.setText(text)
        no_runs = not writing and not self.runs.model.checked_keys
        enable(self.report_button, "Select runs in the table first." if no_runs else "", REPORT_TIP)

    def _ask_report(self) -> None:
        if self.files.writing:
            self.files.cancel()
            return
        self.files.ask_report(
            self.selected, self.runs.chosen_experiment, self.views.computed.controls.options
        )
