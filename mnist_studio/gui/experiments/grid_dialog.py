"""The dialog for a new experiment: a grid of recipes, frameworks and settings."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from mnist_studio.frameworks.registry import FRAMEWORKS, framework_title
from mnist_studio.gui.common.basics import column, holder, label, row
from mnist_studio.gui.common.card import Card
from mnist_studio.gui.common.segmented import Toggles
from mnist_studio.gui.common.stepper import StepperSpinBox, by_one
from mnist_studio.gui.common.table import TableView
from mnist_studio.gui.common.table_model import RowsModel, TableColumn
from mnist_studio.gui.experiments.experiment_dialog import ExperimentDialog
from mnist_studio.gui.experiments.grid_form import GridForm, grid_experiment, size
from mnist_studio.gui.experiments.grid_settings import GridSettings
from mnist_studio.gui.services import texts
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec.model import parameter_count
from mnist_studio.spec.recipes import RECIPES, Recipe, run_spec
from mnist_studio.spec.run import DatasetName

_FRAMEWORKS = tuple((name, framework_title(name), "") for name in FRAMEWORKS)
MOST_OTHERS = 4
"""Datasets besides MNIST and the built-in one that a dialog has room for; files can have all."""
_LOOPS = (
    (
        "native",
        "Native scripts",
        "Trains with each framework's native script instead of the shared loop (default: off)",
    ),
)
_TIPS = {
    "Title": "Name of the experiment (default: its recipes)",
    "Question": "The question that the experiment answers (optional)",
    "Frameworks": "Trains every recipe in each selected framework",
    "Dataset": "Trains and evaluates on each selected dataset",
    "Training loop": "How runs are trained (default: shared loop)",
    "Batch sizes": "Training images per step (default: those of the recipes)",
    "Learning rates": "Step sizes of the optimizer (default: those of the recipes)",
    "Other settings": "Any settings of network and training, combined with all others",
    "Seeds": "Number of random seeds for each setting, 1 to 100 (default: 5)",
    "Epochs": "Passes over the training set, 1 to 1,000 (default: those of the recipes)",
}


_ADDS = "Adds the experiment to the list without starting it"


def offered_datasets(others: Sequence[str]) -> tuple[tuple[str, str, str], ...]:
    """The datasets that a dialog offers: name, title, and tooltip of each."""
    names = ("mnist", "builtin", *others[:MOST_OTHERS])
    return tuple((name, texts.DATASETS[name], "") for name in names)


class GridDialog(ExperimentDialog):
    """The fields of a grid, and the number of runs that it has."""

    def __init__(
        self, parent: QWidget, theme: Theme, dataset: DatasetName, others: Sequence[str] = ()
    ) -> None:
        super().__init__(parent, "New experiment", theme, QSize(960, 600), _ADDS)
        self._theme = theme
        self.title = _line("Title", "Example: Batch size and accuracy")
        self.question = _line("Question", "Example: Does the batch size matter?")
        self.table = self._recipe_table()
        self.frameworks = Toggles("Frameworks", _FRAMEWORKS, FRAMEWORKS)
        for name in FRAMEWORKS:
            self.frameworks.enable(name, texts.missing(name))
        self.frameworks.choose([name for name in FRAMEWORKS if self.frameworks.enabled(name)])
        self.datasets = Toggles("Dataset", offered_datasets(others), (dataset,))
        self.loop = Toggles("Training loop", _LOOPS, ())
        self.batch_sizes = _line("Batch sizes", "Example: 32, 64, 128")
        self.learning_rates = _line("Learning rates", "Example: 0.01, 0.001")
        self.settings = GridSettings()
        self.seeds = StepperSpinBox("Seeds", theme, 1, 100, by_one)
        self.seeds.set_number(5)
        self.epochs = StepperSpinBox("Epochs", theme, 0, 1000, by_one)
        self.epochs.set_special("default")
        self._lay_out()
        self._connect()
        self._read()
        self.title.setFocus()

    def _recipe_table(self) -> TableView:
        columns = (
            TableColumn[Recipe]("Recipe", lambda recipe: recipe.title, tip=_recipe_tip),
            TableColumn[Recipe](
                "Parameters",
                _parameters,
                right=True,
                explain="Weights and biases that the network learns",
            ),
        )
        self.recipes: RowsModel[Recipe] = RowsModel(columns, lambda recipe: recipe.name, self, True)
        self.recipes.show(tuple(RECIPES.values()))
        return TableView("Recipes", self._theme, self.recipes)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        named: tuple[tuple[str, QWidget], ...] = (
            ("Title", self.title), ("Question", self.question), ("Frameworks", self.frameworks),
            ("Dataset", self.datasets), ("Training loop", self.loop),
            ("Batch sizes", self.batch_sizes),
            ("Learning rates", self.learning_rates), ("Other settings", self.settings),
            ("Seeds", self.seeds),
            ("Epochs", self.epochs),
        )  # fmt: skip
        for place, (text, field) in enumerate(named):
            field.setToolTip(_TIPS[text])
            grid.addWidget(label(text, "secondary"), place, 0)
            if isinstance(field, QLineEdit | GridSettings):
                grid.addWidget(field, place, 1)
            else:
                grid.addWidget(field, place, 1, Qt.AlignmentFlag.AlignLeft)
        recipes = Card("Recipes")
        recipes.body.addWidget(self.table)
        # As wide as its columns: nobody finds the number of parameters behind a scroll bar.
        wide = self.table.wanted_width + self._theme.pixels(52)
        recipes.setMinimumSize(min(wide, self._theme.pixels(380)), self._theme.pixels(240))
        fields = column(grid, 1, self.status, gap=12)
        self.lay_out_foot(self.foot)
        upper = row(recipes, holder(fields))
        upper.setStretch(0, 2)
        upper.setStretch(1, 3)
        self.body.addLayout(upper, 1)

    def _connect(self) -> None:
        self.recipes.checks_changed.connect(self._read)
        for field in (self.title, self.question, self.batch_sizes, self.learning_rates):
            field.textEdited.connect(self._read)
        self.settings.changed.connect(self._read)
        for toggles in (self.frameworks, self.datasets, self.loop):
            toggles.changed.connect(self._read)
        for stepper in (self.seeds, self.epochs):
            stepper.edited.connect(self._read)

    @property
    def form(self) -> GridForm:
        """The values of all fields."""
        return GridForm(
            title=self.title.text(),
            question=self.question.text(),
            recipes=tuple(name for name in RECIPES if name in self.recipes.checked_keys),
            frameworks=tuple(n for n in FRAMEWORKS if n in self.frameworks.chosen),
            batch_sizes=self.batch_sizes.text(),
            learning_rates=self.learning_rates.text(),
            seeds=self.seeds.whole,
            datasets=tuple(n for n in texts.DATASETS if n in self.datasets.chosen),
            epochs=self.epochs.whole,
            native=bool(self.loop.chosen),
            settings=self.settings.texts,
        )

    @Slot()
    def _read(self) -> None:
        """Shows the number of runs, or which field is invalid."""
        first = next(iter(self.form.recipes), "")
        self.settings.offer(run_spec(RECIPES[first]) if first in RECIPES else None)
        self.take(lambda: grid_experiment(self.form), size)


def _line(name: str, hint: str) -> QLineEdit:
    made = QLineEdit()
    made.setAccessibleName(name)
    made.setPlaceholderText(hint)
    return made


def _parameters(recipe: Recipe) -> str:
    return f"{parameter_count(recipe.model):,}"


def _recipe_tip(recipe: Recipe) -> str:
    return f"{recipe.source.name}\n{recipe.summary}"
