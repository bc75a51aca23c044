"""Stored runs for scripts and notebooks: predict, evaluate, explain, and export."""

from collections.abc import Sequence
from pathlib import Path

from mnist_studio import paths
from mnist_studio.analysis import evaluation
from mnist_studio.analysis.predictions import confusion_matrix
from mnist_studio.analysis.run_filter import matching
from mnist_studio.api import html
from mnist_studio.api.charts import charts_of
from mnist_studio.api.datasets import Picture, Pictures, TestSet, images_of, labeled_images
from mnist_studio.api.explanations import Explained, explained
from mnist_studio.api.home import load_yours
from mnist_studio.api.processes import PROCESSES
from mnist_studio.api.results import PredictedImages, TestScore, TrainingCurves
from mnist_studio.errors import DataError, StoreError
from mnist_studio.events import Finished
from mnist_studio.explanation.messages import Part
from mnist_studio.formatting import count, duration, loss, moment, percent
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.prediction.evaluation import check_labels
from mnist_studio.prediction.export import export_by_name
from mnist_studio.running.run_files import export_runs
from mnist_studio.spec import datasets
from mnist_studio.spec.model import parameter_count
from mnist_studio.spec.recipes import recipe_title
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import step_curve
from mnist_studio.store.rows import Run
from mnist_studio.store.run_file import SUFFIX
from mnist_studio.store.runs import RunStore


class StoredRun:
    """A run of the store. What trains it may be the window, the command line, or this program.

    It is what the store had when it was read; ``refreshed`` reads it again.
    """

    def __init__(self, stored: Run) -> None:
        """Takes what the store has."""
        self._run = stored

    @property
    def id(self) -> str:
        """The ID, as on the command line."""
        return self._run.id

    @property
    def title(self) -> str:
        """The name that is shown everywhere."""
        return self._run.name

    @property
    def state(self) -> str:
        """How it ended, or that it trains: ``Finished``, ``Stopped``, ``Diverged``."""
        return self._run.state

    @property
    def trained(self) -> bool:
        """Whether it has weights, so that it can predict."""
        return self._run.trained

    @property
    def settings(self) -> RunSpec:
        """What was trained, and how: ``settings.model``, ``settings.training``, and more."""
        return self._run.spec

    @property
    def recipe(self) -> str:
        """The name of the recipe."""
        return self._run.spec.recipe

    @property
    def framework(self) -> str:
        """The framework that trained it."""
        return self._run.spec.framework

    @property
    def dataset(self) -> str:
        """The name of the dataset that it was trained on."""
        return self._run.spec.dataset

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of the classes, in the order of the probabilities."""
        return self._run.spec.class_names

    @property
    def parameters(self) -> int:
        """The number of trainable parameters."""
        return parameter_count(self._run.spec.model, len(self.class_names))

    @property
    def accuracy(self) -> float | None:
        """The test accuracy, a fraction; None for a run without weights or a whole epoch."""
        return self._run.ended.test_accuracy if self._run.ended else None

    @property
    def loss(self) -> float | None:
        """The test loss, likewise."""
        return self._run.ended.test_loss if self._run.ended else None

    @property
    def folder(self) -> Path:
        """The folder with its files."""
        return self._run.folder

    def refreshed(self) -> "StoredRun":
        """The same run as the store has it now."""
        return run(self.id)

    def predict(self, images: "Pictures") -> PredictedImages:
        """Predictions for images, computed by the framework of the run in a child process.

        Args:
            images: (28, 28) or (n, 28, 28) gray levels from 0 to 255, paths of pictures, or
                pictures of Pillow; one or several.

        Raises:
            StoreError: the run has no weights.
            DataError: an image has another shape or type, or cannot be read.
        """
        self._require_weights()
        given = images_of(images)
        if not len(given):
            raise DataError("There are no images to predict.", "Pass at least one image.")
        with PROCESSES.evaluator(self.framework) as evaluator:
            found = evaluator.predict(self._run, given)
            return PredictedImages.of(given, found, self.class_names, evaluator.engine)

    def evaluate(self, dataset: "TestSet | None" = None) -> TestScore:
        """The accuracy on a test set.

        Args:
            dataset: its name, a folder with IDX files, or images with their labels; the dataset of
                the run if not given.

        Raises:
            StoreError: the run has no weights.
            DataError: the test set is empty or cannot be read.
            UsageError: it has classes that the run does not have.
        """
        test = labeled_images(self.dataset if dataset is None else dataset)
        check_labels(self._run, test)
        found = self.predict(test.images)
        return TestScore(
            evaluation.accuracy(found.logits, test.labels),
            evaluation.cross_entropy(found.logits, test.labels),
            confusion_matrix(found.logits, test.labels),
            test.labels,
            found,
        )

    def curves(self) -> TrainingCurves:
        """Loss and accuracy after every epoch and step, as NumPy arrays."""
        with RunStore() as store:
            return TrainingCurves.of(store.epochs(self.id), step_curve.load(self.folder))

    def explain(
        self,
        image: "Picture",
        parts: Sequence[Part] = ("attribution", "nearest", "counterfactual"),
        target: str | None = None,
    ) -> Explained:
        """Why the run predicts a class for an image.

        Args:
            image: one image, as ``predict`` takes it.
            parts: of ``attribution``, ``layers``, ``nearest``, and ``counterfactual``.
            target: class of the counterfactual; the second most likely one if not given.

        Raises:
            StoreError: the run has no weights.
            DataError: the image cannot be read, or there are several.
            UsageError: a part or a class that does not exist.
            JobError: a part cannot be computed.
        """
        self._require_weights()
        return explained(self._run, images_of(image), parts, target)

    def export(self, path: str | Path) -> str:
        """Writes the trained network, or the whole run, to a file.

        Args:
            path: whose ending decides: ``.mnistrun`` for the run, ``.safetensors``, ``.onnx``,
                ``.pt``, ``.keras``, or ``.npz`` for the network.

        Returns:
            How the file was checked, as a sentence; empty for a format without a check.

        Raises:
            UsageError: another ending.
            JobError: the run has no weights, or what the format needs is not installed.
            DataError: the file cannot be written.
        """
        target = paths.expanded(str(path))
        if target.suffix == SUFFIX:
            export_runs([self.id], target)
            return ""
        return export_by_name(self._run, target)

    def _require_weights(self) -> None:
        if not self._run.trained:
            raise StoreError(
                f"The run {self.id} has no weights: it is {self.state.lower()}.",
                "Choose a run that has finished.",
            )

    def _facts(self) -> list[tuple[str, str]]:
        facts = [
            ("State", self.state),
            ("Test accuracy", percent(self.accuracy)),
            ("Test loss", loss(self.loss)),
            ("Recipe", recipe_title(self.recipe)),
            ("Framework", framework_title(self.framework)),
            ("Dataset", datasets.title(self.dataset)),
            ("Parameters", count(self.parameters)),
        ]
        if isinstance(self._run.terminal, Finished):
            facts.append(("Training time", duration(self._run.terminal.seconds.get("train"))))
        return [*facts, ("Created", moment(self._run.created)), ("ID", self.id)]

    def __repr__(self) -> str:
        """Title, state, and accuracy."""
        known = "" if self.accuracy is None else f", test accuracy {percent(self.accuracy)}"
        return f"<Run {self.id}: {self.title}, {self.state.lower()}{known}>"

    def __eq__(self, other: object) -> bool:
        """Whether both are the same run."""
        return isinstance(other, StoredRun) and other.id == self.id

    def __hash__(self) -> int:
        """By the ID."""
        return hash(self.id)

    def _repr_html_(self) -> str:
        return html.card(self.title, self._facts(), charts_of(self.id, "curves-accuracy"))


def run(run_id: str) -> StoredRun:
    """The run of that ID; its first characters are enough.

    Raises:
        UnknownName: there is none.
    """
    load_yours()
    with RunStore() as store:
        store.recover()
        return StoredRun(store.run(run_id))


def runs(filter: str = "") -> list[StoredRun]:  # noqa: A002 - as the command line calls it
    """The runs in the store, newest first, then the bundled models.

    Args:
        filter: which ones, such as ``recipe:cnn acc>99 tag:homework``; see ``docs/runs.md``.

    Raises:
        FilterError: the filter is not valid.
    """
    load_yours()
    with RunStore() as store:
        store.recover()
        return [StoredRun(one) for one in matching(store.runs(), store.epochs, filter)]
