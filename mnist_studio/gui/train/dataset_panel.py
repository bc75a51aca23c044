"""The dataset of a run: what is available, how to get MNIST, and whether own images are added."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from mnist_studio.formatting import percent_done
from mnist_studio.gui.common.basics import ProgressLine, button, column, enable, holder, label, row
from mnist_studio.gui.common.check_box import CheckBox
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.common.file_dialog import FileDialog
from mnist_studio.gui.common.image_view import ImageView
from mnist_studio.gui.services import texts
from mnist_studio.gui.services.dataset_library import (
    STRIP,
    DatasetLibrary,
    Sampled,
    StoredDataset,
)
from mnist_studio.gui.services.datasets import DatasetService
from mnist_studio.gui.services.own_images import OwnImagesService
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.gui.train.datasets_dialog import DatasetsDialog, description
from mnist_studio.spec import datasets
from mnist_studio.spec.run import DatasetName

_DESCRIPTIONS = {
    "mnist": "MNIST has 60,000 training images and 10,000 test images.",
    "builtin": "Digits from UCI, not MNIST: 1,297 training images and 500 test images. Accuracies "
    "differ from those on MNIST.",
}
_IMPORT = "Copies MNIST from a folder and checks every file"
_USE_FOLDER = "Uses MNIST from your own folder without copying it"
_REMOVE_FOLDER = "Stops using your folder, but keeps its files"
_MORE = (
    "Fashion-MNIST, letters, and other datasets, your own image folders and tables, and classes "
    "that you draw"
)
_DOWNLOAD = "Downloads MNIST (about 11 MB) and checks every file"


class DatasetPanel(QWidget):
    """Selects the dataset; imports and downloads MNIST with progress and cancel.

    Signals:
        chosen: another dataset is selected.
        removed: a sentence about a folder that is not used any more, and what undoes it.
    """

    chosen = Signal()
    removed = Signal(str, object)

    def __init__(self, theme: Theme, source: DatasetService, library: DatasetLibrary) -> None:
        super().__init__()
        self._theme, self._source, self._library = theme, source, library
        self._offered: tuple[str, ...] = ()
        self._sampled = ""
        self._decided = False
        self._remembered: DatasetName | None = None
        self.choice = ComboBox("Dataset", theme)
        self.choice.offer(tuple((name, texts.DATASETS[name], "") for name in ("builtin", "mnist")))
        self.choice.setToolTip("Images for training and evaluation")
        self.choice.chosen.connect(self._choose)
        self._sentence = label(role="secondary", wrap=True)
        self.strip = tuple(ImageView(theme, f"Example {n + 1}", 28) for n in range(STRIP))
        self._strip = holder(row(*self.strip, 1, gap=2))
        self.more_button = button("More…", self.open_datasets, _MORE, quiet=True)
        self.import_button = button("Import…", self._import, _IMPORT, quiet=True)
        self.download_button = button("Download", source.download, _DOWNLOAD, quiet=True)
        self._progress = ProgressLine("Progress of the import")
        self.cancel_button = button(
            "Cancel",
            source.cancel,
            "Stops, but keeps the received files for the next attempt",
            quiet=True,
        )
        self.folder_button = button("Folder…", self._choose_folder, _USE_FOLDER, quiet=True)
        self.remove_button = button("Remove folder", self._remove, _REMOVE_FOLDER, quiet=True)
        self._sources = (self.import_button, self.folder_button, self.download_button)
        self._idle = holder(row(*self._sources, self.remove_button, 1, gap=6))
        self._busy = holder(row(self._progress, self.cancel_button, gap=6))
        self.setLayout(column(self._strip, self._sentence, self._idle, self._busy, gap=4))
        library.changed.connect(self._offer)
        library.stored.connect(self._select_stored)
        library.sampled.connect(self._show_samples)
        source.changed.connect(self.update_state)
        source.fetched.connect(self._select_mnist)
        self.update_state()

    @property
    def dataset(self) -> DatasetName:
        """The selected dataset."""
        return self.choice.choice or "builtin"

    @property
    def sentence(self) -> str:
        """The description of the selected dataset."""
        return self._sentence.text()

    def choose(self, dataset: DatasetName) -> None:
        """Selects a dataset. Emits nothing."""
        self._decided = True
        self.choice.choose(dataset)
        self.update_state()

    def restore(self, dataset: DatasetName) -> None:
        """Selects a dataset as long as it is available. Emits nothing."""
        self._remembered = dataset
        self.choice.choose(dataset)
        self.update_state()

    @property
    def lasting(self) -> str:
        """The selected dataset, to be remembered; empty if there was no choice."""
        if self._source.has_mnist is None:
            return self._remembered or ""
        other = self.dataset not in ("mnist", "builtin")
        return self.dataset if self._source.has_mnist or other else ""

    @Slot()
    def update_state(self) -> None:
        """Shows what is available and what is being fetched."""
        available, fetching = self._source.has_mnist, self._source.fetching
        if available is not None and not self._decided:
            self._decided = True
            self.choice.choose(self._available_choice())
            self.chosen.emit()
        missing = "" if available else "MNIST is not on this computer. Import or download it."
        self.choice.enable("mnist", missing)
        self._sentence.setText(self._description())
        self._request_samples()
        has_folder = self._source.folder is not None
        for source_button in self._sources:
            source_button.setVisible(not available)
        self.remove_button.setVisible(has_folder)
        self._idle.setVisible(not fetching and (has_folder or not available))
        self._busy.setVisible(bool(fetching))
        self._progress.show_fraction(self._source.fraction)
        self.cancel_button.setEnabled(fetching != "Canceling")

    def _request_samples(self) -> None:
        """Shows sample images of the selected dataset, once it is shown for the first time."""
        if self._sampled == self.dataset:
            return
        self._sampled = ""
        self._strip.setVisible(False)
        # Everybody knows digits, and the page has little room.
        if self.dataset in self._offered:
            self._sampled = self.dataset
            self._library.request_samples(self.dataset)

    def _available_choice(self) -> DatasetName:
        """The remembered dataset if it can be used, else the default."""
        known = self._remembered
        usable = known == "builtin" or known in self._offered
        usable |= known == "mnist" and bool(self._source.has_mnist)
        return known if known and usable else self._source.default

    def _description(self) -> str:
        if self._source.fetching:
            return f"{self._source.fetching} · {percent_done(self._source.fraction)}"
        if self._source.problem and self.dataset == "mnist":
            return self._source.problem
        folder = self._source.folder
        where = f" Folder: {folder}." if folder and self.dataset == "mnist" else ""
        notes = self._source.notes if where else ()
        if self.dataset not in _DESCRIPTIONS:
            facts = datasets.facts(self.dataset)
            return description(facts) if facts else ""
        return " ".join((_DESCRIPTIONS[self.dataset] + where, *notes))

    def open_datasets(self) -> DatasetsDialog:
        """Opens the window with all datasets."""
        dialog = DatasetsDialog(self.window(), self._theme, self._library)
        dialog.chosen.connect(self._take)
        dialog.open()
        return dialog

    @Slot()
    def _offer(self) -> None:
        """Offers the datasets that are on this computer now."""
        self._offered = self._library.here
        names = ("builtin", "mnist", *self._offered)
        if self._remembered in self._offered and not self._decided:
            self._decided = True
        former = self.choice.choice
        self.choice.offer(tuple((name, texts.DATASETS[name], "") for name in names))
        if former and former not in names:
            self.choice.choose(self._source.default)
            self.chosen.emit()
        elif self._remembered in self._offered and former != self._remembered:
            self.choice.choose(str(self._remembered))
            self._remembered = None
            self.chosen.emit()
        self.update_state()

    @Slot(str)
    def _take(self, dataset: DatasetName) -> None:
        self._remembered = None
        self.choose(dataset)
        self.chosen.emit()

    @Slot(object)
    def _select_stored(self, found: StoredDataset) -> None:
        self._offer()
        self._take(found.name)

    @Slot(object)
    def _show_samples(self, found: Sampled) -> None:
        if found.name == self.dataset:
            images = [*found.images, *[None] * STRIP]
            for view, image in zip(self.strip, images, strict=False):
                view.setVisible(image is not None)
                view.show_image(image)
            self._strip.show()

    @Slot()
    def _choose(self) -> None:
        self._decided, self._remembered = True, None
        self.update_state()
        self.chosen.emit()

    @Slot()
    def _select_mnist(self) -> None:
        self.choose("mnist")
        self.chosen.emit()

    def _import(self) -> None:
        self._ask_for_folder(self._source.import_from)

    def _choose_folder(self) -> None:
        self._ask_for_folder(self._source.use)

    def _remove(self) -> None:
        # MNIST may be missing without the folder, so the default dataset is selected again.
        self._decided, self._remembered = False, None
        former = self._source.folder
        self._source.use(None)
        if former is not None:
            self.removed.emit("Stopped using your folder.", lambda: self._source.use(former))

    def _ask_for_folder(self, use: Callable[[Path], None]) -> None:
        dialog = FileDialog(self, "MNIST folder")
        dialog.setFileMode(FileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda folder: use(Path(folder)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


_OWN_IMAGES = "Add your images"
_OWN_IMAGES_TIP = (
    "Adds your images to the training set, each once per pass (default: off). Evaluations on your "
    "images exclude those that the model was trained on."
)


class OwnImagesBox(CheckBox):
    """Whether a run learns from the user's own images, as they are when the box is checked.

    Signals:
        chosen: fingerprint of the images; empty for none.
    """

    chosen = Signal(str)

    def __init__(self, theme: Theme, own_images: OwnImagesService) -> None:
        super().__init__(_OWN_IMAGES, theme)
        self._own_images = own_images
        self.clicked.connect(self._choose)
        own_images.changed.connect(self._follow)
        self._show_count()

    def show_fingerprint(self, fingerprint: str) -> None:
        """Shows whether a run has own images. Emits nothing."""
        self.setChecked(bool(fingerprint))

    @Slot()
    def _choose(self) -> None:
        if self.isChecked():
            self._own_images.freeze(self.chosen.emit)
        else:
            self.chosen.emit("")

    @Slot()
    def _follow(self) -> None:
        self._show_count()
        if self.isChecked():
            self.setChecked(bool(self._own_images.digits))
            self._choose()

    def _show_count(self) -> None:
        count = len(self._own_images.digits)
        self.setText(f"{_OWN_IMAGES} ({count:,})" if count else _OWN_IMAGES)
        missing = "" if count else "Draw and label some images on the Draw page first."
        enable(self, missing, _OWN_IMAGES_TIP)
        self.updateGeometry()
