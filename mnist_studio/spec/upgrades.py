"""Upgrades of descriptions that earlier versions wrote.

Each function takes plain values from JSON or TOML and returns new ones. It does not change unknown
keys, so that the typed reader can report them.
"""

from collections.abc import Mapping
from typing import Any

from mnist_studio.spec.ready_made import EXPERIMENTS

RUN_VERSION = 7
"""Of one run's description; see ``spec.codec`` and ``spec.files``."""
EXPERIMENT_VERSION = 2
"""Of an experiment's description; see ``spec.experiment_files``."""

_READY_MADE = {
    "A: an MLP in Keras, a CNN and an MLP in PyTorch": "image-classification",
    "B: the same CNN in PyTorch and TensorFlow": "implementations",
    "C: a CNN in PyTorch and Keras, an MLP in NumPy": "digit-recognition",
    "D: from scratch, PyTorch against NumPy": "from-scratch",
    "E: ten hidden units in NumPy and TensorFlow": "neural-network",
    "The batch size: time, accuracy, convergence": "batch-sizes",
}
"""Titles of ready-made experiments before version 2 -> their names."""

_RUN_KEYS = {"faults": "known_bugs", "handover": "continued_from", "personal": "own_images"}
_STYLES = {"neutral": "shared", "idiomatic": "native"}


def upgrade_run(run: object, version: int) -> object:
    """A run in the present form, see ``RunSpec``.

    Before version 4 the keys were ``faults``, ``handover``, ``personal`` and ``optimiser``, and the
    styles ``neutral`` and ``idiomatic``. Versions 5 to 7 only add settings, which have defaults.
    """
    if version >= 4 or not isinstance(run, dict):
        return run
    made = _renamed(run, _RUN_KEYS)
    _upgrade_style(made)
    if isinstance(made.get("training"), dict):
        made["training"] = _renamed(made["training"], {"optimiser": "optimizer"})
    return made


def upgrade_experiment(content: Mapping[str, Any], version: int) -> dict[str, Any]:
    """The content of an experiment's file.

    Before version 2 the table was called ``study``, a pair's bugs ``faults``, the styles
    ``neutral`` and ``idiomatic``, and ready-made experiments had other titles and questions.
    """
    if version >= EXPERIMENT_VERSION:
        return dict(content)
    made = _renamed(content, {"study": "experiment"})
    experiment = made.get("experiment")
    if isinstance(experiment, dict):
        made["experiment"] = changed = dict(experiment)
        _upgrade_style(changed)
        _upgrade_title(changed)
        if isinstance(changed.get("pairs"), list | tuple):
            changed["pairs"] = [
                _renamed(pair, {"faults": "known_bugs"}) if isinstance(pair, dict) else pair
                for pair in changed["pairs"]
            ]
    return made


def _renamed(content: Mapping[str, Any], keys: Mapping[str, str]) -> dict[str, Any]:
    return {keys.get(key, key): value for key, value in content.items()}


def _upgrade_style(content: dict[str, Any]) -> None:
    style = content.get("style")
    if isinstance(style, str):
        content["style"] = _STYLES.get(style, style)


def _upgrade_title(content: dict[str, Any]) -> None:
    title = content.get("title")
    if isinstance(title, str) and title in _READY_MADE:
        ready_made = EXPERIMENTS[_READY_MADE[title]].experiment
        content["title"], content["question"] = ready_made.title, ready_made.question
