"""The user's settings: declared as data and stored in one JSON file."""

import json
import logging
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from mnist_studio import paths
from mnist_studio.errors import StoreError

MOST_BYTES = 1_000_000
"""Limit for the file: a thousand pinned models take 30,000."""

_FRAMEWORK = re.compile(r'"([a-z_-]+)"\s*:\s*\{\s*"python"')
_UNREADABLE = "\N{REPLACEMENT CHARACTER}"
_LOG = logging.getLogger(__name__)

Theme = Literal["system", "light", "dark"]
DrawLayout = Literal["simple", "expert"]
Votes = Literal["best", "all"]
Step = Literal["draw", "train", "compare"]
LogFormat = Literal["tensorboard", "csv", "jsonl", "mlflow", "wandb"]


class Interpreter(msgspec.Struct, frozen=True):
    """A Python environment in which a framework is installed.

    Attributes:
        python: path of its executable.
        version: of the framework in it, when it was selected.
    """

    python: str
    version: str


class TrainPageState(msgspec.Struct, frozen=True):
    """The Train page as it was left.

    Attributes:
        run: its settings as the JSON of a run; empty for those of the first recipe.
        frameworks: that were selected; empty for all.
        dataset: that was selected; empty for the default.
        more_open: whether the section of further settings is open.
        bugs_open: whether the section of known bugs is open.
        columns: widths of form and plots.
        rows: heights of plots and table.
        difference: whether the difference between frameworks is plotted; None where there is room.
        draft: the network that is being edited, as the JSON of a run, which may be invalid; empty
            if none is.
        editor: widths of the parts of the network editor.
    """

    run: str = ""
    frameworks: tuple[str, ...] = ()
    dataset: str = ""
    more_open: bool = False
    bugs_open: bool = False
    columns: tuple[int, ...] = ()
    rows: tuple[int, ...] = ()
    difference: bool | None = None
    draft: str = ""
    editor: tuple[int, ...] = ()


class WindowState(msgspec.Struct, frozen=True):
    """How the pages were left; a key names the page and the part.

    Attributes:
        splitters: sizes of the parts of each splitter, in pixels.
        tabs: what is chosen on each page, such as a view.
        sorts: title of the column that each table is sorted by; after a minus, descending.
    """

    splitters: dict[str, tuple[int, ...]] = {}
    tabs: dict[str, str] = {}
    sorts: dict[str, str] = {}


class RunsPageState(msgspec.Struct, frozen=True):
    """The table of the Runs page as it was left.

    Attributes:
        columns: titles of the columns that are shown; empty for the usual ones.
    """

    columns: tuple[str, ...] = ()


class TrainingLogs(msgspec.Struct, frozen=True):
    """Where trainings are logged for other tools while they train.

    Attributes:
        folder: that gets a folder for every run; empty for no log.
        formats: of the logs.
    """

    folder: str = ""
    formats: tuple[LogFormat, ...] = ("tensorboard",)


NO_LOGS = TrainingLogs()


class Settings(msgspec.Struct, frozen=True):
    """Every setting with its type, default, and text."""

    theme: Annotated[Theme, Meta(title="Theme", description="Color scheme of the window.")] = (
        "system"
    )
    text_size: Annotated[
        float,
        Meta(
            ge=0.5,
            le=4,
            title="Text size",
            description="Size of all text, where 1 is the size that the system has chosen.",
        ),
    ] = 1.0
    reduced_motion: Annotated[
        bool,
        Meta(
            title="Reduce motion",
            description="Nothing moves by itself, such as the digit on an empty canvas.",
        ),
    ] = False
    data_folder: Annotated[
        str,
        Meta(
            title="MNIST folder",
            description="Folder with the MNIST files. If empty, the usual folders are searched.",
        ),
    ] = ""
    pinned: Annotated[
        tuple[str, ...],
        Meta(
            title="Pinned models",
            description="Runs that always predict drawings, even if there are many newer ones.",
        ),
    ] = ()
    checkpoint_seconds: Annotated[
        int,
        Meta(
            ge=1,
            le=86_400,
            title="Checkpoint interval",
            description="Seconds after which a training saves a checkpoint even within an epoch.",
        ),
    ] = 60
    epoch_weights_mb: Annotated[
        int,
        Meta(
            ge=0,
            le=100_000,
            title="Weights of epochs",
            description="Megabytes that the weights of all epochs of a run may need, 0 for none. "
            "Watch it learn shows them. Runs of experiments store none.",
        ),
    ] = 200
    watch_learning: Annotated[
        bool,
        Meta(
            title="Watch it learn",
            description="Whether trainings on the Train page record what their network looks like "
            "after every epoch: kernels, norms, outputs, and errors.",
        ),
    ] = False
    notifications: Annotated[
        bool,
        Meta(
            title="Notifications",
            description="Whether the system shows that long work has ended while you are away.",
        ),
    ] = True
    geometry: Annotated[
        str,
        Meta(title="Window", description="Size, place, and screen of the window, as Qt saves it."),
    ] = ""
    window: Annotated[
        WindowState,
        Meta(title="Pages", description="Sizes, views, and sort orders of the pages."),
    ] = WindowState()
    page: Annotated[
        str, Meta(title="Page", description="Page that was shown when the window was closed.")
    ] = "draw"
    draw_layout: Annotated[
        DrawLayout,
        Meta(
            title="Layout of the Draw page",
            description="Large prediction of the best model, or all models and the network input.",
        ),
    ] = "simple"
    all_models_open: Annotated[
        bool,
        Meta(title="All models", description="Whether the simple Draw page shows all models."),
    ] = False
    votes: Annotated[
        Votes,
        Meta(
            title="Votes",
            description="Whether the best networks or all models decide the common prediction.",
        ),
    ] = "best"
    steps_done: Annotated[
        tuple[Step, ...],
        Meta(title="First steps", description="Which of the first steps you have done."),
    ] = ()
    steps_hidden: Annotated[
        bool, Meta(title="Hide first steps", description="Whether the first steps are hidden.")
    ] = False
    train_page: Annotated[
        TrainPageState,
        Meta(title="Train page", description="The settings of the Train page, and its layout."),
    ] = TrainPageState()
    runs_page: Annotated[
        RunsPageState,
        Meta(title="Runs page", description="Columns of the table of runs."),
    ] = RunsPageState()
    warm_processes: Annotated[
        bool,
        Meta(
            title="Start frameworks in advance",
            description="While the window is idle, it loads each framework for the next run. "
            "Training then starts within about a second. Needs about 1.9 GB of memory.",
        ),
    ] = True
    interpreters: Annotated[
        dict[str, Interpreter],
        Meta(
            title="Environments",
            description="Python environment of each framework. The default is MNIST Studio's own.",
        ),
    ] = {}
    training_logs: Annotated[
        TrainingLogs,
        Meta(
            title="Logs for other tools",
            description="Folder and formats of the logs that trainings in the window write for "
            "TensorBoard and other tools.",
        ),
    ] = TrainingLogs()
    check_version: Annotated[
        bool,
        Meta(
            title="Newer versions",
            description="Whether the window looks for a newer version, with one request a day.",
        ),
    ] = False


def load() -> tuple[Settings, str]:
    """The user's settings, and a message if they could not be read, else an empty text.

    A file that is not valid is renamed to ``settings.json.bad``, and what can still be read of it
    is saved again. A file that cannot be opened is left alone and gives the defaults.
    """
    file = paths.settings_file()
    try:
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise msgspec.DecodeError(f"it has more than {MOST_BYTES:,} bytes")
        return msgspec.json.decode(content, type=Settings), ""
    except FileNotFoundError:
        return Settings(), ""
    except OSError as error:
        return (
            Settings(),
            f"The settings file cannot be opened: {error}. MNIST Studio uses the defaults.",
        )
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        recovered, names = _recovered(content)
        message = f"The settings file is not valid: {error}. {_set_aside(file, recovered, names)}"
        # Commands write it to standard error; the window shows it.
        _LOG.warning("%s", message)
        return recovered, message


def save(settings: Settings) -> None:
    """Saves the settings; after an error the previous file is unchanged.

    Raises:
        StoreError: the file cannot be written.
    """
    file = paths.settings_file()
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(file, msgspec.json.format(msgspec.json.encode(settings)))
    except OSError as error:
        raise StoreError(
            f"The settings cannot be saved: {error}.", f"Make sure that {file.parent} is writable."
        ) from error


def _set_aside(file: Path, recovered: Settings, names: Sequence[str]) -> str:
    """Renames a damaged file, saves what was recovered, and says both."""
    bad = file.with_name(f"{file.name}.bad")
    used = f"Recovered: {', '.join(names)}. The rest" if names else "MNIST Studio"
    used += " is the default." if names else " uses the defaults."
    try:
        file.replace(bad)
        if names:
            save(recovered)
    except OSError as error:
        return f"{used} The file could not be renamed: {error}."
    except StoreError as error:
        return f"{used} {error}"
    return f"{used} The old file is now {bad}."


def _recovered(content: bytes) -> tuple[Settings, tuple[str, ...]]:
    """The settings that can be read in a damaged file, and their names."""
    text = content[:MOST_BYTES].decode(errors="replace")
    found: dict[str, Any] = {}
    for field in msgspec.structs.fields(Settings):
        value = _value_of(text, field.name, field.type)
        if field.name == "interpreters" and value is None:
            # Each environment counts, even if another one is unreadable.
            each = {name: _value_of(text, name, Interpreter) for name in _FRAMEWORK.findall(text)}
            value = {name: one for name, one in each.items() if one} or None
        if value is not None:
            found[field.name] = value
    return Settings(**found), tuple(found)


def _value_of(text: str, name: str, kind: Any) -> Any:
    """The first readable value of a key; None if there is none."""
    for match in re.finditer(rf'"{re.escape(name)}"\s*:\s*', text):
        try:
            value, end = json.JSONDecoder().raw_decode(text, match.end())
            if _UNREADABLE not in text[match.end() : end]:
                found = msgspec.convert(value, kind)
                # This decoder also gives half a character, which cannot be saved again.
                msgspec.json.encode(found)
                return found
        except (ValueError, RecursionError):
            continue
    return None


def _write(file: Path, content: bytes) -> None:
    # Two processes may save at once, so each writes its own temporary file; the last one wins.
    temporary = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        temporary.touch(0o600)
        with temporary.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
