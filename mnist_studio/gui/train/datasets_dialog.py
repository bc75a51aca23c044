"""All datasets: what they show, where they come from, and how to get or change them."""

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QFrame, QLineEdit, QPushButton, QWidget

from mnist_studio.data.datasets.published import PUBLISHED
from mnist_studio.formatting import count, counted, percent_done, word
from mnist_studio.gui.common.basics import ProgressLine, button, column, holder, label, row
from mnist_studio.gui.common.check_box import CheckBox
from mnist_studio.gui.common.dialog import ScrollDialog
from mnist_studio.gui.common.file_dialog import FileDialog
from mnist_studio.gui.common.image_view import ImageView
from mnist_studio.gui.common.question import ask_text
from mnist_studio.gui.services.dataset_library import STRIP, DatasetLibrary, Sampled, StoredDataset
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.train.draw_classes import DrawClassesDialog
from mnist_studio.spec import datasets
from mnist_studio.spec.datasets import OWN, DatasetFacts

_SHOWN_CLASSES = 12
_CROP_TIP = (
    "Crops each image to its ink and centers it like a digit on the canvas (default: off, which "
    "keeps the whole image)."
)


def description(facts: DatasetFacts) -> str:
    """What a dataset is, in one or two sentences."""
    names = facts.class_names
    left = len(names) - _SHOWN_CLASSES
    some = ", ".join(names[:_SHOWN_CLASSES]) + (f", and {word(left)} more" if left > 0 else "")
    shows = f"{facts.shows[:1].upper()}{facts.shows[1:]}. " if facts.shows else ""
    return (
        f"{shows}{counted(len(names), 'class', 'classes').capitalize()}: {some}. "
        f"{count(facts.train)} training and {count(facts.test)} test images."
    )


def origin(facts: DatasetFacts) -> str:
    """Where a dataset comes from, and its license."""
    parts = [f"From {facts.origin}."] if facts.origin else []
    if not facts.is_own:
        parts.append(f"License: {facts.license}." if facts.license else "License not known.")
    return " ".join(parts)


class DatasetsDialog(ScrollDialog):
    """The datasets of the catalog and the user's own, with what can be done with each.

    Signals:
        chosen: a dataset to train on.

    Attributes:
        cards: one for each dataset, by name.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget, theme: Theme, library: DatasetLibrary) -> None:
        super().__init__(parent, "Datasets", QSize(820, 640))
        self._theme, self._library = theme, library
        self.cards: dict[str, _Card] = {}
        self.own_name = QLineEdit()
        self.own_name.setPlaceholderText("Name of the dataset")
        self.own_name.setToolTip("Name of your dataset (default: that of the folder or file)")
        self.crop = CheckBox("Crop to the ink", theme)
        self.crop.setToolTip(_CROP_TIP)
        self.folder_button = button(
            "Image folder…", self._choose_folder,
            "Imports a folder with a subfolder of images for each class",
        )  # fmt: skip
        self.table_button = button(
            "CSV file…", self._choose_table, "Imports a table: a label and 784 pixels per line"
        )
        self.draw_button = button(
            "Draw classes…", self.draw, "Draws images of classes of your own, such as letters"
        )
        self._busy_text = label(role="secondary")
        self._progress = ProgressLine("Progress of the transfer")
        self.cancel_button = button(
            "Cancel", library.cancel, "Stops, and stores nothing", quiet=True
        )
        self._busy = holder(row(self._busy_text, self._progress, self.cancel_button, gap=8))
        self.problem = label(role="bad", wrap=True)
        self.notes = label(role="secondary", wrap=True)
        self.body.addWidget(label("Your own datasets", "cardTitle"))
        self.body.addWidget(
            label(
                "A folder with a subfolder of images for each class, a CSV file, or classes that "
                "you draw. 2 to 62 classes with any names.", "secondary", wrap=True,
            )
        )  # fmt: skip
        self.body.addLayout(row(self.own_name, self.crop, self.folder_button, self.table_button,
                                self.draw_button, gap=6))  # fmt: skip
        self.body.addWidget(self._busy)
        self.body.addWidget(self.problem)
        self.body.addWidget(self.notes)
        self._list = column(1, gap=10)
        self.body.addWidget(holder(self._list), 1)
        self.foot.addStretch(1)
        self.foot.addWidget(button("Close", self.accept))
        library.changed.connect(self.update_state)
        library.sampled.connect(self._show_samples)
        library.failed.connect(self._on_failed)
        library.stored.connect(self._on_stored)
        self._report()
        self.update_state()

    @Slot()
    def update_state(self) -> None:
        """Shows what is on this computer, and what is being transferred."""
        transfer = self._library.transfer
        self._busy.setVisible(bool(transfer))
        self._busy_text.setText(f"{transfer} · {percent_done(self._library.fraction)}")
        self._progress.show_fraction(self._library.fraction)
        for made in (self.folder_button, self.table_button, self.draw_button):
            made.setEnabled(not transfer)
        known = [one for one in reversed(datasets.known()) if one.name in self._library.here]
        # One of your own that is not here is being imported or deleted just now.
        known += [
            one for one in datasets.known() if one.name not in self._library.here and not one.is_own
        ]
        shown = [one for one in known if one.name not in ("mnist", "builtin")]
        if [*self.cards] != [one.name for one in shown] or any(
            self.cards[one.name].here != (one.name in self._library.here) for one in shown
        ):
            self._fill(shown)
        for card in self.cards.values():
            card.set_busy(bool(transfer))

    def _fill(self, shown: list[DatasetFacts]) -> None:
        for card in self.cards.values():
            self._list.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = {}
        for facts in shown:
            card = _Card(self, self._theme, self._library, facts)
            self.cards[facts.name] = card
            self._list.insertWidget(self._list.count() - 1, card)
            if card.here:
                self._library.request_samples(facts.name)

    def choose(self, name: str) -> None:
        """Selects a dataset to train on, and closes the dialog."""
        self.chosen.emit(name)
        self.accept()

    def draw(self) -> DrawClassesDialog:
        """Opens the collection of drawn classes."""
        dialog = DrawClassesDialog(self, self._theme, self._library)
        dialog.open()
        return dialog

    def import_own(self, place: Path) -> None:
        """Imports a folder or a table under the name that was entered, or its own."""
        self._report()
        name = self.own_name.text().strip() or (place.stem if place.is_file() else place.name)
        self._library.import_own(place, name, whole=not self.crop.isChecked())

    def _choose_folder(self) -> None:
        dialog = FileDialog(self, "Folder with a subfolder for each class")
        dialog.setFileMode(FileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda folder: self.import_own(Path(folder)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _choose_table(self) -> None:
        dialog = FileDialog(self, "Table with a label and 784 pixels per line")
        dialog.setNameFilter("Tables (*.csv *.tsv *.txt);;All files (*)")
        dialog.fileSelected.connect(lambda file: self.import_own(Path(file)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(object)
    def _show_samples(self, found: Sampled) -> None:
        if card := self.cards.get(found.name):
            card.show_samples(found)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._report(problem=str(error))

    @Slot(object)
    def _on_stored(self, found: StoredDataset) -> None:
        self.own_name.clear()
        self._report(" ".join((f"{datasets.title(found.name)} is ready.", *found.notes)))

    def _report(self, notes: str = "", problem: str = "") -> None:
        """Shows how the last import went; a line without a text takes no room."""
        for shown, text in ((self.notes, notes), (self.problem, problem)):
            shown.setText(text)
            shown.setVisible(bool(text))


class _Card(QFrame):
    """One dataset."""

    def __init__(
        self, dialog: DatasetsDialog, theme: Theme, library: DatasetLibrary, facts: DatasetFacts
    ) -> None:
        super().__init__()
        self.setObjectName("card")
        self._library, self._facts = library, facts
        self.here = facts.name in library.here
        self.views = tuple(
            ImageView(theme, f"Example {n + 1} of {facts.title}", 28) for n in range(STRIP)
        )
        self._buttons = [*self._actions(dialog)]
        state = "" if self.here else "Not on this computer"
        head = row(label(facts.title, "cardTitle"), label(state, "secondary"), 1, *self._buttons,
                   gap=6)  # fmt: skip
        lines: list[QWidget] = [
            label(description(facts), wrap=True), label(origin(facts), "secondary", wrap=True)
        ]  # fmt: skip
        if self.here:
            lines.append(holder(row(*self.views, 1, gap=2)))
        self.setLayout(column(head, *lines, gap=4, margin=10))

    def _actions(self, dialog: DatasetsDialog) -> Iterator[QPushButton]:
        name, title = self._facts.name, self._facts.title
        if self.here:
            yield button("Train on it", lambda: dialog.choose(name), "Selects this dataset")
            if self._facts.is_own:
                yield button("Rename…", self._rename, "Changes the name", quiet=True)
                yield button(
                    "Delete",
                    lambda: self._library.delete(name),
                    "Moves it to the trash",
                    quiet=True,
                )
            return
        size = PUBLISHED[name].megabytes
        plain = "" if PUBLISHED[name].encrypted else ". Not all its addresses are encrypted"
        yield button(
            "Download", lambda: self._library.download(name),
            f"Downloads {title} (about {size:,.0f} MB) and compares its checksums{plain}",
            quiet=True,
        )  # fmt: skip
        yield button(
            "Import…", self._import, f"Copies {title} from a folder or ZIP archive", quiet=True
        )

    def set_busy(self, busy: bool) -> None:
        """Disables the buttons during a transfer."""
        for made in self._buttons:
            made.setEnabled(not busy)

    def show_samples(self, found: Sampled) -> None:
        """Shows sample images."""
        for view, image in zip(self.views, found.images, strict=False):
            view.show_image(image)
        for view in self.views[len(found.images) :]:
            view.hide()

    def _import(self) -> None:
        dialog = FileDialog(self, f"Folder with {self._facts.title}")
        dialog.setFileMode(FileDialog.FileMode.Directory)
        name = self._facts.name
        dialog.fileSelected.connect(
            lambda folder: self._library.import_published(name, Path(folder))
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _rename(self) -> None:
        former = self._facts.name.removeprefix(OWN)

        def rename(name: str) -> None:
            self._library.rename(former, name.strip())

        ask_text(self, "Rename the dataset", former, ("Rename", rename))
