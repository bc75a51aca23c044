"""Collecting classes of one's own by drawing: so many of each, and then one trains on them."""

from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QWidget

from mnist_studio.data.datasets.drawn import WANTED
from mnist_studio.errors import MnistStudioError, SpecError
from mnist_studio.gui.common.basics import button, column, enable, label, row
from mnist_studio.gui.common.check_box import CheckBox
from mnist_studio.gui.common.dialog import ScrollDialog
from mnist_studio.gui.common.image_view import ImageView
from mnist_studio.gui.services.dataset_library import DatasetLibrary
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.train.class_pad import ClassPad
from mnist_studio.spec.datasets import check_own_name
from mnist_studio.spec.run import LONGEST_CLASS_NAME

PAUSE_MS = 900
"""After this long without a stroke, a drawing is complete."""
LATEST = 10
"""Drawings of a class that are shown."""

_PAUSE_TIP = (
    "A drawing is complete after a pause of 0.9 s (default: on). Turn this off for symbols of many "
    "strokes, and press Enter instead."
)


class DrawClassesDialog(ScrollDialog):
    """Names classes, draws images of each with a count, and stores them as a dataset.

    Attributes:
        pad: to draw on.
        names: the classes with their counts.
        new_name: of the next class.
        title: of the dataset.
        paused: whether a drawing is complete after a pause.
    """

    def __init__(self, parent: QWidget, theme: Theme, library: DatasetLibrary) -> None:
        super().__init__(parent, "Draw classes", QSize(760, 520))
        self._theme, self._library = theme, library
        self._make_controls()
        self._lay_out()
        self._drawn_for = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self.take)
        self.pad.started.connect(self._begin)
        self.pad.lifted.connect(self._wait)
        library.stored.connect(self.accept)
        undo = QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self)
        undo.activated.connect(self.undo)
        self._show()
        self.new_name.setFocus()

    def _make_controls(self) -> None:
        self.names = QListWidget()
        self.names.setAccessibleName("Classes")
        self.names.setObjectName("classes")
        self.names.setToolTip("The classes, and how many images of each you have drawn")
        self.names.currentRowChanged.connect(self._show_class)
        self.new_name = QLineEdit()
        self.new_name.setMaxLength(LONGEST_CLASS_NAME)
        self.new_name.setPlaceholderText("Name of a class")
        self.new_name.setToolTip("A letter, a word, or any other name of up to 40 characters")
        self.new_name.returnPressed.connect(self.add_class)
        self.add_button = button("Add class", self.add_class, "Adds a class of this name")
        self.remove_button = button(
            "Remove class", self.remove_class, "Removes the class and its drawings", quiet=True
        )
        self.pad = ClassPad(self._theme)
        self.caption = label(role="headline", wrap=True)
        self.undo_button = button(
            "Undo", self.undo, "Removes the last drawing (Ctrl+Z)", quiet=True
        )
        self.take_button = button("Next drawing", self.take, "Takes this drawing (Enter)")
        self.paused = CheckBox("Next drawing after a pause", self._theme)
        self.paused.setToolTip(_PAUSE_TIP)
        self.paused.setChecked(True)
        self.latest = tuple(ImageView(self._theme, f"Drawing {n + 1}", 28) for n in range(LATEST))
        self.title = QLineEdit("My symbols")
        self.title.setToolTip("The name of the dataset")
        self.problem = label(role="bad", wrap=True)
        self.train_button = button(
            "Train on them", self.store, "Stores the dataset and selects it", primary=True
        )

    def _lay_out(self) -> None:
        sentence = (
            f"Name your classes, and draw about {WANTED} images of each. A fifth of them becomes "
            "the test set."
        )
        self.body.addWidget(label(sentence, "secondary", wrap=True))
        added = row(self.new_name, self.add_button, gap=6)
        # The first thing to do is at the top, where no screen cuts it off.
        left = column(added, self.names, row(self.remove_button, 1, gap=0), gap=6)
        under = row(self.undo_button, 1, self.take_button, gap=6)
        right = column(
            self.caption, self.pad, row(*self.latest, 1, gap=2), under, self.paused, 1, gap=8
        )
        self.body.addLayout(row(left, right, gap=20))
        self.body.addWidget(self.problem)
        self.foot.addWidget(label("Dataset name"))
        self.foot.addWidget(self.title)
        self.foot.addStretch(1)
        self.foot.addWidget(button("Close", self.reject, "Keeps the drawings for the next time"))
        self.foot.addWidget(self.train_button)

    def done(self, result: int) -> None:
        """Stores the drawings when the dialog closes."""
        self._timer.stop()
        self._library.keep_collection()
        super().done(result)

    @property
    def chosen(self) -> str:
        """The class that is being drawn; empty if there is none."""
        names, at = self._library.collection.names, self.names.currentRow()
        return names[at] if 0 <= at < len(names) else ""

    @Slot()
    def add_class(self) -> None:
        """Adds the class whose name was entered."""
        name = self.new_name.text().strip()
        self.take()
        try:
            self._library.collection = self._library.collection.with_class(name)
        except SpecError as error:
            self.problem.setText(str(error))
            return
        self.new_name.clear()
        self._show(len(self._library.collection.names) - 1)

    @Slot()
    def remove_class(self) -> None:
        """Removes the chosen class."""
        self._library.collection = self._library.collection.without_class(self.chosen)
        self.pad.clear()
        self._show()

    @Slot()
    def take(self) -> None:
        """Takes what is drawn; goes on to the next class when one has enough."""
        self._timer.stop()
        before, name = self._library.collection, self._drawn_for
        if not self.pad.ink or name not in before.names:
            return
        self._library.collection = before.drawn(name, self.pad.ink)
        self.pad.clear()
        at = self.names.currentRow()
        if self.chosen == name and self._library.collection.count(name) == WANTED:
            left = [n for n in before.names if self._library.collection.count(n) < WANTED]
            at = before.names.index(left[0]) if left else at
        self._show(at)

    @Slot()
    def undo(self) -> None:
        """Removes the strokes on the pad, else the last drawing."""
        self._timer.stop()
        collection = self._library.collection
        if self.pad.ink:
            self.pad.clear()
        elif collection.drawings:
            name = collection.drawings[-1].name
            self._library.collection = collection.undone()
            self._show(collection.names.index(name))

    @Slot()
    def store(self) -> None:
        """Stores the dataset; the dialog closes when that is done."""
        name = self.title.text().strip()
        try:
            check_own_name(name)
        except MnistStudioError as error:
            self.problem.setText(str(error))
            return
        self._library.store_drawn(name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter takes a drawing; in the field for a name it has added a class already."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif self.pad.ink and not self.new_name.hasFocus():
            self.take()

    @Slot()
    def _begin(self) -> None:
        """Strokes belong to the class that was chosen when the first of them began."""
        self._timer.stop()
        if not self.pad.ink[:-1]:
            self._drawn_for = self.chosen

    @Slot()
    def _wait(self) -> None:
        if self.paused.isChecked():
            self._timer.start()

    def _show(self, at: int = 0) -> None:
        """Shows the classes and their counts."""
        collection = self._library.collection
        self.names.blockSignals(True)
        self.names.clear()
        for name in collection.names:
            item = QListWidgetItem(f"{name}    {collection.count(name)} of {WANTED}")
            self.names.addItem(item)
        self.names.setCurrentRow(min(at, len(collection.names) - 1))
        self.names.blockSignals(False)
        self.problem.clear()
        self._show_class()

    @Slot()
    def _show_class(self) -> None:
        collection, name = self._library.collection, self.chosen
        self.pad.setEnabled(bool(name))
        self.pad.show_message("Draw here" if name else "Add a class first")
        count = collection.count(name)
        self.caption.setText(f"Draw “{name}”: {count} of {WANTED}" if name else "No classes yet")
        own = [one for one in collection.drawings if one.name == name][-LATEST:]
        for view, drawing in zip(self.latest, (*own, *[None] * LATEST), strict=False):
            view.show_image(drawing.image if drawing else None)
        enable(self.train_button, collection.missing(), "Stores the dataset and selects it")
        enable(self.remove_button, "" if name else "Add a class first.", "Removes the class")
        enable(
            self.undo_button, "" if collection.drawings or self.pad.ink else "Nothing is drawn.",
            "Removes the last drawing (Ctrl+Z)",
        )  # fmt: skip
        enable(self.take_button, "" if name else "Add a class first.", "Takes this drawing (Enter)")
