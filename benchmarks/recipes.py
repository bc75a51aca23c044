"""Trains every recipe in every framework over seeds and writes docs/recipes.md.

    python -m benchmarks.recipes HOME [--jobs N] [--only RECIPE ...] [--in FRAMEWORK ...]
                                 [--device NAME] [--threads N] [--write]

HOME stores the runs of this machine, and benchmarks/recipes.csv the results of all machines, each
with the processor and the number of threads that rounded its sums. The accuracies also go to
resources/results.json, where the window reads them. A run with a result is not
trained again, so you can interrupt this and start it again, also on another machine. A result
counts only for the exact description that it was made with. ``--write`` trains nothing. It needs
MNIST (MNIST_STUDIO_DATA).
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
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import fields, replace

from benchmarks import machine, rounding
from benchmarks.cells import FRAMEWORKS, Cell, builtin_cells, cells, known_bug_cells
from benchmarks.recipes_text import text
from mnist_studio import paths
from mnist_studio.events import Finished
from mnist_studio.running.job import TrainingJob
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import recipe_results
from mnist_studio.store.recipe_results import RecipeResult
from mnist_studio.store.runs import RunStore

TARGET = Path(__file__).parents[1] / "docs" / "recipes.md"
STORED = Path(__file__).with_name("recipes.csv")
COLUMNS = (
    "digest", "recipe", "framework", "seed", "epochs", "known_bugs", "accuracy", "threads",
    "processor", "dataset",
)  # fmt: skip


class Result(NamedTuple):
    """The result of a run.

    Attributes:
        accuracy: on the test set after the last epoch, a fraction.
        threads: that computed it, as the file has it; empty if that was not recorded.
        processor: likewise.
    """

    accuracy: float
    threads: str
    processor: str


def main(arguments: Sequence[str]) -> int:
    """Trains what is missing, then writes the table."""
    options = _parser().parse_args(arguments)
    os.environ[paths.HOME_VARIABLE] = str(options.home.resolve())
    wanted = every_cell()
    if not options.write:
        specs = _missing(_chosen(wanted, options.only, options.frameworks))
        _train(
            [replace(spec, device=options.device, threads=options.threads) for spec in specs],
            options.jobs,
        )
    found = results(wanted)
    _save(found)
    recipe_results.write(bundled(wanted, found))
    TARGET.write_text(page(found), "utf-8")
    return 0


def every_cell() -> list[Cell]:
    """The cells of all tables."""
    return [*cells(), *known_bug_cells(), *builtin_cells()]


def page(found: Mapping[RunSpec, Result]) -> str:
    """The text of docs/recipes.md."""
    accuracies = {spec: result.accuracy for spec, result in found.items()}
    return text(cells(), known_bug_cells(), accuracies, rounding.sentences(), builtin_cells())


def results(wanted: Iterable[Cell]) -> dict[RunSpec, Result]:
    """The result of every wanted run that has finished. What the file has stays."""
    known = _from_store() | _from_file()
    specs = (spec for cell in wanted for spec in cell.specs())
    return {spec: known[digest(spec)] for spec in specs if digest(spec) in known}


def digest(spec: RunSpec) -> str:
    """The digest of a spec without its device and threads, which only change rounding.

    Only values that differ from the default count, so a field that a later version adds changes
    nothing.
    """
    content = json.dumps(_without_defaults(replace(spec, device="cpu", threads=1)), sort_keys=True)
    return sha256(content.encode()).hexdigest()[:16]


def _without_defaults(value: object) -> object:
    """The type of a value and what differs from its defaults, for structs at any depth."""
    if isinstance(value, Struct):
        changed = {
            field.name: _without_defaults(found)
            for field in fields(value)
            if (found := getattr(value, field.name)) != field.default
        }
        return {type(value).__name__: changed}
    if isinstance(value, tuple):
        return [_without_defaults(one) for one in value]
    # A recipe may have an integer where a stored run has a float.
    return float(value) if type(value) is int else value


def _from_store() -> dict[str, Result]:
    processor = machine.processor()
    with RunStore() as store:
        store.recover()
        return {
            digest(run.spec): Result(run.terminal.test_accuracy, str(run.spec.threads), processor)
            for run in store.runs()
            if isinstance(run.terminal, Finished)
        }


def _from_file() -> dict[str, Result]:
    if not STORED.exists():
        return {}
    with STORED.open(encoding="utf-8", newline="") as file:
        return {
            line["digest"]: Result(
                float(line["accuracy"]), line.get("threads", ""), line.get("processor", "")
            )
            for line in csv.DictReader(file)
        }


def _save(found: Mapping[RunSpec, Result]) -> None:
    with STORED.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(COLUMNS)
        for spec, result in found.items():
            training, bugs = spec.training, " ".join(spec.known_bugs)
            lines.writerow(
                (digest(spec), spec.recipe, spec.framework, training.seed, training.epochs,
                 bugs, *result, spec.dataset)
            )  # fmt: skip


def bundled(wanted: Iterable[Cell], found: Mapping[RunSpec, Result]) -> tuple[RecipeResult, ...]:
    """The results of every cell, for the window."""
    rows = []
    for cell in dict.fromkeys(wanted):
        by_seed = {
            spec.training.seed: found[spec].accuracy for spec in cell.specs() if spec in found
        }
        rows.append(
            RecipeResult(
                cell.recipe, cell.dataset, cell.framework, cell.epochs, cell.known_bugs, by_seed
            )
        )
    return tuple(row for row in rows if row.accuracies)


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
        for number, (spec, result) in enumerate(
            zip(specs, pool.map(_train_one, specs), strict=True), 1
        ):
            run = f"{spec.recipe} {spec.framework} seed {spec.training.seed}"
            print(f"{number}/{len(specs)} {run} {spec.known_bugs or ''}: {result}", flush=True)


def _train_one(spec: RunSpec) -> str:
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
