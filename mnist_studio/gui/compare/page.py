"""The Compare page: the list of views, the chosen one, and the runs to tick."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QWidget

from mnist_studio.gui.common.basics import GAP, button, enable
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.empty_state import EmptyState
from mnist_studio.gui.common.grouped_list import GroupedList, Item
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.layouts import split
from mnist_studio.gui.common.page import Page
from mnist_studio.gui.compare.run_list import RunList
from mnist_studio.gui.compare.view_catalog import OfferedView, offered
from mnist_studio.gui.compare.view_files import ViewFiles
from mnist_studio.gui.compare.views_area import ViewsArea
from mnist_studio.gui.services.idle import IdleScheduler
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.marks import Marks

PAUSE_MS = 60
"""Between two steps that are taken while nobody waits."""
NEEDS = "Tick more runs to see it."


class ComparePage(Page):
    """Compares the ticked runs."""

    title = "Compare"
    sentence = "Which is better, which is faster, and is the difference real?"

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.marks = Marks(studio.theme)
        self.hover = Hover(self.marks.family, self)
        self.list = GroupedList("Views", studio.theme, 186)
        self.list.offer([(group, _items(entries)) for group, entries in offered() if entries])
        self.list.choose("live")
        self.views = ViewsArea(studio, self.marks, self.hover)
        self.runs = RunList(studio, self.marks, self.hover)
        self.files = ViewFiles(studio, self.marks, self)
        self.experiments_button = button("Experiments", lambda: studio.going.emit("experiments"))
        self.report_button = button("Report…", self._ask_report, primary=True)
        self.action_line.addWidget(self.experiments_button)
        self.action_line.addWidget(self.report_button)
        self._building: IdleScheduler | None = None
        self._lay_out()
        self.runs.changed.connect(self._show_ticked)
        self.list.chosen.connect(self.views.choose)
        self.views.export_asked.connect(self.files.ask_export)
        self.files.changed.connect(self._update_report)
        studio.library.changed.connect(self._update)
        studio.experiment_chosen.connect(self.runs.show_experiment)
        self._update()
        # The page is painted before it is filled: both at once would hold the window.
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
        # From the top down: moving a widget with all that it holds takes a while.
        self._stack = QStackedWidget()
        self.body.addWidget(self._stack, 1)
        self._stack.addWidget(self._empty())
        shown = QWidget()
        self._stack.addWidget(shown)
        whole = QHBoxLayout(shown)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(GAP)
        whole.addWidget(names)
        split(Qt.Orientation.Vertical, (self.views, self.runs), (482, 188), whole)

    def _empty(self) -> Card:
        card = Card()
        self.empty = EmptyState(
            self.studio.theme,
            "compare",
            "There is nothing to compare yet",
            "Train a recipe in all frameworks, or run a ready-made experiment; curves, clocks, "
            "errors "
            "and verdicts will be here.",
            ("Train all", lambda: self.studio.going.emit("train")),
        )
        card.body.addWidget(self.empty)
        return card

    def prepare(self) -> None:
        """Builds what most views need."""
        if self._building is None:
            self._building = IdleScheduler(self.views.build(), self, PAUSE_MS)
            self._building.start()

    @property
    def ticked(self) -> list[RunRow]:
        """The ticked runs, newest first."""
        return self.runs.ticked

    @Slot()
    def _update(self) -> None:
        known = any(row.epochs for row in self.studio.library.rows)
        empty = self.studio.library.loaded and not known
        self._stack.setCurrentIndex(int(not empty))
        self._update_report()
        ticked = len(self.runs.model.ticked_keys)
        for _, entries in offered():
            for entry in entries:
                few = ticked < entry.least
                self.list.explain(entry.name, f"{entry.tip}\n{NEEDS}" if few else entry.tip)

    @Slot()
    def _show_ticked(self) -> None:
        self.views.show_rows(self.ticked, self.runs.chosen_experiment)
        self._update()

    @Slot()
    def _update_report(self) -> None:
        writing, fraction = self.files.writing, self.files.fraction
        self.report_button.setText(f"Cancel report ({fraction:.0%})" if writing else "Report…")
        reason = "" if writing or self.runs.model.ticked_keys else "Tick runs first."
        enable(self.report_button, reason, "One file with all views, verdicts and the machine")

    def _ask_report(self) -> None:
        if self.files.writing:
            self.files.cancel()
            return
        self.files.ask_report(
            self.ticked, self.runs.chosen_experiment, self.views.computed.controls.options
        )


def _items(entries: Sequence[OfferedView]) -> tuple[Item, ...]:
    return tuple(Item(entry.name, entry.title, entry.tip) for entry in entries)
