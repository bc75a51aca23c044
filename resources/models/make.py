"""Trains and packs the bundled models. Only maintainers need it.

    python resources/models/make.py record robust fast-99 --data FOLDER_OF_MNIST

Every recipe is trained in its own framework, on MNIST's training images and on generated digits in
the handwriting styles of several countries. It runs on one thread of the CPU, or with
``--device cuda`` on a GPU: the same machine and packages give the same weights and predictions
again, byte for byte. Ctrl+C stops, and the same command goes on. Where ``--home`` has a finished
run of the recipe, it is packed without training, whatever its device and threads were.
docs/models.md has the figures.
"""

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from msgspec.structs import replace

from mnist_studio import paths
from mnist_studio.analysis.evaluation import accuracy
from mnist_studio.cli.training_progress import train_all
from mnist_studio.data.datasets import sources
from mnist_studio.errors import MnistStudioError, StoreError
from mnist_studio.events import Finished
from mnist_studio.running.job import TrainingJob
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import DeviceName, RunSpec
from mnist_studio.store import artifacts, packing
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore

TARGET = Path(__file__).parent
HOME = Path("build/models")
STYLED = 6_000
"""Generated digits in handwriting styles that each model is also trained on."""
LONG: dict[str, int | bool] = {
    "epochs": 40, "averaged_epochs": 10, "augment_generated": False, "validation": 10_000,
}  # fmt: skip
TRAINING: dict[str, dict[str, int | bool]] = {
    "record": LONG, "robust": LONG, "fast-99": {"epochs": 4},
}  # fmt: skip
"""Settings of the training that are not those of the recipe: see docs/models.md."""


def main(arguments: Namespace) -> int:
    """Makes the requested models; 0 if all of them were made."""
    os.environ[paths.HOME_VARIABLE] = str(arguments.home.absolute())
    for name in arguments.recipes:
        spec = _spec(name, arguments.device)
        run = _finished(spec) or _trained(spec, arguments.data)
        if run is None:
            return 1
        _require_told_accuracy(run, arguments.data)
        with RunStore() as store:
            packing.pack(run, store.epochs(run.id), TARGET, name)
    return 0


def _spec(name: str, device: DeviceName) -> RunSpec:
    spec = run_spec(RECIPES[name])
    training = replace(spec.training, **TRAINING.get(name, {}))
    return replace(spec, training=training, device=device, threads=1, handwriting_styles=STYLED)


def _finished(spec: RunSpec) -> Run | None:
    """The newest run of that description that has finished."""
    return next((run for run in _alike(spec) if isinstance(run.terminal, Finished)), None)


def _trained(spec: RunSpec, data: Path | None) -> Run | None:
    """Trains a model, or resumes its stopped run; None if it is stopped again."""
    begun = next((run for run in _alike(spec) if run.resumable), None)
    spec, resume = (begun.spec, begun.id) if begun else (spec, "")
    train_all([TrainingJob(spec, data, resume)], [spec], data, json=False)
    return _finished(spec)


def _alike(spec: RunSpec) -> list[Run]:
    """The runs of the home that differ at most in device and threads, newest first."""
    with RunStore() as store:
        store.recover()
        runs = [run for run in store.runs() if not run.bundled]
    return [run for run in runs if _plain(run.spec) == _plain(spec)]


def _plain(spec: RunSpec) -> RunSpec:
    return replace(spec, device="auto", threads=0)


def _require_told_accuracy(run: Run, data: Path | None) -> None:
    """Refuses predictions of other digits than MNIST's test digits."""
    labels = sources.load_test("mnist", data).labels
    found = accuracy(artifacts.load_test_logits(run.folder), labels)
    if not isinstance(run.terminal, Finished) or found != run.terminal.test_accuracy:
        raise StoreError(f"{run.title} was not evaluated on these test images.", "Train it again.")


def _arguments() -> Namespace:
    parser = ArgumentParser(description="Trains and packs the models that come with MNIST Studio.")
    parser.add_argument("recipes", nargs="+", choices=sorted(RECIPES), metavar="RECIPE")
    parser.add_argument(
        "--home", type=Path, default=HOME, help=f"folder to train in (default: {HOME})"
    )
    parser.add_argument(
        "--device", choices=("cpu", "cuda"), default="cpu", help="where to train (default: cpu)"
    )
    parser.add_argument(
        "--data", type=Path, help="folder with the MNIST files (default: the downloaded ones)"
    )
    return parser.parse_args()


if __name__ == "__main__":
    try:
        sys.exit(main(_arguments()))
    except MnistStudioError as problem:
        sys.exit(str(problem))
