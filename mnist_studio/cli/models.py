"""The trained models that a command asks for, and their framework's child for each."""

from collections.abc import Iterator, Sequence

from mnist_studio.cli.output import note
from mnist_studio.errors import StoreError
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.prediction.evaluation import Evaluator
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore


def trained(run_id: str | None) -> tuple[Run, ...]:
    """The chosen run, or all trained ones, newest first.

    Raises:
        UnknownName: there is no such run.
        StoreError: it, or anything at all, is not trained.
    """
    with RunStore() as store:
        runs = (store.run(run_id),) if run_id else store.runs()
    found = tuple(run for run in runs if run.trained)
    if not found:
        problem = f"The run {run_id} has no weights." if run_id else "Nothing is trained yet."
        raise StoreError(problem, "Train first: mnist-studio train compact-cnn")
    return found


def by_framework(runs: Sequence[Run], threads: int) -> Iterator[tuple[Evaluator, list[Run]]]:
    """A child for every framework with its runs; the child lives until the next is asked for."""
    for name in dict.fromkeys(run.spec.framework for run in runs):
        with Evaluator(name, threads) as evaluator:
            if evaluator.engine != name:
                note(f"{framework_title(name)} is not installed; NumPy answers for it.")
            yield evaluator, [run for run in runs if run.spec.framework == name]
