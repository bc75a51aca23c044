"""The user's settings: declared as data, kept in one JSON file."""

import os
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from mnist_studio import paths
from mnist_studio.errors import StoreError

Theme = Literal["system", "light", "dark"]


class Interpreter(msgspec.Struct, frozen=True):
    """A Python with an environment of its own, in which a framework is installed.

    Attributes:
        python: path of its program.
        version: of the framework there, when it was chosen.
    """

    python: str
    version: str


class Settings(msgspec.Struct, frozen=True):
    """Every setting with its type, its default and its text for people."""

    theme: Annotated[Theme, Meta(title="Theme", description="Colors of the window.")] = "system"
    data_folder: Annotated[
        str,
        Meta(
            title="Folder of digits",
            description="Where the MNIST files lie; empty searches the usual places.",
        ),
    ] = ""
    pinned: Annotated[
        tuple[str, ...],
        Meta(
            title="Pinned models",
            description="Runs that answer drawings however many newer ones there are.",
        ),
    ] = ()
    interpreters: Annotated[
        dict[str, Interpreter],
        Meta(
            title="Pythons of frameworks",
            description="A framework computes in the Python named for it, else in the studio's.",
        ),
    ] = {}


def load() -> tuple[Settings, str]:
    """The user's settings, and what the user should know about them, else an empty text.

    A file that cannot be understood is kept aside as ``settings.json.bad``; one that cannot be
    opened stays where it is. Both give the defaults.
    """
    file = paths.settings_file()
    try:
        return msgspec.json.decode(file.read_bytes(), type=Settings), ""
    except FileNotFoundError:
        return Settings(), ""
    except OSError as error:
        return Settings(), f"The settings cannot be opened: {error}. The defaults are used."
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        return Settings(), f"The settings cannot be read: {error}. {_keep_aside(file)}"


def save(settings: Settings) -> None:
    """Keeps the settings; whatever goes wrong, the former file stays whole.

    Raises:
        StoreError: the file cannot be written.
    """
    file = paths.settings_file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _write(file, msgspec.json.format(msgspec.json.encode(settings)))
    except OSError as error:
        raise StoreError(
            f"The settings cannot be written: {error}.", f"Make room or access for {file.parent}."
        ) from error


def _keep_aside(file: Path) -> str:
    bad = file.with_name(f"{file.name}.bad")
    try:
        file.replace(bad)
    except OSError as error:
        return f"The defaults are used; the file could not be kept aside: {error}."
    return f"The defaults are used; the old file is kept as {bad}."


def _write(file: Path, content: bytes) -> None:
    # Two studios may save at once: each has its own file beside the target, the last one wins.
    beside = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
