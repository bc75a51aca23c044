"""The dialog for a new search: a recipe, the settings that vary, and how trials are chosen."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLineEdit, QVBoxLayout, QWidget

from mnist_studio.frameworks.registry import FRAMEWORKS, framework_title
from mnist_studio.gui.common.basics import button, column, enable, holder, label, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.common.segmented import Segmented, Toggles
from mnist_studio.gui.common.stepper import StepperSpinBox, by_one, by_thousand
from mnist_studio.gui.experiments.experiment_dialog import ExperimentDialog
from mnist_studio.gui.experiments.grid_dialog import offered_datasets
from mnist_studio.gui.experiments.search_form import (
    SearchForm,
    default_validation,
    first_settings,
    offered,
    run_of,
    search_experiment,
    size,
    suggestion,
)
from mnist_studio.gui.services import texts
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec.model import parameter_count
from mnist_studio.spec.recipes import RECIPES
from mnist_studio.spec.run import DatasetName
from mnist_studio.spec.search import (
    LEAST_WINNER_SEEDS,
    MOST_SETTINGS,
    MOST_TRIALS,
    MOST_WINNER_SEEDS,
    setting_title,
)

_FIRST = "mlp-128"
_VALUES = (
    "A range or a list, such as 0.001 to 0.1 log, 16 to 128 step 16, or 32, 64, 128. A setting "
    "that only one optimizer has needs a condition: 0.8 to 0.99 when optimizer.kind=adam"
)
_SAMPLERS = (
    ("tpe", "Bayesian", "Learns from earlier trials where good settings are (TPE)"),
    ("random", "Random", "Draws every trial independently of the others"),
)
_PRUNERS = (
    (
        "median",
        "End bad trials early",
        "Ends a trial whose validation accuracy is below the median of the others (default: on)",
    ),
)
_TIPS = {
    "Title": "Name of the experiment (default: the recipe)",
    "Recipe": "Network and training whose settings vary",
    "Framework": "Trains all trials",
    "Dataset": "Trains and evaluates all trials",
    "Method": "How the settings of the next trial are chosen (default: Bayesian)",
    "Pruning": "Saves the time of trials that will not win",
    "Trials": f"Number of trainings with different settings, 1 to {MOST_TRIALS:,} (default: 20)",
    "Epochs": "Passes over the training set, 1 to 1,000 (default: those of the recipe)",
    "Validation images": "Training images that are held out to compare trials, 1 to 59,999 "
    "(default: 5,000 of MNIST). Test images decide nothing.",
    "Seeds for the best": "Number of other seeds with which the best settings are trained again, "
    f"{LEAST_WINNER_SEEDS} to {MOST_WINNER_SEEDS} (default: {LEAST_WINNER_SEEDS})",
}


_ADDS = "Adds the search to the list without starting it"


class NewSearchDialog(ExperimentDialog):
    """The fields of a search."""

    def __init__(
        self, parent: QWidget, theme: Theme, dataset: DatasetName, others: Sequence[str] = ()
    ) -> None:
        super().__init__(parent, "New search", theme, QSize(960, 560), _ADDS)
        self._theme = theme
        self.title = QLineEdit()
        self.title.setAccessibleName("Title")
        self.title.setPlaceholderText("Example: Learning rates")
        self.recipe = ComboBox("Recipe", theme, only_text=True)
        self.recipe.offer(
            [
                (recipe.name, recipe.title, f"{parameter_count(recipe.model):,} parameters")
                for recipe in RECIPES.values()
            ]
        )
        self.recipe.choose(_FIRST)
        self.framework = Segmented(
            "Framework", [(name, framework_title(name)) for name in FRAMEWORKS]
        )
        for name in FRAMEWORKS:
            self.framework.enable(name, texts.missing(name))
        self.dataset = Segmented(
            "Dataset", [(name, title) for name, title, _ in offered_datasets(others)]
        )
        self.dataset.choose(dataset)
        self.sampler = Segmented("Method", _SAMPLERS)
        self.pruner = Toggles("Pruning", _PRUNERS, ("median",))
        self.trials = self._stepper("Trials", 1, MOST_TRIALS, 20)
        self.epochs = self._stepper("Epochs", 0, 1000, 0)
        self.epochs.set_special("default")
        self.validation = StepperSpinBox("Validation images", theme, 1, 59_999, by_thousand)
        self.validation.set_number(default_validation(dataset))
        self.winner_seeds = self._stepper(
            "Seeds for the best", LEAST_WINNER_SEEDS, MOST_WINNER_SEEDS, LEAST_WINNER_SEEDS
        )
        self.settings: list[SettingRow] = []
        self._rows = QVBoxLayout()
        self.another = button("Add setting", self._add_setting, "Adds a setting that varies")
        self._lay_out()
        self._connect()
        self._take_recipe()

    def _stepper(self, name: str, low: int, high: int, value: int) -> StepperSpinBox:
        made = StepperSpinBox(name, self._theme, low, high, by_one)
        made.set_number(value)
        return made

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        named: tuple[tuple[str, QWidget], ...] = (
            ("Title", self.title), ("Recipe", self.recipe), ("Framework", self.framework),
            ("Dataset", self.dataset), ("Method", self.sampler), ("Pruning", self.pruner),
            ("Trials", self.trials), ("Epochs", self.epochs),
            ("Validation images", self.validation), ("Seeds for the best", self.winner_seeds),
        )  # fmt: skip
        for place, (text, field) in enumerate(named):
            field.setToolTip(_TIPS[text])
            grid.addWidget(label(text, "secondary"), place, 0)
            if isinstance(field, QLineEdit | ComboBox):
                grid.addWidget(field, place, 1)
            else:
                grid.addWidget(field, place, 1, Qt.AlignmentFlag.AlignLeft)
        card = Card("Settings that vary")
        card.body.addLayout(self._rows)
        card.body.addLayout(row(self.another, 1))
        card.body.addWidget(label(f"{_VALUES}.", "secondary", wrap=True))
        card.body.addStretch(1)
        card.setMinimumWidth(self._theme.pixels(330))
        self.lay_out_foot(self.foot)
        upper = row(holder(column(grid, 1, self.status, gap=12)), card)
        upper.setStretch(0, 2)
        upper.setStretch(1, 3)
        self.body.addLayout(upper, 1)

    def _connect(self) -> None:
        self.title.textEdited.connect(self._read)
        self.recipe.chosen.connect(self._take_recipe)
        self.dataset.chosen.connect(self._take_dataset)
        for choice in (self.framework, self.sampler):
            choice.chosen.connect(self._read)
        self.pruner.changed.connect(self._read)
        for stepper in (self.trials, self.epochs, self.validation, self.winner_seeds):
            stepper.edited.connect(self._read)

    @Slot()
    def _take_recipe(self) -> None:
        """Offers the settings of another recipe."""
        run = run_of(self.recipe.choice)
        self.framework.choose(run.framework)
        for setting in tuple(self.settings):
            self._drop(setting)
        for path, values in first_settings(run):
            self._append(path, values)
        self._read()

    @Slot()
    def _take_dataset(self) -> None:
        """Suggests a validation set that suits the dataset."""
        self.validation.set_number(default_validation(self.form.dataset))
        self._read()

    @Slot()
    def _add_setting(self) -> None:
        """Adds the first setting that does not vary yet."""
        run = run_of(self.recipe.choice)
        taken = [setting.path.choice for setting in self.settings]
        path = next((one for one in offered(run) if one not in taken), "")
        if path:
            self._append(path, suggestion(run, path))
            self.settings[-1].path.setFocus()
            self._read()

    def _append(self, path: str, values: str) -> None:
        made = SettingRow(self._theme, self.recipe.choice, path, values)
        made.changed.connect(self._read)
        made.removed.connect(lambda: self._remove(made))
        self.settings.append(made)
        self._rows.addWidget(made)

    def _remove(self, setting: "SettingRow") -> None:
        self._drop(setting)
        self._read()

    def _drop(self, setting: "SettingRow") -> None:
        self.settings.remove(setting)
        self._rows.removeWidget(setting)
        setting.hide()
        setting.deleteLater()

    @property
    def form(self) -> SearchForm:
        """The values of all fields."""
        return SearchForm(
            title=self.title.text(),
            recipe=self.recipe.choice,
            framework=next(name for name in FRAMEWORKS if name == self.framework.choice),
            dataset=self.dataset.choice,
            settings=tuple((one.path.choice, one.values.text()) for one in self.settings),
            trials=self.trials.whole,
            sampler="tpe" if self.sampler.choice == "tpe" else "random",
            pruner="median" if self.pruner.chosen else "none",
            epochs=self.epochs.whole,
            validation=self.validation.whole,
            winner_seeds=self.winner_seeds.whole,
        )

    @Slot()
    def _read(self) -> None:
        """Shows the number of runs, or which field is invalid."""
        full = len(self.settings) >= MOST_SETTINGS
        enable(self.another, f"A search varies at most {MOST_SETTINGS} settings." if full else "",
               "Adds a setting that varies")  # fmt: skip
        self.take(lambda: search_experiment(self.form), size)


class SettingRow(QWidget):
    """One setting and its values.

    Signals:
        changed: by the user.
        removed: the user wants it gone.
    """

    changed = Signal()
    removed = Signal()

    def __init__(self, theme: Theme, recipe: str, path: str, values: str) -> None:
        super().__init__()
        self._recipe = recipe
        self.path = ComboBox("Setting", theme, only_text=True)
        self.path.offer(
            [(one, setting_title(one).capitalize(), one) for one in offered(run_of(recipe))]
        )
        self.path.choose(path)
        self.path.setMinimumWidth(theme.pixels(110))
        self.path.setToolTip("Setting that varies from trial to trial")
        self.values = QLineEdit(values)
        self.values.setCursorPosition(0)
        self.values.setAccessibleName("Values")
        self.values.setToolTip(_VALUES)
        self.values.setMinimumWidth(theme.pixels(90))
        drop = button("Remove", self.removed.emit, "The setting stays as in the recipe", quiet=True)
        whole = row(self.path, self.values, drop, gap=8)
        whole.setStretch(0, 1)
        whole.setStretch(1, 1)
        whole.setContentsMargins(0, 0, 0, 0)
        self.setLayout(whole)
        self.path.chosen.connect(self._suggest)
        self.values.textEdited.connect(self.changed)

    @Slot()
    def _suggest(self) -> None:
        """Suggests values for another setting."""
        self.values.setText(suggestion(run_of(self._recipe), self.path.choice))
        self.values.setCursorPosition(0)
        self.changed.emit()
