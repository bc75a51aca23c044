"""The paths of resources and of the user's data. No other module builds such a path."""

import os
import sys
from pathlib import Path

import platformdirs

APPLICATION = "mnist-studio"
HOME_VARIABLE = "MNIST_STUDIO_HOME"
DATA_VARIABLE = "MNIST_STUDIO_DATA"
MODELS_VARIABLE = "MNIST_STUDIO_MODELS"


def frozen() -> bool:
    """Whether this is the packaged program, not Python with the source."""
    return bool(getattr(sys, "frozen", False))


def expanded(text: str) -> Path:
    """A path that a user wrote. ``~`` at its start is the home folder.

    Where there is no such home folder, the path is taken literally.
    """
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def program() -> list[str]:
    """The command that starts this program again, whatever lies in the working folder.

    With ``-m`` Python would put the working folder first on the path, and a folder ``mnist_studio``
    there would be run.
    """
    return [sys.executable] if frozen() else [sys.executable, "-P", str(package() / "__main__.py")]


def package() -> Path:
    """The folder of the source; the packaged program contains it as files too."""
    return Path(__file__).resolve().parent


def external_entry() -> Path:
    """The script that another Python runs to become a child process."""
    return package() / "workers" / "external_entry.py"


def resources() -> Path:
    """The folder of bundled files.

    In a wheel and in the packaged program it is inside the package, in a checkout next to it.
    """
    inside = package() / "resources"
    return inside if inside.is_dir() else package().parent / "resources"


def models() -> Path:
    """The bundled models. ``MNIST_STUDIO_MODELS`` names another folder."""
    chosen = os.environ.get(MODELS_VARIABLE)
    return expanded(chosen).absolute() if chosen else resources() / "models"


def home() -> Path:
    """The user's data: database, runs, settings. ``MNIST_STUDIO_HOME`` moves it."""
    chosen = os.environ.get(HOME_VARIABLE)
    return expanded(chosen).absolute() if chosen else usual_home()


def usual_home() -> Path:
    """The user's data where ``MNIST_STUDIO_HOME`` does not move it."""
    return Path(platformdirs.user_data_dir(APPLICATION, appauthor=False))


def cache() -> Path:
    """Data that can be created again: imported and downloaded datasets, caches of frameworks.

    It is in the home if that was moved, or if the cache folder of the system is not writable.
    """
    usual = Path(platformdirs.user_cache_dir(APPLICATION, appauthor=False))
    return home() / "cache" if os.environ.get(HOME_VARIABLE) or not _writable(usual) else usual


def _writable(folder: Path) -> bool:
    """Whether a folder is writable or can be created."""
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


def own_recipes(base: Path | None = None) -> Path:
    """The folder of your own recipes, one file each, in ``base`` or else in the user's home."""
    return (base or home()) / "recipes"


def own_datasets(base: Path | None = None) -> Path:
    """The folder of your own datasets, one folder each, in ``base`` or else in the home."""
    return (base or home()) / "datasets"


def drawn_classes(base: Path | None = None) -> Path:
    """Drawings of classes that are not a dataset yet, in ``base`` or else in the home."""
    return (base or home()) / "drawn_classes.json"


def own_image_sets(base: Path | None = None) -> Path:
    """The sets of own images that runs were trained on, in ``base`` or else in the home."""
    return (base or home()) / "digits"


def own_image_journal(base: Path | None = None) -> Path:
    """The user's own images as a file, in ``base`` or else in the user's home."""
    return (base or home()) / "own_images.jsonl"


def environments() -> Path:
    """The environments of frameworks that MNIST Studio installed."""
    return home() / "environments"


def settings_file() -> Path:
    """The user's settings, one JSON file."""
    return home() / "settings.json"


def drawing_file(base: Path | None = None) -> Path:
    """The drawing on the canvas, in ``base`` or else in the user's home."""
    return (base or home()) / "drawing.json"


def log_file() -> Path:
    """The log of the window; older parts have a number in their name."""
    return home() / "studio.log"


def mnist_cache() -> Path:
    """The raw MNIST files that were imported or downloaded."""
    return cache() / "mnist"


def dataset_cache(name: str, base: Path | None = None) -> Path:
    """The images of a published dataset, other than MNIST, that was imported or downloaded.

    It is in the cache ``base`` or else in that of the user.
    """
    return (base or cache()) / "datasets" / name


def partial_downloads() -> Path:
    """What was received of downloads that are not complete."""
    return cache() / "downloads"


def robustness_cache() -> Path:
    """The robustness of bundled models, whose folders are never written."""
    return cache() / "robustness"


def features_cache() -> Path:
    """The features of bundled models, whose folders are never written."""
    return cache() / "features"


def own_image_cache() -> Path:
    """Predictions of runs for own images."""
    return cache() / "personal"


def handwriting_cache() -> Path:
    """Generated digits in handwriting styles."""
    return cache() / "handwriting"


def speeds_file() -> Path:
    """How fast this computer trains, as it was measured."""
    return cache() / "speeds.json"


def newest_version_file() -> Path:
    """The newest published version, and when it was requested."""
    return cache() / "newest_version.json"


def keras_home() -> Path:
    """The folder for files that Keras would otherwise write into the home directory."""
    return cache() / "keras"


def matplotlib_home() -> Path:
    """The folder for what matplotlib, if Keras finds it, would write into the home directory."""
    return cache() / "matplotlib"


def data_folder() -> Path | None:
    """The dataset folder that ``MNIST_STUDIO_DATA`` names, if any."""
    chosen = os.environ.get(DATA_VARIABLE)
    return expanded(chosen).absolute() if chosen else None


def font_folders() -> tuple[Path, ...]:
    """Where the system and the user have fonts, whether or not these folders exist."""
    home = Path.home()
    if sys.platform == "win32":
        windows = Path(os.environ.get("WINDIR", "C:/Windows"))
        local = Path(os.environ.get("LOCALAPPDATA", home / "AppData/Local"))
        return windows / "Fonts", local / "Microsoft/Windows/Fonts"
    if sys.platform == "darwin":
        return Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts"
    shared = os.environ.get("XDG_DATA_DIRS", "/usr/local/share:/usr/share").split(":")
    own = os.environ.get("XDG_DATA_HOME", home / ".local/share")
    # A Flatpak sees the fonts of the system in the last ones.
    return (
        *(Path(folder) / "fonts" for folder in shared if folder),
        Path(own) / "fonts", home / ".fonts",
        Path("/run/host/fonts"), Path("/run/host/user-fonts"),
    )  # fmt: skip
