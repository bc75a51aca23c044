"""How far rounding alone moves the accuracy of a run: threads, and the last bit of its weights.

    python -m benchmarks.rounding [--only CASE ...] [--in FRAMEWORK ...] [--threads N ...] [--write]

Trains every case in every framework over five seeds: on one thread, on two threads, and on one
thread from initial weights that differ by 1e-7 of their size, in their last bit. All else is
equal: the recipe, the seed, the batches. benchmarks/rounding.csv has the results. A result is not
measured again, so you can interrupt this and start it again. Then it writes the table of
docs/parity.md and the sentence of docs/recipes.md; ``--write`` only does that. It needs MNIST
(MNIST_STUDIO_DATA).
"""

import argparse
import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev
from typing import Literal, NamedTuple

import numpy as np
from msgspec import convert
from msgspec.structs import replace

from benchmarks import machine
from mnist_studio.formatting import counted
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Weights
from mnist_studio.spec import known_bugs, recipes
from mnist_studio.spec.run import FrameworkName, KnownBugName, RunSpec

STORED = Path(__file__).with_name("rounding.csv")
PAGE = Path(__file__).parents[1] / "docs" / "parity.md"
SEEDS = (42, 43, 44, 45, 46)
CHANGE = 1e-7
"""Of the initial weights, relative to each: float32 has steps of 0.6e-7 to 1.2e-7."""

Variant = Literal["one thread", "two threads", "last bit"]
COLUMNS = (
    "case", "framework", "seed", "variant", "accuracy", "threads", "processor", "processors",
    "version",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """What is trained.

    Attributes:
        name: on the command line and in the table.
        recipe: its name.
        epochs: fewer than in the recipe, so that two processors can train all runs in minutes.
        bugs: known bugs that are switched on.
        frameworks: that train it.
    """

    name: str
    recipe: str
    epochs: int
    bugs: tuple[KnownBugName, ...] = ()
    frameworks: tuple[FrameworkName, ...] = registry.FRAMEWORKS

    def spec(self, framework: FrameworkName, seed: int, variant: Variant) -> RunSpec:
        """One of its runs."""
        base = recipes.run_spec(recipes.recipe(self.recipe))
        training = replace(base.training, seed=seed, epochs=self.epochs)
        return replace(
            base, framework=framework, training=training, device="cpu", known_bugs=self.bugs,
            threads=2 if variant == "two threads" else 1,
        )  # fmt: skip


CASES = (
    Case("mlp-128", "mlp-128", 3),
    Case("mlp-128 double-softmax", "mlp-128", 3, ("double-softmax",)),
    Case("sgd-mlp", "sgd-mlp", 2),
    Case("bobnet", "bobnet", 10),
    Case("tiny-10", "tiny-10", 3),
    Case("compact-cnn", "compact-cnn", 1),
)


class Key(NamedTuple):
    """One run."""

    case: str
    framework: FrameworkName
    seed: int
    variant: Variant


@dataclass(frozen=True)
class Outcome:
    """Its result.

    Attributes:
        accuracy: on the 10,000 test images after the last epoch, a fraction.
        row: the whole line of the file.
    """

    accuracy: float
    row: Mapping[str, str]


def main(arguments: Sequence[str]) -> int:
    """Measures what is missing, then writes the pages."""
    options = _parser().parse_args(arguments)
    if not options.write:
        for case in CASES:
            if case.name in (options.only or {case.name}):
                _measure(case, options.frameworks, options.threads)
    PAGE.write_text(with_table(PAGE.read_text("utf-8"), read()), "utf-8")
    return 0


def read() -> dict[Key, Outcome]:
    """All results so far."""
    if not STORED.exists():
        return {}
    with STORED.open(encoding="utf-8", newline="") as file:
        return {_key(row): Outcome(float(row["accuracy"]), row) for row in csv.DictReader(file)}


def _key(row: Mapping[str, str]) -> Key:
    framework, variant = convert(row["framework"], FrameworkName), convert(row["variant"], Variant)
    return Key(row["case"], framework, int(row["seed"]), variant)


def _measure(
    case: Case, frameworks: Iterable[FrameworkName], numbers: Iterable[int] = (1, 2)
) -> None:
    """Trains the runs of a case that have no result, in one process for each number of threads."""
    for framework in case.frameworks:
        if framework not in frameworks:
            continue
        for threads, variants in ((1, ("one thread", "last bit")), (2, ("two threads",))):
            if threads not in numbers:
                continue
            known = read()
            missing = [
                Key(case.name, framework, seed, convert(variant, Variant))
                for seed in SEEDS
                for variant in variants
                if Key(case.name, framework, seed, convert(variant, Variant)) not in known
            ]
            if missing:
                _train_in_a_process(case, missing, threads)


def _train_in_a_process(case: Case, missing: Sequence[Key], threads: int) -> None:
    spec = case.spec(*missing[0][1:])
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.rounding", "--child", json.dumps(missing)],
        env={**os.environ, **registry.training_environment(spec)}, stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert process.stdout is not None
    for key, line in zip(missing, process.stdout, strict=False):
        _append(key, float(line), threads)
    if process.wait():
        raise RuntimeError(f"{case.name} in {missing[0].framework} ended with {process.returncode}")


def _append(key: Key, accuracy: float, threads: int) -> None:
    new = not STORED.exists()
    with STORED.open("a", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        if new:
            lines.writerow(COLUMNS)
        version = registry.installed(key.framework)
        lines.writerow((*key, accuracy, threads, machine.processor(), machine.count(), version))
    print(*key, f"{100 * accuracy:.2f} %", flush=True)


def _child(keys: Sequence[Key]) -> None:
    """Trains these runs and writes the accuracy of each, in this order."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    by_name = {case.name: case for case in CASES}
    for key in keys:
        spec = by_name[key.case].spec(key.framework, key.seed, key.variant)
        print(_trained(known_bugs.effective(spec), key.variant), file=answers)


def _trained(spec: RunSpec, variant: Variant) -> float:
    """The test accuracy of a run through the shared loop."""
    from benchmarks.contestants.studio import session_of
    from mnist_studio.analysis.evaluation import accuracy
    from mnist_studio.frameworks.initialization import initial_weights
    from mnist_studio.training import evaluation
    from mnist_studio.training.loop import Training

    framework = registry.load(spec.framework)
    weights = initial_weights(spec.model, spec.training.seed, spec.training.precision)
    if variant == "last bit":
        weights = nudged(weights, spec.training.seed)
    (device,) = (one for one in framework.devices() if one.kind == "cpu")
    session = session_of(spec)
    learner = framework.learner(spec, weights, device)
    training = Training(session, learner)
    training.prepare()
    for _ in range(spec.training.epochs):
        training._train_epoch()
    test = session.data.test
    logits = evaluation.logits(learner, test.images, lambda: True)
    assert logits is not None
    return accuracy(logits, test.labels)


def nudged(weights: Weights, seed: int) -> Weights:
    """Weights that are each larger or smaller by ``CHANGE`` of their size, at random."""
    numbers = np.random.default_rng(seed)
    return {
        name: (array * (1 + CHANGE * numbers.choice((-1.0, 1.0), array.shape))).astype(array.dtype)
        for name, array in weights.items()
    }


@dataclass(frozen=True)
class Moved:
    """How far one variant moves the runs of a case, in percentage points.

    Attributes:
        largest: change of a run.
        mean: size of the changes.
        seeds: number of runs.
    """

    largest: float
    mean: float
    seeds: int


@dataclass(frozen=True)
class Spread:
    """How far the runs of a case move in one framework, in percentage points.

    Attributes:
        seeds: number of seeds on one thread.
        mean: accuracy on one thread, in percent.
        of_seeds: standard deviation over the seeds on one thread.
        threads: from one thread to two; None if that was not measured.
        last_bit: from the weights to those with another last bit, likewise.
    """

    seeds: int
    mean: float
    of_seeds: float
    threads: Moved | None
    last_bit: Moved | None

    @property
    def largest(self) -> float:
        """The largest change of all."""
        return max((one.largest for one in (self.threads, self.last_bit) if one), default=0.0)


def spread(case: str, framework: FrameworkName, known: Mapping[Key, Outcome]) -> Spread | None:
    """The figures of a case in a framework; None below two seeds."""
    base = _points(case, framework, "one thread", known)
    if len(base) < 2:
        return None
    values = list(base.values())
    threads = _moved(base, _points(case, framework, "two threads", known))
    last_bit = _moved(base, _points(case, framework, "last bit", known))
    return Spread(len(base), fmean(values), stdev(values), threads, last_bit)


def _points(
    case: str, framework: FrameworkName, variant: Variant, known: Mapping[Key, Outcome]
) -> dict[int, float]:
    """The accuracy of every seed that was measured, in percent."""
    keys = (Key(case, framework, seed, variant) for seed in SEEDS)
    return {key.seed: 100 * known[key].accuracy for key in keys if key in known}


def _moved(base: Mapping[int, float], other: Mapping[int, float]) -> Moved | None:
    """The changes of the seeds that both have."""
    sizes = [abs(other[seed] - base[seed]) for seed in base if seed in other]
    return Moved(max(sizes), fmean(sizes), len(sizes)) if sizes else None


def spreads(known: Mapping[Key, Outcome]) -> Iterator[tuple[Case, FrameworkName, Spread]]:
    """Every case and framework with results."""
    for case in CASES:
        for framework in case.frameworks:
            if found := spread(case.name, framework, known):
                yield case, framework, found


_MARKS = ("<!-- rounding: written by benchmarks/rounding.py -->\n", "<!-- end of rounding -->\n")


def with_table(page: str, known: Mapping[Key, Outcome]) -> str:
    """A page with the present table between its two marks."""
    begin, end = _MARKS
    pattern = re.compile(f"(?<={re.escape(begin)}).*?(?={re.escape(end)})", re.DOTALL)
    return pattern.sub(lambda _: table(known), page)


def table(known: Mapping[Key, Outcome]) -> str:
    """The table of docs/parity.md, with the machine below it."""
    head = (
        "| recipe | framework | accuracy on one thread | spread of seeds | two threads "
        "| last bit |\n"
        "|---|---|---|---|---|---|\n"
    )
    rows = "".join(_row(*each) for each in spreads(known))
    machines = dict.fromkeys(
        f"{one.row['processor']}, {one.row['processors']} processors" for one in known.values()
    )
    versions = dict.fromkeys(
        f"{registry.framework_title(key.framework)} {one.row['version']}"
        for key, one in known.items()
    )
    return f"{head}{rows}\nMeasured on: {'; '.join(machines)}. {', '.join(versions)}.\n"


def _row(case: Case, framework: FrameworkName, found: Spread) -> str:
    recipe = recipes.recipe(case.recipe)
    bugs = "".join(f", {known_bugs.KNOWN_BUGS[bug].title.lower()}" for bug in case.bugs)
    epochs = f"{case.epochs} of {recipe.training.epochs} epochs"
    cells = (
        f"{recipe.title} (`{recipe.name}`{bugs}), {epochs}, {found.seeds} seeds",
        registry.framework_title(framework), f"{found.mean:.2f} %", f"{found.of_seeds:.2f} pp",
        _change(found.threads, found.seeds), _change(found.last_bit, found.seeds),
    )  # fmt: skip
    return f"| {' | '.join(cells)} |\n"


def _change(moved: Moved | None, seeds: int) -> str:
    """``0.13 pp (mean 0.06)``, with the number of seeds if some are missing."""
    if moved is None:
        return "not measured"
    fewer = f", {counted(moved.seeds, 'seed')}" if moved.seeds < seeds else ""
    return f"{moved.largest:.2f} pp (mean {moved.mean:.2f}{fewer})"


def sentences() -> str:
    """What docs/recipes.md says about rounding, from the same results."""
    found = list(spreads(read()))
    if not found:
        return ""
    case, framework, widest = max(found, key=lambda each: each[2].largest)
    return (
        f"Rounding also affects a run.\nThe same run with the same seed changed by up to "
        f"{widest.largest:.2f} pp (`{case.name}` in {registry.framework_title(framework)}) when "
        "only its threads or the last bit of its initial weights changed.\nSee "
        "[Framework parity](parity.md#what-rounding-alone-changes).\n"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rounding")
    parser.add_argument("--only", nargs="*", default=())
    parser.add_argument("--in", nargs="*", default=registry.FRAMEWORKS, dest="frameworks")
    parser.add_argument("--threads", nargs="*", type=int, default=(1, 2))
    parser.add_argument("--write", action="store_true", help="train nothing")
    return parser


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        _child(
            [
                _key(dict(zip(Key._fields, map(str, k), strict=True)))
                for k in json.loads(sys.argv[2])
            ]
        )
        sys.exit()
    sys.exit(main(sys.argv[1:]))
