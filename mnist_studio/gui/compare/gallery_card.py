"""Pictures of the digits that a view is about."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget

from mnist_studio.gui.common.basics import label
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.compare.gallery import Gallery
from mnist_studio.gui.compare.hard_images import MOST, HardImageQuery, HardImages
from mnist_studio.gui.compare.sample_loader import SampleLoader
from mnist_studio.gui.compare.samples import common_dataset
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.theme.marks import Marks

_MIXED = "These runs were tested on different digits. Tick runs on the same ones."


class GalleryCard(Card):
    """Digits of a cell, surely wrong ones, or those on which models disagree."""

    def __init__(self, studio: Studio, marks: Marks) -> None:
        super().__init__("Digits")
        self._studio = studio
        self._rows: tuple[RunRow, ...] = ()
        self._asked: object = None
        self.loader = SampleLoader(studio.background, None, self)
        self.gallery = Gallery(studio.theme, marks)
        self.gallery.setObjectName("scrolled")
        self.words = label(role="secondary", wrap=True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        area = QScrollArea()
        area.setAccessibleName("Digits")
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.gallery)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.words)
        self._stack.addWidget(area)
        self.body.addWidget(self._stack, 1)
        self.loader.loaded.connect(self._show)
        self.loader.failed.connect(self._fail)

    def minimumSizeHint(self) -> QSize:
        """Room for two digits beside each other."""
        return QSize(self._studio.theme.pixels(350), self._studio.theme.pixels(160))

    def ask(self, rows: Sequence[RunRow], asked: HardImageQuery) -> None:
        """Asks for digits with the answers of these models."""
        self._rows = one_of_each(rows, asked.model)
        key = (tuple(row.id for row in self._rows), asked)
        if key == self._asked:
            return
        self._asked = key
        dataset = common_dataset([row.run.spec.dataset for row in self._rows])
        if not self._rows:
            self.say("Digits", "Tick trained runs to see digits.")
        elif not dataset:
            self.say("Digits", _MIXED)
        else:
            runs = [row.run for row in self._rows]
            self.loader.find(runs, self._rows[0].run.spec.dataset, asked)

    def say(self, title: str, sentence: str) -> None:
        """Says in words why there are no digits."""
        self.loader.cancel()
        self.title.setText(title)
        self.words.setText(sentence)
        self._stack.setCurrentIndex(0)

    def forget(self) -> None:
        """The next digits are loaded in any case."""
        self._asked = None

    @Slot(object)
    def _show(self, found: HardImages) -> None:
        self.title.setText(_title(found))
        self.gallery.show_found(found, {row.id: row.title for row in self._rows})
        if len(found.places):
            self._stack.setCurrentIndex(1)
        else:
            self.say(_title(found), "There is no such digit.")

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self.say("Digits", str(error) or repr(error))


def one_of_each(rows: Sequence[RunRow], model: str) -> tuple[RunRow, ...]:
    """Of runs that differ in their seed only the oldest, and the model that was asked for.

    Args:
        rows: newest first.
        model: id of a run; empty for none.
    """
    trained = [row for row in reversed(rows) if row.run.trained]
    first = {row.settings: row for row in reversed(trained)}
    chosen = [row for row in trained if row.id == model or first[row.settings] is row]
    return tuple(sorted(chosen, key=lambda row: row.id != model))


def _title(found: HardImages) -> str:
    count = len(found.places)
    words = f"The first {count} digits" if count == MOST else f"{count} digits"
    if count == 1:
        words = "1 digit"
    match found.asked.what:
        case "cell":
            return f"{words}: a {found.asked.cell[0]}, answered {found.asked.cell[1]}"
        case "wrong":
            return "Mistakes of which it was most sure"
        case "disagreements":
            return "The most split first"
        case "digit":
            return f"Test digit {int(found.places[0]):,} of {found.total:,}"
