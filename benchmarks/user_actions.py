"""What a user does with the stored data, as ``benchmarks.writes`` does it to a home by chance."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace

from benchmarks.damage import read
from mnist_studio import paths, settings
from mnist_studio.data.datasets import drawn
from mnist_studio.data.datasets.own import OwnDatasets
from mnist_studio.data.datasets.splitting import ImportOptions
from mnist_studio.data.ink.rendering import Ink, InkPoint
from mnist_studio.data.own_images import of_ink
from mnist_studio.running.run_files import export_runs, import_runs
from mnist_studio.spec.experiment import ExperimentSpec, Grid
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.recipes.own_recipe import of_run
from mnist_studio.store import backup, rebuild, saved_drawing
from mnist_studio.store.annotations import with_tags
from mnist_studio.store.own_recipes import OwnRecipes
from mnist_studio.store.runs import RunStore
from mnist_studio.store.saved_drawing import SavedDrawing

MOMENT = 1.1e9
"""Of labeled images that an action adds."""

_MOMENT = re.compile(r"trashed=[0-9.]+")

INK: Ink = ((InkPoint(0.4, 0.1, 0.0, 0.5), InkPoint(0.6, 0.9, 0.2, 0.6)),)


@dataclass(frozen=True)
class Action:
    """Something that a user does.

    Attributes:
        work: does it, in the home that the environment names.
        prepare: makes what it needs in a home, before that is copied.
        in_steps: whether a part of it may be done: a dataset that is overwritten may be in the
            trash, and one that is renamed may have its new title already.
    """

    work: Callable[[], object]
    prepare: Callable[[Path], object] = lambda home: None
    in_steps: bool = False


def _runs(store: RunStore) -> list[str]:
    """The ids of the runs, oldest first, also of those in the trash."""
    runs = (*store.runs(), *store.trash.runs())
    return sorted(run.id for run in runs if not run.bundled)


def _listed(store: RunStore) -> list[str]:
    return sorted(run.id for run in store.runs() if not run.bundled)


def _with_store(work: Callable[[RunStore], object]) -> Callable[[], None]:
    def done() -> None:
        with RunStore() as store:
            work(store)

    return done


def _ink(label: int) -> Ink:
    return ((InkPoint(0.5, 0.1 + label / 50, 0.0, 0.5), InkPoint(0.5, 0.9, 0.2, 0.6)),)


def _rename(store: RunStore) -> None:
    for run in _listed(store)[:1]:
        store.rename(run, "Renamed")


def _relabel(store: RunStore) -> None:
    store.own_images.relabel(store.own_images.all()[0].key, 9)


def _put_into_trash(home: Path) -> None:
    with RunStore(home) as store:
        store.move_to_trash([_listed(store)[2]])


def _restore(store: RunStore) -> None:
    store.trash.restore([run.id for run in store.trash.runs()])


def _run_file(home: Path) -> Path:
    return home.parent / "two.mnistrun"


def _export(home: Path) -> None:
    with RunStore(home) as store:
        export_runs(_runs(store)[:1], _run_file(home))
        store.delete(_runs(store)[0])


def _save_recipe() -> None:
    spec = run_spec(RECIPES["mlp-128"])
    OwnRecipes().add(of_run(spec, "Mine", "A network."), overwrite=True)


def _drawn_classes() -> drawn.Collection:
    names = ("up", "down")
    return drawn.Collection(
        names, tuple(drawn.Drawn(name, _ink(n)) for n in range(6) for name in names)
    )


def _dataset() -> None:
    made = drawn.dataset(_drawn_classes(), "Ways", ImportOptions())
    OwnDatasets().add("Ways", made, overwrite=True)


def _own_dataset_of(home: Path) -> None:
    made = drawn.dataset(_drawn_classes(), "Former", ImportOptions())
    OwnDatasets(home).add("Former", made, overwrite=True)


def _overwrite_dataset() -> None:
    made = drawn.dataset(_drawn_classes(), "Former", ImportOptions(seed=2))
    OwnDatasets().add("Former", made, overwrite=True)


def _own_recipe_of(home: Path) -> None:
    spec = run_spec(RECIPES["tiny-10"])
    OwnRecipes(home).add(of_run(spec, "Former", "A network."))


def _experiment(store: RunStore) -> None:
    spec = ExperimentSpec(
        title="Next?", grid=Grid(("tiny-10",), ("numpy",)), seeds=(1,), datasets=("builtin",)
    )
    if "Next?" not in {one.title for one in store.experiments.all()}:
        store.experiments.add(spec)


def _delete_experiment(store: RunStore) -> None:
    for one in store.experiments.all():
        store.experiments.delete(one.id)


def _set(**values: object) -> None:
    settings.save(replace(settings.load()[0], **values))


def _go_back() -> None:
    found = backup.newest_whole(paths.backups())
    assert found is not None
    rebuild.rebuild(chosen=found.path)


ACTIONS = MappingProxyType(
    {
        "open": Action(_with_store(lambda store: None)),
        "rename": Action(_with_store(_rename)),
        "tag": Action(
            _with_store(lambda store: store.annotate(_listed(store)[:2], with_tags(["good"])))
        ),
        "trash": Action(_with_store(lambda store: store.move_to_trash(_listed(store)[:2]))),
        "restore": Action(_with_store(_restore), _put_into_trash),
        "empty-trash": Action(_with_store(lambda store: store.trash.empty())),
        "label": Action(_with_store(lambda store: store.own_images.add([of_ink(INK, 5, MOMENT)]))),
        "relabel": Action(_with_store(_relabel)),
        "delete-image": Action(
            _with_store(lambda store: store.own_images.delete([store.own_images.all()[-1].key]))
        ),
        "experiment": Action(_with_store(_experiment)),
        "delete-experiment": Action(_with_store(_delete_experiment)),
        "backup": Action(_with_store(lambda store: store.back_up())),
        "rebuild": Action(rebuild.rebuild),
        "go-back": Action(_go_back),
        "import": Action(lambda: import_runs(_run_file(paths.home())), _export),
        "settings": Action(lambda: _set(theme="light")),
        "drawing": Action(lambda: saved_drawing.save(SavedDrawing(INK))),
        "recipe": Action(_save_recipe),
        "rename-recipe": Action(lambda: OwnRecipes().rename("Former", "Latter"), _own_recipe_of),
        "classes": Action(lambda: drawn.save(_drawn_classes())),
        "dataset": Action(_dataset),
        "overwrite-dataset": Action(_overwrite_dataset, _own_dataset_of, in_steps=True),
        "rename-dataset": Action(
            lambda: OwnDatasets().rename("Former", "Latter"), in_steps=True
        ),
        "delete-dataset": Action(lambda: OwnDatasets().delete("Former")),
    }
)  # fmt: skip
"""Name -> action."""


def content(home: Path, known: frozenset[str]) -> dict[str, object]:
    """Everything that a home contains, so that it can be compared.

    Args:
        home: folder of the user's data.
        known: ids of runs and experiments that it had at first; of others the number counts.
    """
    found = read(home)
    with RunStore(home) as store:
        trashed = {run.id: run for run in store.trash.runs()}
    fields: Mapping[str, Mapping[Any, object]] = {
        "runs": found.runs, "trash": trashed, "epochs": found.epochs, "arrays": found.arrays,
        "experiments": found.experiments, "members": found.members,
    }  # fmt: skip
    return {
        **{name: _plain(values, known) for name, values in fields.items()},
        "images": found.own_images,
        "recipes": repr(OwnRecipes(home).all()),
        "datasets": [
            (one.name, one.description.files, one.description.former_names)
            for one in OwnDatasets(home).all().datasets
        ],
        "settings": settings.load(),
        "drawing": saved_drawing.load(home),
        "classes": drawn.saved(),
    }


def _plain(values: Mapping[Any, object], known: frozenset[str]) -> dict[object, str | int]:
    """What is known as text, and the number of everything else."""
    ids = {key: key[0] if isinstance(key, tuple) else key for key in values}
    plain: dict[object, str | int] = {
        key: _MOMENT.sub("trashed=then", repr(value))
        for key, value in values.items()
        if ids[key] in known
    }
    return {**plain, "others": len(values) - len(plain)}
