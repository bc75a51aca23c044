"""Runs whose scripts the tests read and execute."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import get_args

import numpy as np
from msgspec.structs import replace

from mnist_studio.codegen.native_script import problems, script
from mnist_studio.data.datasets import builtin, idx
from mnist_studio.data.datasets.catalog import MNIST
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.layers import Dense, Flatten, Relu, Uniform
from mnist_studio.spec.model import RAW, UNIT, Scaling
from mnist_studio.spec.optimizers import CoupledDecay, DecoupledDecay, Sgd
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import (
    FULL_BATCH,
    ClipNorm,
    ClipValue,
    EarlyStopping,
    FrameworkName,
    RunSpec,
)
from mnist_studio.spec.schedules import Cosine, Exponential, OneCycle, Plateau, StepDecay
from tests.frameworks.examples import (
    ACTIVATED,
    DROPPED,
    EVERYTHING,
    NORMED,
    OPTIMIZERS,
    run,
    trained,
)

FRAMEWORKS: tuple[FrameworkName, ...] = get_args(FrameworkName)

_DRAWN = (
    Flatten(), Dense(8, initial="he_normal", initial_bias="he_normal"), Relu(),
    Dense(9, initial="size_uniform", initial_bias=Uniform(0.1)), Relu(),
    Dense(8, initial="fan_in_uniform", initial_bias="fan_in_uniform"), Relu(),
    Dense(8, initial="glorot_uniform", initial_bias="glorot_uniform"), Relu(),
    Dense(8, initial="he_uniform", initial_bias="glorot_normal"), Relu(),
    Dense(8, initial="lecun_normal", initial_bias="he_uniform"), Relu(),
    Dense(8, initial="glorot_normal"), Relu(), Dense(10, initial="zeros"),
)  # fmt: skip

SPECIAL: Mapping[str, RunSpec] = {
    **{f"optimizer {name}": run(optimizer=made) for name, made in OPTIMIZERS.items()},
    "every layer": run(EVERYTHING, precision="float32"),
    "activations": run(ACTIVATED, precision="float32"),
    "normed": run(NORMED, precision="float32"),
    "dropped in bfloat16": run(DROPPED, precision="bfloat16"),
    "first weights": run(_DRAWN),
    "clipped norm": trained(run(EVERYTHING), clip=ClipNorm(0.5)),
    "clipped values": trained(run(), clip=ClipValue(0.01)),
    "one cycle": trained(run(), schedule=OneCycle()),
    "one cycle of full batches": trained(run(), schedule=OneCycle(), batch_size=FULL_BATCH),
    "decay by steps": trained(run(), schedule=Exponential(0.9, period=100)),
    "decay by epochs": trained(run(DROPPED), schedule=Exponential(0.9)),
    "plateau": trained(run(), schedule=Plateau(patience=1), validation=97),
    "step decay": trained(run(), schedule=StepDecay(0.5, 1)),
    "milestones": trained(run(), schedule=StepDecay(0.5, milestones=(1, 3))),
    "cosine": trained(run(), schedule=Cosine()),
    "cosine to a tenth": trained(run(), schedule=Cosine(0.1), batch_size=FULL_BATCH),
    "warm-up": trained(run(), warmup_steps=3),
    "warm-up, cosine": trained(run(), warmup_steps=3, schedule=Cosine(0.1)),
    "warm-up, decay by steps": trained(
        run(), warmup_steps=3, schedule=Exponential(0.9, period=9), epoch_steps=7
    ),
    "warm-up, decay by epochs": trained(run(), warmup_steps=3, schedule=Exponential(0.9)),
    "warm-up, step decay": trained(run(), warmup_steps=3, schedule=StepDecay(0.5, 2)),
    "warm-up, milestones": trained(
        run(), warmup_steps=3, schedule=StepDecay(0.5, milestones=(1, 3))
    ),
    "warm-up, plateau": trained(run(), warmup_steps=3, schedule=Plateau(), validation=97),
    "warm-up, one cycle": trained(run(), warmup_steps=3, schedule=OneCycle()),
    "coupled decay": trained(
        run(EVERYTHING, Sgd(momentum=0.9)), weight_decay=CoupledDecay(0.1), clip=ClipNorm(0.5)
    ),
    "coupled decay of Adam": trained(run(NORMED), weight_decay=CoupledDecay(0.1)),
    "decoupled decay": trained(
        run(EVERYTHING, Sgd(momentum=0.9)), weight_decay=DecoupledDecay(0.1)
    ),
    "decoupled decay of Adam": trained(run(NORMED), weight_decay=DecoupledDecay(0.1)),
    "early stopping": trained(
        run(), validation=97, early_stopping=EarlyStopping(2), best_epoch=True
    ),
    "early stopping by the loss": trained(
        run(),
        validation=97,
        early_stopping=EarlyStopping(2, 0.01),
        best_epoch=True,
        monitor="loss",
        schedule=StepDecay(),
    ),
    "best epoch": trained(run(), validation=97, best_epoch=True),
    "averaged epochs": trained(run(), validation=97, best_epoch=True, averaged_epochs=2),
    "odd epochs": trained(run(), epoch_steps=7, batch_size=200),
    "odd epochs, one cycle": trained(run(), epoch_steps=7, schedule=OneCycle()),
    "stored": trained(run(), sampling="stored"),
    "stored, odd epochs": trained(run(), sampling="stored", epoch_steps=7),
    "with replacement": trained(run(), sampling="with_replacement"),
    "full batch": trained(run(), batch_size=FULL_BATCH),
    "full batch, odd epochs": trained(run(), batch_size=FULL_BATCH, epoch_steps=2),
    "affine": trained(run(), augmentation=Augmentation(rotation=9, zoom=0.1, shift=2, shear=8)),
    "affine, validated": trained(run(), augmentation=Augmentation(shift=2), validation=50),
    "elastic": trained(run(), augmentation=Augmentation(elastic=2)),
    "raw": replace(run(), model=replace(run().model, scaling=RAW)),
    "unit": replace(run(), model=replace(run().model, scaling=UNIT)),
    "negative mean": replace(run(), model=replace(run().model, scaling=Scaling(-0.5, 0.3))),
    "summed biases": trained(run(EVERYTHING), bias_gradients="summed"),
    "label smoothing": trained(run(), label_smoothing=0.1),
    "label smoothing, validated": trained(run(), label_smoothing=0.1, validation=97),
    "double softmax": trained(run(), loss="double_softmax"),
    "on a named device": replace(run(), device="cuda"),
    "an evil name": replace(run(), recipe='"""\\'),
}
"""Runs with what no recipe has, by what is special about them."""


def every_run() -> Iterator[tuple[str, RunSpec]]:
    """Every recipe, with and without its known bugs, and every special run, in every framework."""
    recipes = {
        f"{recipe.name} {' '.join(bugs)}": replace(run_spec(recipe), known_bugs=bugs)
        for recipe in RECIPES.values()
        for bugs in ((), recipe.known_bugs)
    }
    for name, spec in {**recipes, **SPECIAL}.items():
        for framework in FRAMEWORKS:
            yield f"{name} {framework}", replace(spec, framework=framework)


def possible() -> dict[str, RunSpec]:
    """Those of ``every_run`` that can be native scripts."""
    return {name: spec for name, spec in every_run() if not problems(spec)}


def module(spec: RunSpec) -> ModuleType:
    """A script as a module, its ``main`` not run."""
    made = ModuleType("native_script")
    exec(compile(script(spec), "native_script.py", "exec"), made.__dict__)
    return made


def write_data(folder: Path) -> None:
    """The built-in images as torchvision, Keras and the NumPy scripts find them."""
    digits = builtin.load()
    arrays = (digits.train.images, digits.train.labels, digits.test.images, digits.test.labels)
    (folder / "MNIST" / "raw").mkdir(parents=True)
    for file, array in zip(MNIST.files, arrays, strict=True):
        (folder / "MNIST" / "raw" / file.name).write_bytes(idx.build(array))
    names = ("x_train", "y_train", "x_test", "y_test")
    np.savez(folder / "mnist.npz", allow_pickle=False, **dict(zip(names, arrays, strict=True)))
