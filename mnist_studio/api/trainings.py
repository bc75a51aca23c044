"""Training from scripts and notebooks."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from mnist_studio import paths
from mnist_studio.analysis.event_text import describe as event_text
from mnist_studio.analysis.event_text import is_progress
from mnist_studio.api import html
from mnist_studio.api.background_work import BackgroundWork
from mnist_studio.api.datasets import folder_of
from mnist_studio.api.home import load_yours
from mnist_studio.api.runs import StoredRun, run
from mnist_studio.data.datasets import sources
from mnist_studio.errors import CancelledByUser, StoreError, TrainingFailed, UsageError
from mnist_studio.events import AnyEvent, Cancelled, Crashed, Event, Failed, Terminal
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.logs.formats import parse_formats
from mnist_studio.running.job import TrainingJob
from mnist_studio.running.memory import check_memory
from mnist_studio.running.run_request import (
    RunRequest,
    check_run,
    is_settings_file,
    own_images_fingerprint,
    read_settings_file,
)
from mnist_studio.settings import NO_LOGS, TrainingLogs
from mnist_studio.spec.change_values import Value
from mnist_studio.spec.changes import Change, normalized
from mnist_studio.spec.recipes import recipe_title
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.runs import RunStore


class RunTraining(BackgroundWork[AnyEvent]):
    """A training. Iterate it to watch it, or ask for its ``result()``.

    Attributes:
        settings: what is trained, and how.
    """

    def __init__(self, settings: RunSpec, job: TrainingJob) -> None:
        """Starts nothing yet."""
        super().__init__(job)
        self.settings = settings
        self._job = job
        self._terminal: Terminal | None = None

    @property
    def run(self) -> StoredRun:
        """The run: as far as it has come within the loop of its events, and else ``result()``."""
        return run(self._job.id) if self.running and self._job.id else self.result()

    def result(self, show: Callable[[str], object] | None = None) -> StoredRun:
        """Trains to the end if that has not happened yet, and returns the run.

        Args:
            show: takes a line of text after every epoch, such as ``print``.

        Raises:
            TrainingFailed: it failed; says why.
            CancelledByUser: it was canceled, or stopped before it had begun.
            UsageError: a loop still iterates its events.
        """
        for event in self:
            if show and (line := event_text(event)):
                show(line)
        if self._error is not None:
            raise self._error
        match self._terminal:
            case Failed(reason=reason) | Crashed(reason=reason):
                raise TrainingFailed(reason)
            case Cancelled(reason=reason):
                raise CancelledByUser(reason)
        return run(self._job.id)

    def _is_progress(self, event: AnyEvent) -> bool:
        return is_progress(event)

    def _seen(self, event: AnyEvent) -> None:
        if isinstance(event, Terminal):
            self._terminal = event

    def _interrupt_note(self) -> str:
        if self._terminal is None or isinstance(self._terminal, Cancelled | Failed | Crashed):
            return ""
        return f"The training was stopped, and its weights are saved in the run {self._job.id}."

    def _state(self) -> str:
        if self.running:
            return "in training"
        return type(self._terminal).__name__.lower() if self._terminal else "not started"

    def _title(self) -> str:
        return f"{recipe_title(self.settings.recipe)} · {framework_title(self.settings.framework)}"

    def __repr__(self) -> str:
        """What is trained, and whether it has begun."""
        return f"<Training: {self._title()}, {self._state()}>"

    def _repr_html_(self) -> str:
        hint = "" if self.started else "Iterate it, or call result(), to start it."
        return html.card(self._title(), [("State", self._state())], note=hint)


def train(
    recipe: str | Path | RunSpec,
    framework: str | None = None,
    *,
    dataset: str | None = None,
    data: str | Path | None = None,
    epochs: int | None = None,
    batch_size: int | None = None,
    learning_rate: float | None = None,
    seed: int | None = None,
    validation: int | None = None,
    training_fraction: float | None = None,
    label_noise: float | None = None,
    precision: str | None = None,
    device: str = "auto",
    threads: int = 0,
    native: bool = False,
    known_bugs: Sequence[str] = (),
    source_bugs: bool = False,
    own_images: bool = False,
    handwriting_styles: int = 0,
    changes: Mapping[str, Value] | None = None,
    record: bool = False,
    log: str | Path | None = None,
    log_formats: Sequence[str] = ("tensorboard",),
) -> RunTraining:
    """A training, as ``mnist-studio train`` makes it. It starts when it is iterated.

    What is left out keeps the recipe's value. A child process trains, and the store of the window
    records everything.

    Args:
        recipe: its name, a settings file (.toml), or the settings of a run.
        framework: ``numpy``, ``pytorch``, or ``keras``.
        dataset: its name; MNIST if it is on this computer, and else the built-in dataset.
        data: folder with the MNIST files.
        epochs: passes over the training set.
        batch_size: images per step, 1 to 60,000.
        learning_rate: of the optimizer.
        seed: of all random numbers.
        validation: number of images of the validation set.
        training_fraction: fraction of the training images to use.
        label_noise: fraction of the training labels to replace by wrong ones.
        precision: ``float32``, ``float64``, or ``bfloat16``.
        device: ``auto``, ``cpu``, ``cuda``, or ``mps``.
        threads: of the CPU; 0 leaves the choice to MNIST Studio and the framework.
        native: whether to run the framework's native script instead of the shared loop.
        known_bugs: names of known bugs to turn on.
        source_bugs: whether to turn on all known bugs of the recipe's source.
        own_images: whether to train on your labeled images too.
        handwriting_styles: number of generated digits in handwriting styles to train on too.
        changes: of any settings by their path, such as ``{"layers.2.units": 256}``.
        record: whether to record what *Watch it learn* of the window shows.
        log: folder for logs that TensorBoard and other tools can read while it trains.
        log_formats: of these logs: ``tensorboard``, ``csv``, or ``jsonl``.

    Raises:
        UnknownName: a name that does not exist; suggests the nearest.
        SpecError: a setting that cannot work.
        FrameworkMissing: the framework is not installed; says how to install it.
        DataError: the dataset is not on this computer.
        UsageError: a settings file or settings of a run with other arguments, or several runs.
    """
    load_yours()
    folder = folder_of(data)
    request = RunRequest(
        recipe=str(recipe) if isinstance(recipe, str | Path) else recipe.recipe,
        framework=framework,
        dataset=dataset,
        data=folder,
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        seed=seed,
        validation=validation,
        training_fraction=training_fraction,
        label_noise=label_noise,
        precision=precision,
        device=device,
        threads=threads,
        native=native,
        known_bugs=known_bugs,
        source_bugs=source_bugs,
        own_images=own_images_fingerprint() if own_images else "",
        handwriting_styles=handwriting_styles,
        changes=changes_of(changes),
    )
    spec = _spec(recipe, request)
    if record and spec.style == "native":
        raise UsageError(
            "A native script cannot be recorded, since it builds its own network.",
            "Leave out record, or train with the shared loop.",
        )
    return _prepared(spec, folder, record=record, logs=_logs(log, log_formats))


def _prepared(
    spec: RunSpec,
    data: Path | None = None,
    resume: str = "",
    record: bool = False,
    logs: TrainingLogs = NO_LOGS,
) -> RunTraining:
    """The training of a run, if it can start.

    Args:
        spec: what is trained.
        data: folder with MNIST that the user named.
        resume: id of the run to resume.
        record: whether to observe the network after every epoch.
        logs: for other tools.

    Raises:
        FrameworkMissing: its framework is not installed.
        DataError: its dataset is not on this computer.
        SpecError: it needs more memory than this computer has.
    """
    if missing := registry.missing(spec.framework):
        raise missing
    check_memory(spec)
    sources.require(spec.dataset, data)
    return RunTraining(spec, TrainingJob(spec, data, resume, observe=record, logs=logs))


def resume(
    run: StoredRun | str,
    data: str | Path | None = None,
    *,
    log: str | Path | None = None,
    log_formats: Sequence[str] = ("tensorboard",),
) -> RunTraining:
    """A training that resumes a run, or the run of that ID, from its last checkpoint.

    Args:
        run: that was stopped, or that crashed.
        data: folder with the MNIST files.
        log: folder for logs, as in ``train``.
        log_formats: of these logs.

    Raises:
        UnknownName: there is no such run.
        StoreError: it has no checkpoint, or has finished.
    """
    with RunStore() as store:
        store.recover()
        stored = store.run(run.id if isinstance(run, StoredRun) else run)
    if not stored.resumable:
        raise StoreError(
            f"This run is {stored.state.lower()}, so it cannot be resumed.",
            "To train the same settings again: mnist_studio.train(run.settings)",
        )
    logs = _logs(log, log_formats)
    return _prepared(stored.spec, folder_of(data), resume=stored.id, logs=logs)


def changes_of(changes: Mapping[str, Value] | None) -> tuple[Change, ...]:
    """Changes of settings by their path."""
    return tuple(Change(normalized(path), value) for path, value in (changes or {}).items())


def _logs(folder: str | Path | None, formats: Sequence[str]) -> TrainingLogs:
    """The logs that a training writes for other tools.

    Raises:
        UnknownName: there is no such format.
        UsageError: what a format needs is not installed.
    """
    if folder is None:
        return NO_LOGS
    where = paths.expanded(str(folder)).absolute()
    return TrainingLogs(str(where), parse_formats(",".join(formats), live=True))


def describe(event: Event) -> str:
    """An event as a line of text; empty for events that have none, such as progress."""
    return event_text(event)


def _spec(recipe: str | Path | RunSpec, request: RunRequest) -> RunSpec:
    """The one run that is requested.

    Raises:
        UsageError: other arguments than the file or the settings, or not one run.
    """
    if isinstance(recipe, RunSpec):
        _refuse_more(request, "The settings of a run are complete.")
        check_run(recipe)
        return recipe
    path = paths.expanded(str(recipe))
    if is_settings_file(path):
        _refuse_more(request, "A settings file contains all settings.")
        found = read_settings_file(path)
    else:
        found = request.specs()
    if len(found) != 1:
        raise UsageError(
            f"One training has one run, but {len(found)} are requested.",
            "Train them one after the other, or use an experiment.",
        )
    return found[0]


def _refuse_more(request: RunRequest, why: str) -> None:
    if request != RunRequest(request.recipe, data=request.data):
        raise UsageError(
            f"{why} Other arguments cannot change it.",
            "Leave them out, or change the settings with msgspec.structs.replace.",
        )
