"""The editor: layers on one side, the selected one on the other, or the settings of training."""

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from mnist_studio.errors import SpecError
from mnist_studio.gui.common import recipe_texts
from mnist_studio.gui.common.basics import (
    IconButton,
    MenuButton,
    button,
    column,
    enable,
    holder,
    label,
    row,
)
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.elided import Elided
from mnist_studio.gui.common.layouts import Splitter
from mnist_studio.gui.common.network.small_picture import SmallNetworkPicture
from mnist_studio.gui.common.question import Answer, QuestionOverlay, ask
from mnist_studio.gui.common.segmented import Segmented
from mnist_studio.gui.services.background import IsCancelled
from mnist_studio.gui.services.latest_only import LatestOnlyRunner
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.train.editor import edits
from mnist_studio.gui.train.editor.add_menu import AddButton, AdvicePanel
from mnist_studio.gui.train.editor.draft import Draft
from mnist_studio.gui.train.editor.layer_list import LayerHead, LayerList
from mnist_studio.gui.train.editor.layer_rows import layer_rows, totals
from mnist_studio.gui.train.editor.layer_settings import LayerSettings
from mnist_studio.gui.train.editor.recipe_menu import RecipeMenu
from mnist_studio.gui.train.editor.training_panel import TrainingPanel
from mnist_studio.running import memory
from mnist_studio.spec.recipes import recipe, recipe_title, run_spec
from mnist_studio.spec.repairs import training_repair
from mnist_studio.spec.run import RunSpec

PICTURE, NO_PICTURE, LOW = 88, 20, 560
"""Heights of the picture, of the line before the first one, and of an editor without room."""
PICTURE_MS = 80
"""Pause after the last edit until the picture follows."""
EMPTY = "empty"
"""The key of an empty network among the recipes to start from."""


@dataclass(frozen=True)
class _Followed:
    """A run whose picture and memory are computed.

    Attributes:
        edited: as it is edited.
        works: whether its network can be drawn.
        trainable: the same as it would be trained; None if it cannot be.
    """

    edited: RunSpec
    works: bool
    trainable: RunSpec | None


class NetworkEditor(QWidget):
    """Edits a network and its training until the user goes back.

    Signals:
        used: a RunSpec to be shown on the Train page.
        left: the user goes back; what was not used is given up.
        edited: the draft changed; it is remembered.
        rate_requested: a suggestion for its learning rate.
        step_requested: the numbers of one of its training steps.
    """

    used = Signal(object)
    left = Signal()
    edited = Signal()
    rate_requested = Signal()
    step_requested = Signal()

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self.question: QuestionOverlay | None = None
        self.draft = Draft(self)
        self._picture_timer = QTimer(self)
        self._picture_timer.setSingleShot(True)
        self._picture_timer.setInterval(PICTURE_MS)
        self._picture_timer.timeout.connect(self._follow)
        self._follower: LatestOnlyRunner[_Followed] = LatestOnlyRunner(
            studio.background, self._compute, self
        )
        self._follower.done.connect(self._show_followed)
        self._follower.failed.connect(lambda followed, error: studio.complain(error))
        self._make_controls()
        self._lay_out()
        self._connect()
        self._renew()

    def _make_controls(self) -> None:
        theme, draft = self._studio.theme, self.draft
        self.back_button = IconButton(theme, "back", "Back to the Train page (Esc)", self.leave)
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the network")
        self.name.setToolTip("The name of the network. Titles of its runs begin with it.")
        self.name.setMaxLength(60)
        self.start = MenuButton(theme, "Start from")
        self.start.setToolTip("Replaces all layers and settings by those of a recipe")
        self.recipes = QMenu(self.start)
        self.recipes.setToolTipsVisible(True)
        self.start.setMenu(self.recipes)
        self.undo_button = IconButton(theme, "undo", "Undo", draft.undo)
        self.redo_button = IconButton(theme, "redo", "Redo", draft.redo)
        self.use_button = button("Use this network", self.use)
        self.parts = Segmented("Part", (("layers", "Layers"), ("training", "Training")))
        self.parts.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.layers = LayerList(theme)
        self.head = LayerHead(theme, self.layers)
        self.add_button = AddButton(theme, draft)
        self.up_button = IconButton(theme, "up", "Move up (Alt+Up)", lambda: self._move(-1))
        self.down_button = IconButton(theme, "down", "Move down (Alt+Down)", lambda: self._move(1))
        self.copy_button = IconButton(theme, "copy", "Duplicate (Ctrl+D)", draft.duplicate)
        self.remove_button = IconButton(theme, "trash", "Remove (Delete)", draft.remove)
        self.advice = AdvicePanel(draft)
        self.layer = LayerSettings(theme, draft)
        self.training = TrainingPanel(theme, self._studio.background, draft)
        self.totals = Elided("", "secondary")
        self.totals.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.picture = SmallNetworkPicture(theme)
        self.no_picture = label("The picture appears once the network works.", "secondary")
        self.no_picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.save_button = MenuButton(theme, "Save")
        self.save_button.setToolTip("Saves this network with its training as a recipe of yours")
        self.saving = RecipeMenu(self._studio, draft, self)
        self.save_button.setMenu(self.saving)
        self.complaint = label("", "bad", wrap=True)
        self.mend_button = button("", self._mend)
        self._trouble = holder(row(self.complaint, self.mend_button))
        self._memory = ""

    def _lay_out(self) -> None:
        tools = (self.up_button, self.down_button, self.copy_button, self.remove_button)
        head = row(
            self.back_button, self.name, self.start, self.save_button, self.undo_button,
            self.redo_button, self.use_button, gap=8,
        )  # fmt: skip
        head.setStretch(1, 1)
        left = Card()
        left.body.addLayout(row(self.add_button, 1, *tools, gap=2))
        # A layout, not a widget: only that is no higher than the rows of the list.
        left.body.addLayout(column(self.head, self.layers, gap=0), 1000)
        left.body.addWidget(self.advice)
        left.body.addStretch(1)
        right = Card()
        right.body.addWidget(_scrolled(self.layer))
        self.columns = Splitter(Qt.Orientation.Horizontal)
        self.columns.add((left, right), (480, 340))
        self.stack = QStackedWidget()
        layers = column(self._picture_card(), self.columns)
        layers.setStretch(1, 1)
        self.stack.addWidget(holder(layers))
        self.stack.addWidget(_scrolled(self.training))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(10)
        whole.addLayout(head)
        below = row(self.parts, self.totals)
        below.setStretch(1, 1)
        whole.addLayout(below)
        whole.addWidget(self._trouble)
        whole.addWidget(self.stack, 1)

    def _picture_card(self) -> QWidget:
        self.pictures = QStackedWidget()
        self.pictures.addWidget(self.picture)
        self.pictures.addWidget(self.no_picture)
        card = Card()
        card.body.addWidget(self.pictures)
        card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.picture_card = card
        return card

    def _connect(self) -> None:
        draft = self.draft
        draft.changed.connect(self._renew)
        draft.changed.connect(self.edited)
        self.name.textEdited.connect(draft.rename)
        self.recipes.aboutToShow.connect(self._offer_recipes)
        self.parts.chosen.connect(self.show_part)
        self.layers.selected.connect(draft.select)
        self.picture.layer_clicked.connect(self._show_layer)
        self.saving.saved.connect(self._take_saved)
        self.training.rate_requested.connect(self.rate_requested)
        self.training.step_requested.connect(self.step_requested)
        self.layers.moved.connect(draft.move)
        self.layers.removal_requested.connect(draft.remove)
        self.layers.copy_requested.connect(draft.duplicate)
        self.layers.field_requested.connect(self.layer.focus_field)
        for keys, action in (
            (QKeySequence(QKeySequence.StandardKey.Undo), draft.undo),
            (QKeySequence("Ctrl+Shift+Z"), draft.redo),
            (QKeySequence("Ctrl+Y"), draft.redo),
            (QKeySequence("Ins"), self.add_button.showMenu),
            (QKeySequence("Esc"), self.leave),
        ):
            shortcut = QShortcut(keys, self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(action)

    def minimumSizeHint(self) -> QSize:
        """May be narrow; in a low window, the page scrolls."""
        return QSize(self._studio.theme.pixels(480), super().minimumSizeHint().height())

    @property
    def is_new(self) -> bool:
        """Whether the network is a new one that the Train page does not have."""
        return self.draft.run.recipe == edits.NEW_NAME

    def open(self, original: RunSpec, present: RunSpec | None = None) -> None:
        """Shows a run, as it is on the Train page or as it was edited before."""
        self.draft.start(original, present)
        self._reserve(NO_PICTURE)
        self._show_followed(self._followed(), self._compute(self._followed()))
        self.show_part("layers")
        self.layers.setFocus()

    def open_new(self, base: RunSpec) -> None:
        """Shows an empty network with the dataset of another run."""
        self.open(edits.new_run(base))

    @Slot(str)
    def show_part(self, key: str) -> None:
        """Shows the layers or the training."""
        self.parts.choose(key)
        self.stack.setCurrentIndex(0 if key == "layers" else 1)
        if key == "training":
            self.training.renew()

    @Slot()
    def use(self) -> bool:
        """Gives the network to the Train page; False if it cannot work yet."""
        if self.draft.problem:
            return False
        self.used.emit(self.draft.trainable())
        return True

    @Slot()
    def leave(self) -> None:
        """Goes back; asks if there are changes that the Train page does not have."""
        if not self.draft.is_changed:
            self.left.emit()
            return
        problem = self.draft.problem
        answers: list[Answer] = [
            ("Discard changes", self.left.emit),
            ("Keep editing", lambda: None),
        ]
        if not problem:
            answers.append(("Use this network", self.use))
        sentence = (
            f"The network cannot be used yet. {problem}"
            if problem
            else "The Train page still has the former network."
        )
        self.question = ask(
            self.window(), "Use the changed network?" if not problem else "Discard the changes?",
            sentence, answers, primary=len(answers) - 1,
        )  # fmt: skip

    @Slot(int)
    def _show_layer(self, place: int) -> None:
        """Selects a layer that was clicked in the picture."""
        self.show_part("layers")
        self.draft.select(place)

    @Slot(str)
    def _take_saved(self, name: str) -> None:
        """Continues with the recipe under which the network was saved."""
        self.draft.rename(name)
        self.draft.mark_saved()
        self.edited.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leaves out the picture where the window is low."""
        super().resizeEvent(event)
        self.picture_card.setVisible(self.height() >= self._studio.theme.pixels(LOW))

    def _move(self, steps: int) -> None:
        place = self.draft.place
        if place >= 0:
            self.draft.move(place, place + steps)

    @Slot()
    def _offer_recipes(self) -> None:
        self.recipes.clear()
        for key, text, detail in ((EMPTY, "An empty network", ""), *recipe_texts.offered()):
            action = self.recipes.addAction(f"{text}\t{detail}" if detail else text)
            action.setEnabled(bool(key))
            action.triggered.connect(lambda on=False, key=key: self.start_from(key))

    def start_from(self, key: str) -> None:
        """Replaces all layers and the training by those of a recipe, or by nothing."""
        if key == EMPTY:
            self.draft.replace_run("Empty network", edits.new_run(self.draft.run))
            self.show_part("layers")
        else:
            self.draft.replace_run(f"Start from {recipe_title(key)}", run_spec(recipe(key)))

    @Slot()
    def _renew(self) -> None:
        draft = self.draft
        self.layers.show_rows(layer_rows(draft.model, draft.found), draft.place)
        self.layer.renew()
        self.advice.renew()
        if self.parts.choice == "training":
            self.training.renew()
        self.totals.setText(totals(draft.found))
        self._memory = ""
        self._picture_timer.start()
        self._show_name()
        self._enable()

    @Slot()
    def _follow(self) -> None:
        """Shows picture and memory a moment after the last edit: a large network takes a while."""
        if self.draft.found.problems:
            self._follower.drop()
            self._show_picture()
        else:
            self._follower.submit(self._followed())

    def _followed(self) -> _Followed:
        draft = self.draft
        works = not draft.found.problems
        return _Followed(draft.run, works, None if draft.problem else draft.trainable())

    def _compute(
        self, followed: _Followed, is_cancelled: IsCancelled = lambda: False
    ) -> tuple[str, str]:
        """Needed memory and a warning, and the picture in advance. Any thread may call it."""
        if followed.works:
            self.picture.prepare(followed.edited.model)
        return _memory_texts(followed.trainable) if followed.trainable else ("", "")

    @Slot(object, object)
    def _show_followed(self, followed: _Followed, found: tuple[str, str]) -> None:
        if followed.edited != self.draft.run:
            return  # The network was edited in the meantime, and will be followed again.
        self._show_picture()
        needed, self._memory = found
        self.totals.setText(f"{totals(self.draft.found)}{needed}")
        self._show_trouble()

    def _show_picture(self) -> None:
        draft = self.draft
        self.pictures.setCurrentIndex(int(bool(draft.found.problems)))
        if not draft.found.problems:
            self._reserve(PICTURE)
            self.picture.show_model(draft.model)
            self.picture.select(draft.place)

    def _reserve(self, height: int) -> None:
        """Sets the height for pictures: it stays after the first one, so that nothing jumps."""
        self.pictures.setFixedHeight(self._studio.theme.pixels(height))

    def _show_name(self) -> None:
        title = recipe_title(self.draft.run.recipe)
        if not self.name.hasFocus() and self.name.text() != title:
            self.name.setText(title)

    def _enable(self) -> None:
        draft = self.draft
        for control, name, word in (
            (self.undo_button, draft.undo_name, "Undo"),
            (self.redo_button, draft.redo_name, "Redo"),
        ):
            keys = "Ctrl+Z" if word == "Undo" else "Ctrl+Shift+Z"
            enable(
                control, "" if name else f"Nothing to {word.lower()}.", f"{word}: {name} ({keys})"
            )
        nothing = "" if draft.layer else "Select a layer first."
        last = len(draft.model.layers) - 1
        first = nothing or ("" if draft.place > 0 else "It is the first layer already.")
        final = nothing or ("" if draft.place < last else "It is the last layer already.")
        enable(self.up_button, first, "Move up (Alt+Up)")
        enable(self.down_button, final, "Move down (Alt+Down)")
        enable(self.copy_button, nothing, "Duplicate (Ctrl+D)")
        enable(self.remove_button, nothing, "Remove (Delete)")
        problem = draft.problem
        enable(self.use_button, problem, "Shows this network and its training on the Train page")
        self._show_trouble()

    def _show_trouble(self) -> None:
        """Shows what is wrong with the training, and the nearest repair."""
        draft = self.draft
        problem = draft.training_problem
        repair = training_repair(draft.run) if problem else None
        self.mend_button.setText(repair[0] if repair else "")
        self.mend_button.setVisible(repair is not None)
        words = problem or ("" if draft.problem else self._memory)
        self.complaint.setText(words)
        self._trouble.setVisible(bool(words))

    def _mend(self) -> None:
        repair = training_repair(self.draft.run)
        if repair:
            self.draft.change_training(repair[1], repair[0])


def _memory_texts(run: RunSpec) -> tuple[str, str]:
    """How much memory a training needs, and a warning if that is much."""
    needed = f", about {memory.needed_bytes(run) / 1e9:.1f} GB of memory to train"
    try:
        memory.check_memory(run)
        return needed, memory.memory_warning(run)
    except SpecError as error:
        return needed, str(error)


def _scrolled(inside: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFrameShape(QFrame.Shape.NoFrame)
    inside.setObjectName("scrolled")
    area.setWidget(inside)
    return area
