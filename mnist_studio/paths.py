"""Where everything lies. The only module that builds a path to resources or to the user's data."""

import os
import sys
from pathlib import Path

import platformdirs

APPLICATION = "mnist-studio"
HOME_VARIABLE = "MNIST_STUDIO_HOME"
DATA_VARIABLE = "MNIST_STUDIO_DATA"
MODELS_VARIABLE = "MNIST_STUDIO_MODELS"


def frozen() -> bool:
    """Whether this is the packaged program and not Python with the studio's source."""
    return bool(getattr(sys, "frozen", False))


def program() -> list[str]:
    """The command that starts another studio like this one."""
    return [sys.executable] if frozen() else [sys.executable, "-m", "mnist_studio"]


def package() -> Path:
    """The folder of the studio's source; the packaged program brings it along as files too."""
    return Path(__file__).resolve().parent


def external_entry() -> Path:
    """The script by which another Python becomes a child process of the studio."""
    return package() / "workers" / "external_entry.py"


def resources() -> Path:
    """The folder of files that ship with the studio.

    In a wheel and in the frozen app it lies inside the package, in a checkout beside it.
    """
    inside = package() / "resources"
    return inside if inside.is_dir() else package().parent / "resources"


def models() -> Path:
    """The trained models that come with the studio. ``MNIST_STUDIO_MODELS`` names others."""
    chosen = os.environ.get(MODELS_VARIABLE)
    return Path(chosen).expanduser().absolute() if chosen else resources() / "models"


def home() -> Path:
    """The user's data: database, runs, settings. ``MNIST_STUDIO_HOME`` moves it."""
    chosen = os.environ.get(HOME_VARIABLE)
    if chosen:
        return Path(chosen).expanduser().absolute()
    return Path(platformdirs.user_data_dir(APPLICATION, appauthor=False))


def cache() -> Path:
    """What can be made again: imported and downloaded digits, the frameworks' own caches.

    It lies in the home where that was moved, and where the system's own place cannot be written.
    """
    usual = Path(platformdirs.user_cache_dir(APPLICATION, appauthor=False))
    return home() / "cache" if os.environ.get(HOME_VARIABLE) or not _writable(usual) else usual


def _writable(folder: Path) -> bool:
    """Whether a folder can be written, or made."""
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    return os.access(nearest, os.W_OK)


def database(base: Path | None = None) -> Path:
    """The SQLite database of runs, in ``base`` or else in the user's home."""
    return (base or home()) / "studio.sqlite"


def runs(base: Path | None = None) -> Path:
    """The folder that holds one folder a run, in ``base`` or else in the user's home."""
    return (base or home()) / "runs"


def experiments(base: Path | None = None) -> Path:
    """The folder that holds one folder an experiment, in ``base`` or else in the user's home."""
    return (base or home()) / "experiments"


def backups(base: Path | None = None) -> Path:
    """The folder of the database's backups, in ``base`` or else in the user's home."""
    return (base or home()) / "backups"


def digit_sets(base: Path | None = None) -> Path:
    """The sets of the user's own digits that runs learnt from, in ``base`` or else in the home."""
    return (base or home()) / "digits"


def settings_file() -> Path:
    """The user's settings, one JSON file."""
    return home() / "settings.json"


def log_file() -> Path:
    """What the window tells of itself; older parts lie beside it with a number."""
    return home() / "studio.log"


def mnist_cache() -> Path:
    """The raw MNIST files that were imported or downloaded."""
    return cache() / "mnist"


def robustness_cache() -> Path:
    """How robust the models are that come with the studio, whose folders are never written."""
    return cache() / "robustness"


def features_cache() -> Path:
    """How the models that come with the studio see training digits, likewise."""
    return cache() / "features"


def personal_cache() -> Path:
    """What runs said of the user's own digits."""
    return cache() / "personal"


def keras_home() -> Path:
    """What Keras would otherwise write into the home directory."""
    return cache() / "keras"


def matplotlib_home() -> Path:
    """What matplotlib would otherwise write into the home directory."""
    return cache() / "matplotlib"


def data_folder() -> Path | None:
    """The folder of digits named by ``MNIST_STUDIO_DATA``, if any."""
    chosen = os.environ.get(DATA_VARIABLE)
    return Path(chosen).expanduser().absolute() if chosen else None
