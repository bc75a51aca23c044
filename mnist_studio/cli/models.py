"""The trained models that a command uses, and their framework's inference process."""

from collections.abc import Iterator, Sequence

from mnist_studio.cli import output
from mnist_studio.errors import StoreError
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.prediction.evaluation import Evaluator, engine_for
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore


def trained(run_id: str | None) -> tuple[Run, ...]:
    """The chosen run, or all trained ones, newest first.

    Raises:
        UnknownName: there is no such run.
        StoreError: it has no weights, or no run has any.
    """
    with RunStore() as store:
        runs = (store.run(run_id),) if run_id else store.runs()
    found = tuple(run for run in runs if run.trained)
    if not found:
        problem = f"The run {run_id} has no weights." if run_id else "No model is trained yet."
        raise StoreError(problem, "Train one: mnist-studio train compact-cnn")
    return found


def note_fallback(framework: str) -> str:
    """The framework that computes for a model; a note says so if it isn't the model's own."""
    engine = engine_for(framework)
    if engine != framework:
        title = framework_title(framework)
        output.note(f"{title} is not installed. NumPy computes the predictions of its models.")
    return engine


def by_framework(runs: Sequence[Run], threads: int) -> Iterator[tuple[Evaluator, list[Run]]]:
    """An inference process for every framework, with its runs.

    A process lives until the next one is requested.
    """
    for name in dict.fromkeys(run.spec.framework for run in runs):
        note_fallback(name)
        with Evaluator(name, threads) as evaluator:
            yield evaluator, [run for run in runs if run.spec.framework == name]
