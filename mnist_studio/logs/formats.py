"""The formats of logs, what each needs, and how a log is opened."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from mnist_studio import paths
from mnist_studio.errors import UsageError
from mnist_studio.logs.content import LoggedRun, RunLog
from mnist_studio.logs.event_files import EventFileLog
from mnist_studio.logs.mlflow_log import MlflowLog
from mnist_studio.logs.text_files import CsvLog, JsonLinesLog
from mnist_studio.logs.wandb_log import WandbLog
from mnist_studio.settings import LogFormat, TrainingLogs
from mnist_studio.spec.recipes import unknown


@dataclass(frozen=True)
class FormatEntry:
    """What is known about a format.

    Attributes:
        name: on the command line.
        title: the name to show.
        explain: what it is for, as a sentence.
        open: makes the log of a run in a folder; raises ImportError without its package.
        package: top-level module that it needs; empty for none.
        extra: that installs the package.
        live: whether it is written while a run trains. Otherwise a process of its own writes the
            log of a run that has ended, as its package starts threads, or is large.
    """

    name: LogFormat
    title: str
    explain: str
    open: Callable[[Path, LoggedRun], RunLog]
    package: str = ""
    extra: str = ""
    live: bool = True

    @property
    def missing(self) -> str:
        """What is not installed and how to install it, as two sentences; empty if all is."""
        if not self.package or find_spec(self.package):
            return ""
        return f"{self.title} is not installed. {self.install}"

    @property
    def install(self) -> str:
        """The command that installs what it needs, as a sentence.

        No package can be added to the packaged program.
        """
        if paths.frozen():
            return "The packaged program does not include it. Choose CSV or JSON lines."
        return f"Install it with: pip install mnist-studio[{self.extra}]"


FORMATS: Mapping[str, FormatEntry] = MappingProxyType(
    {
        entry.name: entry
        for entry in (
            FormatEntry(
                "tensorboard", "TensorBoard",
                "Event files with the curves and settings of every run.",
                EventFileLog, "tensorboard", "tensorboard",
            ),
            FormatEntry("csv", "CSV", "Tables of epochs, batches, and settings.", CsvLog),
            FormatEntry("jsonl", "JSON lines", "One JSON value per line.", JsonLinesLog),
            FormatEntry(
                "mlflow", "MLflow", "A database with all runs.",
                MlflowLog, "mlflow", "mlflow", live=False,
            ),
            FormatEntry(
                "wandb", "Weights & Biases", "An offline run, to upload with wandb sync.",
                WandbLog, "wandb", "wandb", live=False,
            ),
        )
    }
)  # fmt: skip


LIVE: tuple[str, ...] = tuple(entry.name for entry in FORMATS.values() if entry.live)
"""The names of the formats that are written while a run trains."""


def available() -> tuple[FormatEntry, ...]:
    """The formats that can be written here."""
    return tuple(entry for entry in FORMATS.values() if not entry.missing)


def parse_formats(text: str, live: bool) -> tuple[LogFormat, ...]:
    """The formats of a list of the command line, such as ``csv,tensorboard``.

    Args:
        text: the list.
        live: whether the logs are written while a run trains.

    Raises:
        UsageError: the list is empty, a format cannot be written live, or what it needs is not
            installed.
        UnknownName: there is no such format; suggests the nearest.
    """
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names:
        known = LIVE if live else tuple(FORMATS)
        raise UsageError("No log format was named.", f"Choose from: {', '.join(known)}.")
    for name in names:
        if name not in FORMATS:
            raise unknown("log format", name, tuple(FORMATS))
        if live and name not in LIVE:
            raise UsageError(
                f"{FORMATS[name].title} logs are written of a run that has ended.",
                f"Use: mnist-studio runs export ID DIR --log-format {name}",
            )
        if missing := FORMATS[name].missing:
            problem, remedy = missing.split(". ", 1)
            raise UsageError(f"{problem}.", remedy)
    return tuple(FORMATS[name].name for name in names)


def folder_of(logs: TrainingLogs, run: LoggedRun) -> Path:
    """The folder of a run in its logs."""
    return paths.expanded(logs.folder).absolute() / run.folder


def wanted(logs: TrainingLogs) -> Sequence[FormatEntry]:
    """The formats that are chosen; none without a folder."""
    return tuple(FORMATS[name] for name in logs.formats) if logs.folder else ()


def live_formats(logs: TrainingLogs) -> Sequence[FormatEntry]:
    """Those of the chosen formats that are written while a run trains."""
    return tuple(entry for entry in wanted(logs) if entry.live)
