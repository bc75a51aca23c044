"""Trains every recipe in every framework over seeds and writes docs/recipes.md.

    python -m benchmarks.recipes HOME [--jobs N] [--only RECIPE ...] [--in FRAMEWORK ...]
                                 [--device NAME] [--threads N] [--write]

HOME keeps the runs, benchmarks/recipes.csv their results: what is there is not trained again, so
this can be stopped and started at any time, on another machine too. A result counts only for the
very description it was made with. ``--write`` trains nothing. Needs MNIST (MNIST_STUDIO_DATA).
"""

import argparse
import csv
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

from msgspec import Struct
from msgspec.structs import fields, replace

from benchmarks.cells import FRAMEWORKS, Cell, cells, faulty_cells
from benchmarks.recipes_text import text
from mnist_studio import paths
from mnist_studio.events import Finished
from mnist_studio.running.job import TrainingJob
from mnist_studio.spec.run import RunSpec
from mnist_studio.store.runs import RunStore

TARGET = Path(__file__).parents[1] / "docs" / "recipes.md"
KEPT = Path(__file__).with_name("recipes.csv")
COLUMNS = ("digest", "recipe", "framework", "seed", "epochs", "faults", "accuracy")


def main(arguments: Sequence[str]) -> int:
    """Trains what is missing, then writes the table."""
    asked = _parser().parse_args(arguments)
    os.environ[paths.HOME_VARIABLE] = str(asked.home.resolve())
    wanted = [*cells(), *faulty_cells()]
    if not asked.write:
        specs = _missing(_chosen(wanted, asked.only, asked.frameworks))
        placed = [replace(spec, device=asked.device, threads=asked.threads) for spec in specs]
        _train(placed, asked.jobs)
    found = results(wanted)
    _keep(found)
    TARGET.write_text(text(cells(), faulty_cells(), found), "utf-8")
    return 0


def results(wanted: Iterable[Cell]) -> dict[RunSpec, float]:
    """The final test accuracy of every wanted run that was ever finished."""
    known = _kept() | _stored()
    specs = (spec for cell in wanted for spec in cell.specs())
    return {spec: known[digest(spec)] for spec in specs if digest(spec) in known}


def digest(spec: RunSpec) -> str:
    """Of a spec without where it is trained, which changes no more than rounding.

    Only what differs from the default counts: a field that a later version adds changes nothing.
    """
    said = json.dumps(_own(replace(spec, device="cpu", threads=1)), sort_keys=True)
    return sha256(said.encode()).hexdigest()[:16]


def _own(value: object) -> object:
    """Its type and what differs from the defaults of it, for structs at any depth."""
    if isinstance(value, Struct):
        own = {
            field.name: _own(found)
            for field in fields(value)
            if (found := getattr(value, field.name)) != field.default
        }
        return {type(value).__name__: own}
    if isinstance(value, tuple):
        return [_own(one) for one in value]
    # A recipe may have a whole number where a stored run has a float.
    return float(value) if type(value) is int else value


def _stored() -> dict[str, float]:
    with RunStore() as store:
        store.recover()
        return {
            digest(run.spec): run.terminal.test_accuracy
            for run in store.runs()
            if isinstance(run.terminal, Finished)
        }


def _kept() -> dict[str, float]:
    if not KEPT.exists():
        return {}
    with KEPT.open(encoding="utf-8", newline="") as file:
        return {line["digest"]: float(line["accuracy"]) for line in csv.DictReader(file)}


def _keep(found: Mapping[RunSpec, float]) -> None:
    with KEPT.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(COLUMNS)
        for spec, accuracy in found.items():
            training, bugs = spec.training, " ".join(spec.known_bugs)
            lines.writerow(
                (digest(spec), spec.recipe, spec.framework, training.seed, training.epochs,
                 bugs, accuracy)
            )  # fmt: skip


def _missing(wanted: Iterable[Cell]) -> list[RunSpec]:
    cells_wanted = list(wanted)
    there = results(cells_wanted)
    return [spec for cell in cells_wanted for spec in cell.specs() if spec not in there]


def _chosen(wanted: list[Cell], names: Sequence[str], frameworks: Sequence[str]) -> list[Cell]:
    return [
        cell
        for cell in wanted
        if cell.recipe in (names or {cell.recipe}) and cell.framework in frameworks
    ]


def _train(specs: Sequence[RunSpec], jobs: int) -> None:
    with ThreadPoolExecutor(jobs) as pool:
        for number, (spec, told) in enumerate(zip(specs, pool.map(_one, specs), strict=True), 1):
            what = (
                f"{spec.recipe} {spec.framework} seed {spec.training.seed} {spec.known_bugs or ''}"
            )
            print(f"{number}/{len(specs)} {what}: {told}", flush=True)


def _one(spec: RunSpec) -> str:
    *_, last = TrainingJob(spec).events()
    return f"{last.test_accuracy:.4f}" if isinstance(last, Finished) else str(last)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recipes")
    parser.add_argument("home", type=Path)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=())
    parser.add_argument("--in", nargs="*", default=FRAMEWORKS, dest="frameworks")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--write", action="store_true")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
