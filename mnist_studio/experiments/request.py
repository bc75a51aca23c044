"""What a user requests as an experiment: a ready-made one, a file, or one that is stored.

Command line and Python API share it.
"""

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from mnist_studio import paths
from mnist_studio.data.datasets import sources
from mnist_studio.data.files import parse_text
from mnist_studio.errors import UnknownName
from mnist_studio.spec import change_values, experiment_files
from mnist_studio.spec.changes import Change
from mnist_studio.spec.experiment import ExperimentSpec, check_experiment
from mnist_studio.spec.grid_settings import FixedSetting
from mnist_studio.spec.ready_made import EXPERIMENTS, ready_made
from mnist_studio.store.runs import RunStore


def requested_experiment(name: str, changes: Sequence[Change] = ()) -> ExperimentSpec:
    """The experiment in a file, or the ready-made one of that name.

    Args:
        name: of the experiment, or the path of a .toml file.
        changes: of single settings, in all its runs.

    Raises:
        UnknownName: there is no such ready-made experiment.
        SpecError: the file, or a change, is wrong; says where.
        UsageError: the file cannot be read.
    """
    path = paths.expanded(name)
    if path.suffix != experiment_files.SUFFIX:
        return with_changes(ready_made(name).experiment, changes)
    return with_changes(parse_text(path, "experiment", experiment_files.read), changes)


def with_changes(experiment: ExperimentSpec, changes: Sequence[Change]) -> ExperimentSpec:
    """The experiment with changes of single settings in all its runs.

    Raises:
        SpecError: a setting that does not exist, or a value of a wrong type.
    """
    fixed = tuple(FixedSetting(one.path, change_values.plain(str(one.value))) for one in changes)
    changed = replace(experiment, changes=(*experiment.changes, *fixed))
    if fixed:
        check_experiment(changed)
    return changed


def require_datasets(experiment: ExperimentSpec, folder: Path | None) -> None:
    """Checks that the datasets of an experiment are in the folder that the user named, if any.

    Raises:
        DataError: one is not.
    """
    if folder:
        for dataset in experiment.datasets or ("mnist",):
            sources.require(dataset, folder)


def stored_experiment(store: RunStore, name: str) -> str:
    """The ID of the stored experiment of that ID, title, or ready-made name.

    Raises:
        UnknownName: it has not been started, or several have that title.
    """
    made = EXPERIMENTS[name].experiment if name in EXPERIMENTS else None
    titled = [one.id for one in store.experiments.all() if name == one.title or one.spec == made]
    if made and not titled:
        raise UnknownName(
            f"The experiment “{name}” has not been started yet.",
            f"Run: mnist-studio experiment {name}",
        )
    if len(titled) > 1:
        raise UnknownName(
            f"{len(titled)} experiments have this title.", f"Use an ID: {', '.join(titled)}."
        )
    return titled[0] if titled else name
