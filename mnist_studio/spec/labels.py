"""Settings in which runs differ, as labels short enough for a title."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec.structs import replace

from mnist_studio import formatting
from mnist_studio.errors import SpecError
from mnist_studio.spec import datasets
from mnist_studio.spec.known_bugs import KNOWN_BUGS
from mnist_studio.spec.model import class_count, parameter_count, title
from mnist_studio.spec.optimizers import Sgd
from mnist_studio.spec.recipes import Recipe, defaults, recipe_title, run_spec
from mnist_studio.spec.run import FULL_BATCH, DatasetName, RunSpec, TrainingSpec
from mnist_studio.spec.run_settings import Setting, differences, settings, value_text

_SPECIAL_LABELS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "training.optimizer.kind": {
            "sgd": "SGD", "adam": "Adam", "adamw": "AdamW", "adadelta": "Adadelta",
            "rmsprop": "RMSprop",
        },
        "training.schedule.kind": {
            "constant": "constant lr", "exponential": "exponential decay",
            "one_cycle": "one-cycle schedule", "plateau": "plateau schedule",
            "step": "step decay", "cosine": "cosine schedule",
        },
        "training.optimizer.nesterov": {"yes": "Nesterov momentum", "no": "no Nesterov momentum"},
        "training.optimizer.centered": {"yes": "centered", "no": "not centered"},
        "training.optimizer.weight_decay": {"0": "no weight decay"},
        "training.weight_decay": {formatting.NOTHING: "no weight decay"},
        "training.weight_decay.kind": {
            "coupled": "coupled weight decay", "decoupled": "decoupled weight decay"
        },
        "training.warmup_steps": {"0": "no warm-up"},
        "training.early_stopping": {formatting.NOTHING: "no early stopping"},
        "training.best_epoch": {"yes": "best epoch", "no": "last epoch"},
        "training.monitor": {"accuracy": "best accuracy", "loss": "best loss"},
        "training.batch_size": {f"{FULL_BATCH:,}": "full batch"},
        "training.epochs": {"1": "1 epoch"},
        "training.epoch_steps": {"0": "full epochs"},
        "training.averaged_epochs": {"0": "no weight averaging"},
        "training.validation": {"0": "no validation set"},
        "training.sampling": {"stored": "no shuffling", "with_replacement": "with replacement"},
        "training.label_smoothing": {"0": "no label smoothing"},
        "training.label_noise": {"0": "no label noise"},
        "training.training_fraction": {"1": "all training images"},
        "training.clip": {formatting.NOTHING: "no gradient clipping"},
        "training.clip.kind": {"norm": "clipping by norm", "value": "clipping by value"},
        "training.augment_generated": {
            "yes": "generated digits augmented", "no": "generated digits not augmented"
        },
        "training.augmentation.rotation": {"0": "no rotation"},
        "training.augmentation.zoom": {"0": "no scaling"},
        "training.augmentation.shift": {"0": "no shift"},
        "training.augmentation.shear": {"0": "no shear"},
        "training.augmentation.elastic": {"0": "no elastic distortion"},
        "device": {"auto": "fastest device", "cpu": "CPU", "cuda": "CUDA", "mps": "MPS"},
        "threads": {"0": "default threads", "1": "1 thread"},
        "known_bugs": {formatting.NOTHING: "no known bugs"},
        "style": {"native": "native script", "shared": "shared loop"},
        "continued_from": {formatting.NOTHING: "not continued"},
    }
)  # fmt: skip
"""Labels of single values, by the path of the setting."""


def dataset_label(name: DatasetName) -> str:
    """A dataset in a sentence or a title."""
    return datasets.sentence_title(name)


_FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "model.parameters": "{} parameters",
        "model.scaling.mean": "input mean {}",
        "model.scaling.deviation": "input deviation {}",
        "training.optimizer.learning_rate": "lr {}",
        "training.schedule.factor": "lr factor {}",
        "training.schedule.period": "lr period {}",
        "training.schedule.lowest": "lowest lr factor {}",
        "training.schedule.start": "start lr 1/{}",
        "training.schedule.final": "final lr 1/{}",
        "training.schedule.every": "every {} epochs",
        "training.schedule.milestones": "milestones {}",
        "training.weight_decay.rate": "decay rate {}",
        "training.warmup_steps": "{} warm-up steps",
        "training.early_stopping.patience": "early stopping after {} epochs",
        "training.early_stopping.min_improvement": "smallest improvement {}",
        "training.batch_size": "batch {}",
        "training.epochs": "{} epochs",
        "training.epoch_steps": "{} steps per epoch",
        "training.averaged_epochs": "{} averaged epochs",
        "training.validation": "{} validation images",
        "training.precision": "{}",
        "training.training_fraction": "{} of the training images",
        "training.label_noise": "label noise {}",
        "training.sampling": "{}",
        "training.clip.limit": "clipping threshold {}",
        "training.augmentation.rotation": "rotation {}°",
        "training.augmentation.zoom": "scaling {}",
        "training.augmentation.shear": "shear {}°",
        "training.augmentation.elastic": "elastic distortion {}",
        "threads": "{} threads",
        "continued_from.run": "continued from {}",
        "handwriting_styles": "{} digits in more handwriting styles",
    }
)
"""How labels are made from a value, by the path of the setting; other labels name the setting."""

_KNOWN_BUG_TITLES: Mapping[str, str] = MappingProxyType(
    {bug.name: bug.title.lower() for bug in KNOWN_BUGS.values()}
)
_LAYER = "model.layers."
_PARAMETERS = "model.parameters"
"""Not a setting, but shorter than all layers."""
_ANY_TRAINING = TrainingSpec(Sgd())
_PART_OF_RUN = ("continued_from.framework", "continued_from.step")
"""Settings that follow from the run that was continued."""
_RANKS: Mapping[str, int] = MappingProxyType(
    {
        "known_bugs": 0,
        "own_images": 0,
        "handwriting_styles": 0,
        "continued_from.run": 0,
        "device": 2,
        "threads": 2,
    }
)
"""Order of labels in a title: 0 first, 2 last, 1 for all others."""


def recipe_labels(run: RunSpec) -> tuple[str, ...]:
    """What differs from the defaults of the recipe: ``lr 0.01``, ``seed 3``.

    The framework and the style are left out, because every title has them. A recipe that is not
    known has no defaults to differ from.
    """
    recipe = defaults(run.recipe)
    if recipe is None:
        return ()
    plain = replace(_plain(recipe, run), framework=run.framework, style=run.style)
    found = _layer_by_layer(differences((plain, run)), (plain, run))
    paths = {setting.path for setting in found}
    changed = {s.path: s.values[1] for s in found if not _is_implied(s, paths)}
    ordered = dict(sorted(changed.items(), key=lambda item: _RANKS.get(item[0], 1)))
    if "model.layers" in ordered:
        ordered["model.layers"] = "changed"
    if run.known_bugs and set(run.known_bugs) == set(recipe.source_bugs(run.framework)):
        ordered["known_bugs"] = "source"
    return tuple(dict.fromkeys(_labels(ordered, dict(settings(run)))))


def network_names(runs: Sequence[RunSpec]) -> tuple[str, ...]:
    """The names of networks: the recipe, and what differs from it or from other networks.

    ``MLP 128``, ``MLP 128, changed: layer 2 units 64``. Networks that differ have different names.
    A process that does not know a recipe of yours names what distinguishes its networks.
    """
    names = [_network_name(run) for run in runs]
    return tuple(
        _unlike(name, run, [other for other, same in zip(runs, names, strict=True) if same == name])
        for name, run in zip(names, runs, strict=True)
    )


def _network_name(run: RunSpec) -> str:
    title, recipe = recipe_title(run.recipe), defaults(run.recipe)
    if recipe is None or _plain(recipe, run).model == run.model:
        return title
    return f"{title}, changed: {', '.join(recipe_labels(_only_network(run)))}"


def _unlike(name: str, run: RunSpec, alike: Sequence[RunSpec]) -> str:
    """A name with what distinguishes the network of a run from others of the same name."""
    networks = list(dict.fromkeys(_only_network(one) for one in alike))
    if len(networks) == 1:
        return name
    labels = distinguishing_labels(networks)[networks.index(_only_network(run))]
    return f"{name}, {', '.join(labels) or f'network {networks.index(_only_network(run)) + 1}'}"


def _only_network(run: RunSpec) -> RunSpec:
    """The run with another training than that of its recipe undone, if the recipe is known."""
    recipe = defaults(run.recipe)
    plain = _plain(recipe, run) if recipe else RunSpec(run.recipe, run.model, _ANY_TRAINING)
    return replace(plain, model=run.model, class_names=run.class_names)


def _plain(recipe: Recipe, run: RunSpec) -> RunSpec:
    """The run of a recipe for the classes of another run, as far as its network can have them.

    The dataset decides the classes, so that they are no change of the recipe.
    """
    try:
        return run_spec(recipe, run.class_names)
    except SpecError:
        return run_spec(recipe, tuple(map(str, range(class_count(recipe.model)))))


_MOST_LAYER_LABELS = 4


def _layer_by_layer(found: Sequence[Setting], runs: Sequence[RunSpec]) -> tuple[Setting, ...]:
    """Settings with single ones of layers in place of all layers, if they correspond.

    Networks with another number of layers do not correspond, and many changes are one.
    """
    if len({len(run.model.layers) for run in runs}) > 1:
        return tuple(found)
    single = tuple(_layer_settings([run.model.layers for run in runs]))
    if len(single) > _MOST_LAYER_LABELS:
        return tuple(found)
    each = (single if one.path == "model.layers" else (one,) for one in found)
    return tuple(setting for settings in each for setting in settings)


def _short(found: Sequence[Setting], runs: Sequence[RunSpec]) -> tuple[Setting, ...]:
    """Settings with the number of parameters in place of all layers, if it says as much."""
    networks = {run.model for run in runs}
    try:
        counts = {model: parameter_count(model) for model in networks}
    except SpecError:
        return tuple(found)  # A stored run may not be valid any more.
    if len(set(counts.values())) < len({model.layers for model in networks}):
        return tuple(found)
    short = Setting(_PARAMETERS, tuple(f"{counts[run.model]:,}" for run in runs))
    return tuple(short if one.path == "model.layers" else one for one in found)


def _layer_settings(networks: Sequence[tuple[Any, ...]]) -> Iterator[Setting]:
    for number, layers in enumerate(zip(*networks, strict=True), start=1):
        if len({type(layer) for layer in layers}) > 1:
            yield Setting(f"{_LAYER}{number}.kind", tuple(map(title, layers)))
            continue
        for name in layers[0].__struct_fields__:
            values = [msgspec.to_builtins(getattr(layer, name)) for layer in layers]
            if any(value != values[0] for value in values):
                yield Setting(f"{_LAYER}{number}.{name}", tuple(map(value_text, values)))


def _is_implied(setting: Setting, changed: Collection[str]) -> bool:
    """Whether a change needs no label: a constant of a new schedule, or a rotation of 0."""
    section, _, name = setting.path.rpartition(".")
    if f"{section}.kind" in changed:
        return name not in ("kind", "learning_rate", "limit", "rate")
    default, value = setting.values
    return default == formatting.NOTHING and (value == "0" or name == "smoothness")


def distinguishing_labels(
    runs: Sequence[RunSpec], excluded: Sequence[str] = ()
) -> tuple[tuple[str, ...], ...]:
    """What distinguishes each run from the others: ``batch 32``, ``no augmentation``.

    Args:
        runs: to be distinguished.
        excluded: paths of settings that need no label.
    """
    differing = _short(_layer_by_layer(differences(runs), runs), runs)
    found = [setting for setting in differing if setting.path not in excluded]
    labels = (
        _labels({setting.path: setting.values[at] for setting in found}, dict(settings(run)))
        for at, run in enumerate(runs)
    )
    return tuple(tuple(dict.fromkeys(one)) for one in labels)


def _labels(values: Mapping[str, str], known: Mapping[str, str]) -> Iterator[str]:
    """The labels of one run for the paths of ``values``; ``known`` has all its settings."""
    for path, value in values.items():
        section = path.rpartition(".")[0]
        if path in _PART_OF_RUN:
            continue
        if value != formatting.NOTHING or path in known:
            yield _label(path, value)
        elif section in known:
            yield _label(section, formatting.NOTHING)
        elif f"{section}.kind" not in values:
            yield _label(path, formatting.NOTHING)


def _special_label(path: str, value: str) -> str:
    if path == "dataset":
        return dataset_label(value)
    return _SPECIAL_LABELS.get(path, {}).get(value, "")


def _label(path: str, value: str) -> str:
    """One setting: ``batch 32``, ``no augmentation``, ``Adam``."""
    if special := _special_label(path, value):
        return special
    if path == "known_bugs" and value == "source":
        return "with the source's bugs"
    if path == "known_bugs":
        return ", ".join(_KNOWN_BUG_TITLES[bug] for bug in value.split(", "))
    name = path.rpartition(".")[2].replace("_", " ")
    if path.startswith(_LAYER):
        number = path.removeprefix(_LAYER).partition(".")[0]
        return f"layer {number} {value if name == 'kind' else _named(name, value)}"
    match path, value:
        case "model.layers", "changed":
            return "changed layers"
        case "training.seed", _:
            return f"seed {value.replace(',', '')}"
        case "class_names", _:
            return formatting.counted(len(value.split(", ")), "class", "classes")
        case "own_images", fingerprint if fingerprint != formatting.NOTHING:
            return f"your images {fingerprint[:4]}"
        case _ if path in _FORMATS and value not in ("no", "yes", formatting.NOTHING):
            return _FORMATS[path].format(value.replace("_", " "))
        case _:
            return _named(name, value)


def _named(name: str, value: str) -> str:
    """A setting with its name: ``beta1 0.8``, ``bias``, ``no bias``."""
    match value:
        case "no" | formatting.NOTHING:
            return f"no {name}"
        case "yes":
            return name
        case _:
            return f"{name} {value.replace('_', ' ')}"
